"""This module finds the tools that a project is built with, and turns its build plan into steps."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from nogrow.errors import ToolError
from nogrow.machine.machine import Machine
from nogrow.machine.process import Progress
from nogrow.machine.programs import find_wabt, program_version
from nogrow.machine.rust_toolchain import Rust, find_rust
from nogrow.project.crate_step import CrateStep
from nogrow.project.project import Project
from nogrow.project.steps import Assembler, CommandStep, Step, TextStep

AnyTool = TypeVar("AnyTool")


@dataclass(frozen=True)
class BuildTools:
    """The programs of a build.

    `rust` is None if the plan has no crates, and `assembler` is None if it has no text modules.
    """

    machine: Machine
    rust: Rust | None = None
    assembler: Assembler | None = None


def set_up(project: Project, machine: Machine, progress: Progress) -> BuildTools:
    """Find the tools that the project's build needs, and announce them; raises `ToolError` if one is missing.

    Rust is installed if it is missing. The programs of commands are looked up on the PATH. A program with a
    slash in its name is not looked up, because an earlier command may make it.
    """
    rust = assembler = None
    if project.plan.crates:
        choice = find_rust(machine, progress)
        progress(str(choice))
        rust = choice.rust
    if project.plan.texts:
        assembler = find_assembler()
        progress(f"wat2wasm: using {assembler.program} ({assembler.version})")
    tools = BuildTools(machine, rust, assembler)
    for step in steps(project, tools):
        if isinstance(step, CommandStep):
            for name in dict.fromkeys([step.command.run[0], *(words[0] for words in step.command.tools)]):
                if "/" not in name:
                    progress(f"{name}: using {step.program(name)} for the command {step.source!r}")
    return tools


def find_assembler() -> Assembler:
    """Return the assembler; raises `ToolError` if it is missing."""
    program = find_wabt("wat2wasm")
    return Assembler(program, program_version(program))


def steps(project: Project, tools: BuildTools) -> Iterator[Step]:
    """Yield the steps of a build: text modules, crates, then commands, each in the contract's order."""
    plan, environ = project.plan, tools.machine.environ
    for text in plan.texts:
        for profile in text.profiles:
            outputs = (plan.artifact(text, profile),)
            yield TextStep(project, str(text.path), profile, outputs, _required(tools.assembler))
    for crate in plan.crates:
        for profile in crate.profiles:
            outputs = (plan.artifact(crate, profile),)
            rust = _required(tools.rust)
            yield CrateStep(project, str(crate.path), profile, outputs, crate, rust, environ)
    for command in plan.commands:
        yield CommandStep(project, command.name, "command", command.outputs, command, environ)


def _required(tool: AnyTool | None) -> AnyTool:
    if tool is None:
        raise ToolError(
            "internal error: a tool that the build plan needs was not looked up; please report it"
        )
    return tool
