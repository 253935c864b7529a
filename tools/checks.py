"""Define the commands of `invoke test`, `cover` and `lint` as data, the same for a developer and in CI."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from nogrow.errors import ToolError
from nogrow.machine.machine import Machine, find_program
from nogrow.machine.process import ANSWER_BYTES, run
from nogrow.machine.rust_toolchain import ADVICE
from nogrow.project.project import Project
from tools.browser.demo import HOST, find_node

VIEWS = PurePosixPath("js/nogrow-views")
PLATFORMS = ("linux", "darwin", "win32")
"""The platforms that types are checked for, as `sys.platform` names them."""

_CARGO_SECONDS = 30.0
# No expression of markers: pytest's last `-m` counts, and pyproject.toml leaves out exhaustive tests.
_EVERY_TEST = ("-m", "")

# The tests of the code that decides, and of the callers that use it differently.
_DECIDING = (
    *("analysis", "wasm", "contract", "baseline", "difference", "pipeline/test_linkage.py"),
    *("report/test_text.py", "report/test_locations.py", "cli/test_dist.py", "hostile/test_malformed.py"),
    *("hostile/test_files.py", "project/test_commands.py", "shipping/test_gate.py"),
    *("pipeline/test_all_files.py", "pipeline/test_host_code.py"),
)
_NOT_RANDOM = " and ".join(
    f"not {name}"
    for name in (
        "generated_module",
        "smith",
        "mutated",
        "known_instruction",
        "padded_numbers",
        "test_soundness",
    )
)


@dataclass(frozen=True)
class Command:
    """A program with its arguments, and the variables to set in its environment."""

    words: tuple[str, ...]
    environ: Mapping[str, str] = field(default_factory=dict)


def commands_of_test(project: Project, machine: Machine, *, exhaustive: bool) -> tuple[Command, ...]:
    """Return the commands for the tests in Python, in the crates and in Node, and for the Node host's syntax.

    Without `exhaustive`, pytest leaves out the tests with this marker, as pyproject.toml says.

    Raises `ToolError` when no cargo runs on this machine, or Node is missing.
    """
    root = project.root
    cargo, rustc = find_host_rust(machine)
    environ = {} if rustc is None else {"RUSTC": str(rustc)}
    crates = tuple(
        Command(
            (
                str(cargo),
                "test",
                "--locked",
                "--lib",
                "--manifest-path",
                str(root / source.path / "Cargo.toml"),
                "--target-dir",
                str(root / project.cargo / "host"),
                *(f"--features={feature}" for feature in source.features),
            ),
            environ,
        )
        for source in project.plan.crates
    )
    node = str(find_node(machine))
    # Each version of Node treats a folder differently, and Node 20 does not understand patterns.
    suites = sorted(str(path) for path in (project.root / VIEWS).glob("test/*.test.mjs"))
    views = Command((node, "--test", "--test-reporter=spec", *suites))
    syntax = Command((node, "--check", str(project.root / HOST)))
    # The tests of a file share what they build, so they run in one process.
    pytest = (sys.executable, "-m", "pytest", "-n", "auto", "--dist", "loadfile")
    tests = Command((*pytest, *(_EVERY_TEST if exhaustive else ())))
    return (tests, *crates, views, syntax)


def commands_of_cover(root: Path) -> tuple[Command, ...]:
    """Return the commands that measure the branch coverage of the code that decides, and fail below a limit.

    The large random tests are left out, because they take most of the time and cover no further branch. Other
    exhaustive tests run.
    """
    python = (sys.executable, "-m", "coverage")
    environ = {"COVERAGE_FILE": str(root / "build" / "coverage")}
    tests = (*(str(PurePosixPath("tests", name)) for name in _DECIDING), "-k", _NOT_RANDOM, *_EVERY_TEST)
    return (
        Command((*python, "run", "-m", "pytest", "-q", *tests), environ),
        Command((*python, "report"), environ),
    )


def commands_of_lint() -> tuple[Command, ...]:
    """Return the commands that check format, style, types and imports; raises `ToolError`."""
    python = (sys.executable, "-m")
    return (
        Command((*python, "ruff", "format", "--check")),
        Command((*python, "ruff", "check")),
        *(Command((*python, "mypy", *_mypy_options(platform))) for platform in PLATFORMS),
        Command((str(find_program("lint-imports", "nogrow[dev]")),)),
    )


def _mypy_options(platform: str) -> tuple[str, ...]:
    # mypy throws its cache away when the platform changes, so each has its own.
    return "--platform", platform, "--cache-dir", f".mypy_cache/{platform}"


def find_host_rust(machine: Machine) -> tuple[Path, Path | None]:
    """Return a cargo that runs on this machine and the rustc beside it, to run tests of crates.

    The cargo on the PATH comes first. Raises `ToolError` if none works.
    """
    reasons = []
    for cargo in machine.everywhere("cargo"):
        rustc = cargo.with_name("rustc")
        pair = (cargo, rustc) if rustc.is_file() else (cargo,)
        broken = [program for program in pair if not _runs(program, machine)]
        if not broken:
            return cargo, rustc if rustc.is_file() else None
        reasons.append(f"{broken[0]} does not run")
    raise ToolError("; ".join(reasons) or f"no cargo on this machine; try: {ADVICE}")


def _runs(program: Path, machine: Machine) -> bool:
    try:
        completed = run(
            [program, "--version"],
            seconds=_CARGO_SECONDS,
            environ=machine.environ,
            most_bytes=ANSWER_BYTES,
        )
    except ToolError:
        return False
    return completed.exit_code == 0
