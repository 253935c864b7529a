"""This module runs a command of the project as a build step, and checks that it made its outputs."""

import os
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from nogrow.contract.build_plan import CommandSource
from nogrow.errors import ToolError
from nogrow.machine.process import ANSWER_BYTES, run_checked
from nogrow.machine.programs import first_line
from nogrow.project.inputs import matching
from nogrow.project.manifest import Tool
from nogrow.project.project import Project

_VERSION_SECONDS = 60.0


@dataclass(frozen=True)
class CommandStep:
    """A build step that runs a command from the contract."""

    project: Project
    command: CommandSource
    environ: Mapping[str, str]
    profile: str = "command"

    @property
    def source(self) -> str:
        """Return the name of the command."""
        return self.command.name

    @property
    def outputs(self) -> tuple[PurePosixPath, ...]:
        """Return the outputs that the contract names."""
        return self.command.outputs

    @property
    def flags(self) -> tuple[str, ...]:
        """Return the command line."""
        return self.command.run

    @property
    def settings(self) -> tuple[str, ...]:
        """Return the folder that the command runs in."""
        return (str(self.command.folder),)

    def tools(self) -> tuple[Tool, ...]:
        """Return the tools that the contract names, with the version that each reports."""
        return tuple(Tool(words[0], self._version(words)) for words in self.command.tools)

    def files(self) -> set[Path] | None:
        """Return the inputs that the contract names, or None if it names none."""
        if not self.command.inputs:
            return None
        root = self.project.root
        output = root / self.project.plan.output
        return matching(root, self.command.inputs, output) - {root / path for path in self.outputs}

    def make(self) -> None:
        """Create the folders of the outputs, run the command, and check that every output exists."""
        program, *arguments = self.command.run
        for path in self.outputs:
            _make_folder(self.project.root / path)
        run_checked(
            [self._program(program), *arguments],
            seconds=self.project.plan.seconds,
            environ=self.environ,
            folder=self._folder,
        )
        for path in self.outputs:
            if not (self.project.root / path).is_file():
                raise ToolError(f"the command {self.command.name!r} succeeded, but did not make {path}")

    def _version(self, words: tuple[str, ...]) -> str:
        line: list[str | Path] = [self._program(words[0]), *words[1:]]
        completed = run_checked(
            line,
            seconds=_VERSION_SECONDS,
            environ=self.environ,
            folder=self._folder,
            most_bytes=ANSWER_BYTES,
        )
        version = first_line(completed.stdout.strip() or completed.stderr)
        if version is None:
            raise ToolError(f"{shlex.join(words)} did not print a version: {completed.complaint!r}")
        return version

    @property
    def _folder(self) -> Path:
        return self.project.root / self.command.folder

    def _program(self, name: str) -> Path:
        return command_program(self.project, self.command, name, self.environ)


def _make_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ToolError(f"{path.parent} cannot be created: {error.strerror}") from error


def command_program(project: Project, command: CommandSource, name: str, environ: Mapping[str, str]) -> Path:
    """Return the path of the program `name`; a name with a slash is relative to the command's folder.

    Any other name is looked up on the PATH. Raises `ToolError` with the command's `help` if it is missing.
    """
    folder = project.root / command.folder
    if not folder.is_dir():
        raise ToolError(f"the folder {folder} of the command {command.name!r} is missing")
    path_or_name = str(Path(os.path.normpath(folder / name))) if "/" in name else name
    program = shutil.which(path_or_name, path=environ.get("PATH", ""))
    if program is None:
        advice = f"; {command.help}" if command.help else ""
        state = "missing" if "/" in name else "not on the PATH"
        raise ToolError(f"{name}, which the command {command.name!r} needs, is {state}{advice}")
    return Path(program).absolute()
