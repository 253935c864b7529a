"""A module in the text format to a binary one."""

import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from nogrow.contract.build_plan import TextSource
from nogrow.errors import ToolError
from nogrow.machine.process import run_checked
from nogrow.project.build_tools import Assembler
from nogrow.project.manifest import Tool, read_made, write_atomic
from nogrow.project.project import Project

_WAT2WASM_SECONDS = 60.0


@dataclass(frozen=True)
class TextStep:
    """A module in the text format, assembled by `wat2wasm`; only in `release` it has no names."""

    project: Project
    text: TextSource
    profile: str
    assembler: Assembler
    settings: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """The file."""
        return str(self.text.path)

    @property
    def outputs(self) -> tuple[PurePosixPath, ...]:
        """The one module."""
        return (self.project.plan.artifact(self.text, self.profile),)

    @property
    def flags(self) -> tuple[str, ...]:
        """The flags of wat2wasm."""
        names = () if self.profile == "release" else ("--debug-names",)
        return ("--enable-all", *names)

    def tools(self) -> tuple[Tool, ...]:
        """The assembler."""
        return (self.assembler.version,)

    def files(self) -> set[Path] | None:
        """The file; raises `ToolError` if it is missing."""
        path = self.project.root / self.text.path
        if not path.is_file():
            raise ToolError(f"the source {path} is missing")
        return {path}

    def make(self) -> None:
        """Assemble it."""
        source = self.project.root / self.text.path
        with tempfile.TemporaryDirectory(prefix="nogrow-build-") as folder:
            made = Path(folder, "module.wasm")
            run_checked([self.assembler.program, *self.flags, source, "-o", made], seconds=_WAT2WASM_SECONDS)
            write_atomic(self.project.root / self.outputs[0], read_made(made))
