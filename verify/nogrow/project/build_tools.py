"""The programs that one build uses, found once, and only those that its plan needs."""

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
    """WABT's `wat2wasm`, and the version that it says it has."""

    program: Path
    version: Tool


@dataclass(frozen=True)
class BuildTools:
    """What a build may use: without crates there need be no Rust, without text modules no assembler."""

    machine: Machine
    rust: Rust | None = None
    assembler: Assembler | None = None


def find_tools(plan: Plan, machine: Machine, progress: Progress) -> BuildTools:
    """What `plan` needs, found or installed, and announced; raises `ToolError`.

    The programs of commands are looked for when their turn comes: an earlier command may bring them.
    """
    rust = None
    if plan.crates:
        choice = find_rust(machine, progress)
        progress(str(choice))
        rust = choice.rust
    return BuildTools(machine, rust, find_assembler() if plan.texts else None)


def find_assembler() -> Assembler:
    """The assembler; raises `ToolError` where it is missing."""
    program = find_wabt("wat2wasm")
    return Assembler(program, Tool("wat2wasm", program_version(program)))
