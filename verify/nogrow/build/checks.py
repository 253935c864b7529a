"""The commands behind `invoke test` and `invoke lint`, as data: the same on a desk and in CI."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from nogrow.build.demo import HOST, find_node
from nogrow.build.guests import GUESTS, CrateSource
from nogrow.build.machine import Machine
from nogrow.build.programs import find_program
from nogrow.build.toolchain import find_host_rust

# The tests of what decides, and of who uses it in ways of its own.
_DECIDING = ("proof", "wasm", "contract", "lock", "difference", "test_check.py", "report/test_text.py")
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


def commands_of_test(root: Path, machine: Machine) -> tuple[Command, ...]:
    """The Python tests, each crate's own tests on the host, and a syntax check of the Node host.

    Raises `ToolError` when there is no cargo that runs here, or no Node.
    """
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
                str(root / "build" / "cargo" / "host"),
                *(f"--features={feature}" for feature in source.features),
            ),
            environ,
        )
        for source in GUESTS
        if isinstance(source, CrateSource)
    )
    node = Command((str(find_node(machine)), "--check", str(root / HOST)))
    return (Command((sys.executable, "-m", "pytest")), *crates, node)


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
