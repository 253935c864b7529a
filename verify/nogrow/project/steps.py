"""This module turns a build plan into steps, each of which makes some artifacts."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Protocol, TypeVar

from nogrow.errors import ToolError
from nogrow.project.build_tools import BuildTools
from nogrow.project.command_step import CommandStep
from nogrow.project.crate_step import CrateStep
from nogrow.project.manifest import Tool
from nogrow.project.project import Project
from nogrow.project.text_step import TextStep

AnyTool = TypeVar("AnyTool")


class Step(Protocol):
    """A step of a build; paths are relative to the project."""

    @property
    def source(self) -> str:
        """Return the source, as the manifest records it."""

    @property
    def profile(self) -> str:
        """Return the profile, as the manifest records it."""

    @property
    def outputs(self) -> tuple[PurePosixPath, ...]:
        """Return the files that the step makes."""

    @property
    def flags(self) -> tuple[str, ...]:
        """Return the flags of the program that makes the files, as the manifest records them."""

    @property
    def settings(self) -> tuple[str, ...]:
        """Return settings that are not flags but also change the outputs."""

    def tools(self) -> tuple[Tool, ...]:
        """Return the programs that make the files; raises `ToolError`."""

    def files(self) -> set[Path] | None:
        """Return the files that the outputs depend on, or None if they are unknown; raises `ToolError`."""

    def make(self) -> None:
        """Make all outputs; raises `ToolError`."""


def steps(project: Project, tools: BuildTools) -> Iterator[Step]:
    """Yield the steps of a build: text modules, crates, then commands, each in the contract's order."""
    plan, environ = project.plan, tools.machine.environ
    for text in plan.texts:
        for profile in text.profiles:
            yield TextStep(project, text, profile, _required(tools.assembler))
    for crate in plan.crates:
        for profile in crate.profiles:
            yield CrateStep(project, crate, profile, _required(tools.rust), environ)
    for command in plan.commands:
        yield CommandStep(project, command, environ)


def _required(tool: AnyTool | None) -> AnyTool:
    if tool is None:
        raise ToolError(
            "internal error: a tool that the build plan needs was not looked up; please report it"
        )
    return tool
