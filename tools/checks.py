"""The commands behind `invoke test` and `invoke lint`, as data: the same on a desk and in CI."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from nogrow.machine.machine import Machine
from nogrow.machine.programs import find_program
from nogrow.machine.rust_toolchain import find_host_rust
from nogrow.project.project import Project
from tools.browser.demo import HOST, find_node

VIEWS = PurePosixPath("hosts/views")

# The tests of what decides, and of who uses it in ways of its own.
_DECIDING = (
    *("analysis", "wasm", "contract", "baseline", "diff", "pipeline/test_check.py", "shipping/test_gate.py"),
    *("report/test_text.py", "report/test_locations.py", "cli/test_dist.py", "hostile/test_malformed.py"),
    *("hostile/test_files.py", "project/test_commands.py", "pipeline/test_linkage.py"),
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
    """A program with its arguments, and what to set in its environment."""

    words: tuple[str, ...]
    environ: Mapping[str, str] = field(default_factory=dict)


def commands_of_test(project: Project, machine: Machine) -> tuple[Command, ...]:
    """The Python tests, each crate's own on this machine, those of the views in Node, and the host's syntax.

    Raises `ToolError` when there is no cargo that runs here, or no Node.
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
    # A folder means something else to each Node, and a pattern nothing to Node 20.
    suites = sorted(str(path) for path in (project.root / VIEWS).glob("test/*.test.mjs"))
    views = Command((node, "--test", "--test-reporter=spec", *suites))
    syntax = Command((node, "--check", str(project.root / HOST)))
    # A file's tests share what they build, so they run in one process.
    tests = Command((sys.executable, "-m", "pytest", "-n", "auto", "--dist", "loadfile"))
    return (tests, *crates, views, syntax)


def commands_of_cover(root: Path) -> tuple[Command, ...]:
    """The tests of what decides, under coverage, and what they did not reach: with that it fails.

    The large random tests are left out: they take most of the time and reach nothing more.
    """
    python = (sys.executable, "-m", "coverage")
    environ = {"COVERAGE_FILE": str(root / "build" / "coverage")}
    tests = (*(str(PurePosixPath("tests", name)) for name in _DECIDING), "-k", _NOT_RANDOM)
    return (
        Command((*python, "run", "-m", "pytest", "-q", *tests), environ),
        Command((*python, "report"), environ),
    )


def commands_of_lint() -> tuple[Command, ...]:
    """Format, style, types, and which part may import which; raises `ToolError`."""
    python = (sys.executable, "-m")
    return (
        Command((*python, "ruff", "format", "--check")),
        Command((*python, "ruff", "check")),
        Command((*python, "mypy")),
        Command((str(find_program("lint-imports", "nogrow[dev]")),)),
    )
