"""A plan to steps: each knows what it makes, what that depends on, and how it is made."""

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

Found = TypeVar("Found")


class Step(Protocol):
    """A part of a build; paths are relative to the project."""

    @property
    def source(self) -> str:
        """What it is made from, as the manifest has it."""

    @property
    def profile(self) -> str:
        """The profile as the manifest has it."""

    @property
    def outputs(self) -> tuple[PurePosixPath, ...]:
        """The files that it makes."""

    @property
    def flags(self) -> tuple[str, ...]:
        """The flags of the program that makes them, as the manifest has them."""

    @property
    def settings(self) -> tuple[str, ...]:
        """What else counts, but is no flag."""

    def tools(self) -> tuple[Tool, ...]:
        """The programs that make them; raises `ToolError`."""

    def files(self) -> set[Path] | None:
        """What they depend on, as far as it is known now, or None if nothing is known; raises `ToolError`."""

    def make(self) -> None:
        """Make all of them; raises `ToolError`."""


def steps(project: Project, tools: BuildTools) -> Iterator[Step]:
    """What is built: text modules, then crates, then commands, as the contract file lists them."""
    plan, environ = project.plan, tools.machine.environ
    for text in plan.texts:
        for profile in text.profiles:
            yield TextStep(project, text, profile, _found(tools.assembler))
    for crate in plan.crates:
        for profile in crate.profiles:
            yield CrateStep(project, crate, profile, _found(tools.rust), environ)
    for command in plan.commands:
        yield CommandStep(project, command, environ)


def _found(tool: Found | None) -> Found:
    if tool is None:
        raise ToolError("the tools for this build were not looked for")
    return tool
