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

VIEWS = PurePosixPath("hosts/views")


@dataclass(frozen=True)
class Command:
    """A program with its arguments, and what to set in its environment."""

    words: tuple[str, ...]
    environ: Mapping[str, str] = field(default_factory=dict)


def commands_of_test(root: Path, machine: Machine) -> tuple[Command, ...]:
    """The Python tests, each crate's own on this machine, those of the views in Node, and the host's syntax.

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
    node = str(find_node(machine))
    # A folder means something else to each Node, and a pattern nothing to Node 20.
    suites = sorted(str(path) for path in (root / VIEWS).glob("test/*.test.mjs"))
    views = Command((node, "--test", "--test-reporter=spec", *suites))
    syntax = Command((node, "--check", str(root / HOST)))
    return (Command((sys.executable, "-m", "pytest")), *crates, views, syntax)


def commands_of_lint() -> tuple[Command, ...]:
    """Format, style, types, and which part may import which; raises `ToolError`."""
    python = (sys.executable, "-m")
    return (
        Command((*python, "ruff", "format", "--check")),
        Command((*python, "ruff", "check")),
        Command((*python, "mypy")),
        Command((str(find_program("lint-imports", "nogrow[dev]")),)),
    )
