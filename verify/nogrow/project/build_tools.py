"""This module finds the programs that a build plan needs, once per build."""

from dataclasses import dataclass
from pathlib import Path

from nogrow.contract.build_plan import Plan
from nogrow.machine.machine import Machine
from nogrow.machine.process import Progress
from nogrow.machine.programs import find_wabt, program_version
from nogrow.machine.rust_probe import Rust
from nogrow.machine.rust_toolchain import find_rust
from nogrow.project.manifest import Tool


@dataclass(frozen=True)
class Assembler:
    """WABT's `wat2wasm` and the version that it reports."""

    program: Path
    version: Tool


@dataclass(frozen=True)
class BuildTools:
    """The programs of a build.

    `rust` is None if the plan has no crates, and `assembler` is None if it has no text modules.
    """

    machine: Machine
    rust: Rust | None = None
    assembler: Assembler | None = None


def find_tools(plan: Plan, machine: Machine, progress: Progress) -> BuildTools:
    """Find or install the programs that `plan` needs, and announce them; raises `ToolError`.

    The programs of a command are looked up when the command runs, because an earlier one may install them.
    """
    rust = None
    if plan.crates:
        choice = find_rust(machine, progress)
        progress(str(choice))
        rust = choice.rust
    return BuildTools(machine, rust, find_assembler() if plan.texts else None)


def find_assembler() -> Assembler:
    """Return the assembler; raises `ToolError` if it is missing."""
    program = find_wabt("wat2wasm")
    return Assembler(program, Tool("wat2wasm", program_version(program)))
