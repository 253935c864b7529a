"""This module finds the tools that a project is built with, and reports a missing one before the build."""

from nogrow.machine.machine import Machine
from nogrow.machine.process import Progress
from nogrow.project.build_tools import BuildTools, find_tools
from nogrow.project.command_step import command_program
from nogrow.project.project import Project


def set_up(project: Project, machine: Machine, progress: Progress) -> BuildTools:
    """Find the tools that the project's build needs, and announce them; raises `ToolError` if one is missing.

    The programs of commands are looked up on the PATH. A program with a slash in its name is not looked up,
    because an earlier command may make it.
    """
    tools = find_tools(project.plan, machine, progress)
    if tools.assembler is not None:
        progress(f"wat2wasm: using {tools.assembler.program} ({tools.assembler.version.version})")
    for command in project.plan.commands:
        for name in dict.fromkeys([command.run[0], *(words[0] for words in command.tools)]):
            if "/" not in name:
                program = command_program(project, command, name, machine.environ)
                progress(f"{name}: using {program} for the command {command.name!r}")
    return tools
