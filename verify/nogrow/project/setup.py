"""A project in, and out come the tools that it is built with; what is missing is said at once."""

from nogrow.machine.machine import Machine
from nogrow.machine.process import Progress
from nogrow.project.build_tools import BuildTools, find_tools
from nogrow.project.command_step import command_program
from nogrow.project.project import Project


def set_up(project: Project, machine: Machine, progress: Progress) -> BuildTools:
    """What the project's build needs, announced; raises `ToolError` for what is missing.

    Of commands, the programs on the PATH are looked for; one with a slash in its name may be made by an
    earlier command.
    """
    tools = find_tools(project.plan, machine, progress)
    if tools.assembler is not None:
        progress(f"wat2wasm: took {tools.assembler.program} ({tools.assembler.version.version})")
    for command in project.plan.commands:
        for name in dict.fromkeys([command.run[0], *(words[0] for words in command.tools)]):
            if "/" not in name:
                found = command_program(project, command, name, machine.environ)
                progress(f"{name}: took {found} for the command {command.name!r}")
    return tools
