"""A command of a project's own to the files that it makes."""

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
    """A command of the project's own."""

    project: Project
    command: CommandSource
    environ: Mapping[str, str]
    profile: str = "command"

    @property
    def source(self) -> str:
        """The command's name."""
        return self.command.name

    @property
    def outputs(self) -> tuple[PurePosixPath, ...]:
        """What it is said to make."""
        return self.command.outputs

    @property
    def flags(self) -> tuple[str, ...]:
        """Its words."""
        return self.command.run

    @property
    def settings(self) -> tuple[str, ...]:
        """Where it runs."""
        return (str(self.command.folder),)

    def tools(self) -> tuple[Tool, ...]:
        """The tools that the contract names, with what each says of its version."""
        return tuple(Tool(words[0], self._version(words)) for words in self.command.tools)

    def files(self) -> set[Path] | None:
        """The inputs that the contract names, None if it names none."""
        if not self.command.inputs:
            return None
        root = self.project.root
        output = root / self.project.plan.output
        return matching(root, self.command.inputs, output) - {root / path for path in self.outputs}

    def make(self) -> None:
        """Run it, the folders for its outputs being there, and look whether it made all of them."""
        first, *others = self.command.run
        for path in self.outputs:
            _make_folder(self.project.root / path)
        run_checked(
            [self._program(first), *others],
            seconds=self.project.plan.seconds,
            environ=self.environ,
            folder=self._folder,
        )
        for path in self.outputs:
            if not (self.project.root / path).is_file():
                raise ToolError(f"the command {self.command.name!r} succeeded, but made no {path}")

    def _version(self, words: tuple[str, ...]) -> str:
        line: list[str | Path] = [self._program(words[0]), *words[1:]]
        said = run_checked(
            line,
            seconds=_VERSION_SECONDS,
            environ=self.environ,
            folder=self._folder,
            most_bytes=ANSWER_BYTES,
        )
        version = first_line(said.stdout.strip() or said.stderr)
        if version is None:
            raise ToolError(f"{shlex.join(words)} says no version: {said.complaint!r}")
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
        raise ToolError(f"{path.parent} can't be made: {error.strerror}") from error


def command_program(project: Project, command: CommandSource, name: str, environ: Mapping[str, str]) -> Path:
    """Where the program `name` is: on the PATH, or, with a slash in it, relative to the command's folder.

    Raises `ToolError` with the command's `help` where it is missing.
    """
    folder = project.root / command.folder
    if not folder.is_dir():
        raise ToolError(f"the folder {folder} of the command {command.name!r} is missing")
    place = str(Path(os.path.normpath(folder / name))) if "/" in name else name
    found = shutil.which(place, path=environ.get("PATH", ""))
    if found is None:
        how = f"; {command.help}" if command.help else ""
        where = "missing" if "/" in name else "not on the PATH"
        raise ToolError(f"{name}, which the command {command.name!r} needs, is {where}{how}")
    return Path(found).absolute()
