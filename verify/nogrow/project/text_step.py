"""This module assembles a module in the text format, with wat2wasm."""

import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from nogrow.contract.build_plan import TextSource
from nogrow.errors import ToolError
from nogrow.machine.process import run_checked
from nogrow.project.build_tools import Assembler
from nogrow.project.manifest import Tool, read_output, write_atomic
from nogrow.project.project import Project

_WAT2WASM_SECONDS = 60.0


@dataclass(frozen=True)
class TextStep:
    """A build step that runs `wat2wasm`; the module has debug names except in the profile `release`."""

    project: Project
    text: TextSource
    profile: str
    assembler: Assembler
    settings: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """Return the path of the text file."""
        return str(self.text.path)

    @property
    def outputs(self) -> tuple[PurePosixPath, ...]:
        """Return the path of the module."""
        return (self.project.plan.artifact(self.text, self.profile),)

    @property
    def flags(self) -> tuple[str, ...]:
        """Return the flags of wat2wasm."""
        names = () if self.profile == "release" else ("--debug-names",)
        return ("--enable-all", *names)

    def tools(self) -> tuple[Tool, ...]:
        """Return the assembler with its version."""
        return (self.assembler.version,)

    def files(self) -> set[Path] | None:
        """Return the text file; raises `ToolError` if it is missing."""
        path = self.project.root / self.text.path
        if not path.is_file():
            raise ToolError(f"the source {path} is missing")
        return {path}

    def make(self) -> None:
        """Assemble the text file and write the module."""
        source = self.project.root / self.text.path
        with tempfile.TemporaryDirectory(prefix="nogrow-build-") as folder:
            module = Path(folder, "module.wasm")
            run_checked(
                [self.assembler.program, *self.flags, source, "-o", module], seconds=_WAT2WASM_SECONDS
            )
            write_atomic(self.project.root / self.outputs[0], read_output(module))
