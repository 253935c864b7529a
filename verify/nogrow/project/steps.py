"""This module defines a build step, and the steps that assemble text modules and that run commands."""

import glob
import os
import shlex
import shutil
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from nogrow.contract.build_plan import CommandSource
from nogrow.errors import ToolError
from nogrow.machine.machine import first_line
from nogrow.machine.process import ANSWER_BYTES, run
from nogrow.project.manifest import Tool, read_output, write_atomic
from nogrow.project.project import Project

_WAT2WASM_SECONDS = 60.0
_VERSION_SECONDS = 60.0
_SKIPPED = frozenset(("target", "node_modules", ".git"))


@dataclass(frozen=True)
class Step(ABC):
    """A step of a build, which makes the files `outputs`; paths are relative to the project.

    The manifest records `source`, `profile` and `flags`. A step can change its own flags and files, because
    cargo writes a lock file and lists what it read.
    """

    project: Project
    source: str
    profile: str
    outputs: tuple[PurePosixPath, ...]

    @property
    @abstractmethod
    def flags(self) -> tuple[str, ...]:
        """Return the flags of the program that makes the files."""

    @property
    def settings(self) -> tuple[str, ...]:
        """Return settings that are not flags but also change the outputs."""
        return ()

    @abstractmethod
    def tools(self) -> tuple[Tool, ...]:
        """Return the programs that make the files."""

    @abstractmethod
    def files(self) -> set[Path] | None:
        """Return the files that the outputs depend on, or None if they are unknown."""

    @abstractmethod
    def make(self) -> None:
        """Make all outputs."""


@dataclass(frozen=True)
class Assembler:
    """WABT's `wat2wasm` and the version that it reports."""

    program: Path
    version: str


@dataclass(frozen=True)
class TextStep(Step):
    """A build step that runs `wat2wasm`; the module has debug names except in the profile `release`."""

    assembler: Assembler

    @property
    def flags(self) -> tuple[str, ...]:
        """Return the flags of wat2wasm."""
        return ("--enable-all",) if self.profile == "release" else ("--enable-all", "--debug-names")

    def tools(self) -> tuple[Tool, ...]:
        """Return the assembler with its version."""
        return (Tool("wat2wasm", self.assembler.version),)

    def files(self) -> set[Path] | None:
        """Return the text file."""
        path = self.project.root / self.source
        if not path.is_file():
            raise ToolError(f"the source {path} is missing")
        return {path}

    def make(self) -> None:
        """Assemble the text file and write the module."""
        source = self.project.root / self.source
        with tempfile.TemporaryDirectory(prefix="nogrow-build-") as folder:
            module = Path(folder, "module.wasm")
            run(
                [self.assembler.program, *self.flags, source, "-o", module], seconds=_WAT2WASM_SECONDS
            ).checked()
            write_atomic(self.project.root / self.outputs[0], read_output(module))


@dataclass(frozen=True)
class CommandStep(Step):
    """A build step that runs a command from the contract, and checks that it made its outputs."""

    command: CommandSource
    environ: Mapping[str, str]

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
        matched = _matching(root, self.command.inputs, root / self.project.output)
        return matched - {root / path for path in self.outputs}

    def make(self) -> None:
        """Create the folders of the outputs, run the command, and check that every output exists."""
        name, *arguments = self.command.run
        for path in self.outputs:
            folder = (self.project.root / path).parent
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise ToolError(f"{folder} cannot be created: {error.strerror}") from error
        run(
            [self.program(name), *arguments],
            seconds=self.project.plan.seconds,
            environ=self.environ,
            folder=self._folder,
        ).checked()
        for path in self.outputs:
            if not (self.project.root / path).is_file():
                raise ToolError(f"the command {self.source!r} succeeded, but did not make {path}")

    def program(self, name: str) -> Path:
        """Return the path of the program `name`; a name with a slash is relative to the command's folder.

        Any other name is looked up on the PATH.
        """
        if not self._folder.is_dir():
            raise ToolError(f"the folder {self._folder} of the command {self.source!r} is missing")
        path_or_name = os.path.normpath(self._folder / name) if "/" in name else name
        program = shutil.which(path_or_name, path=self.environ.get("PATH", ""))
        if program is None:
            advice = f"; {self.command.help}" if self.command.help else ""
            state = "missing" if "/" in name else "not on the PATH"
            raise ToolError(f"{name}, which the command {self.source!r} needs, is {state}{advice}")
        return Path(program).absolute()

    def _version(self, words: tuple[str, ...]) -> str:
        completed = run(
            [self.program(words[0]), *words[1:]],
            seconds=_VERSION_SECONDS,
            environ=self.environ,
            folder=self._folder,
            most_bytes=ANSWER_BYTES,
        ).checked()
        version = first_line(completed.stdout.strip() or completed.stderr)
        if version is None:
            raise ToolError(f"{shlex.join(words)} did not print a version: {completed.complaint!r}")
        return version

    @property
    def _folder(self) -> Path:
        return self.project.root / self.command.folder


def files_below(folder: Path, output: Path) -> Iterator[Path]:
    """Yield the files below `folder`, without `output`, `.git` and the folders that cargo and npm fill."""
    for current, subfolders, names in os.walk(folder):
        path = Path(current)
        # cargo makes `target` only at the top of a crate.
        skipped = _SKIPPED if path == folder else _SKIPPED - {"target"}
        subfolders[:] = (name for name in subfolders if name not in skipped and path / name != output)
        yield from (path / name for name in names if (path / name).is_file())


def _matching(root: Path, patterns: Iterable[str], output: Path) -> set[Path]:
    """Return the files that match `patterns`: files, folders with all files below, or globs.

    Patterns are relative to `root`. A file in `output` matches only if the pattern names it exactly.
    """
    matched: set[Path] = set()
    for pattern in patterns:
        exact = Path(os.path.normpath(root / pattern))
        hits = [exact] if exact.exists() else _globbed(root, pattern, output)
        files = {file for hit in hits for file in (files_below(hit, output) if hit.is_dir() else (hit,))}
        if not files:
            raise ToolError(f"the input {pattern} matches no file")
        matched |= files
    return matched


def _globbed(root: Path, pattern: str, output: Path) -> list[Path]:
    # Path.glob refuses absolute patterns and `..`.
    hits = glob.glob(pattern, root_dir=root, recursive=True)  # noqa: PTH207
    paths = (Path(os.path.normpath(root / hit)) for hit in hits)
    return [path for path in paths if not path.is_relative_to(output)]
