"""This module writes stressed copies of built modules, with which tests find views that are kept too long."""

from dataclasses import dataclass

from nogrow.contract.seal_clauses import stressed_path
from nogrow.errors import ModuleError, ToolError
from nogrow.machine.process import Progress
from nogrow.pipeline.stress_host_code import host_code_beside, surroundings_of
from nogrow.project.manifest import built_modules, write_other
from nogrow.project.project import Project
from nogrow.rewrite.stress import stressed
from nogrow.wasm.file import read
from nogrow.wasm.runtime import Engine
from nogrow.wasm.sections import is_component

_ASK = (
    "build the JavaScript that belongs to the module into the same folder, or use `nogrow stress --js FILE`"
)


@dataclass(frozen=True)
class StressedCopy:
    """A stressed copy of an artifact: its path in the project, and notes for the user.

    `detaching` are the entry points after which the memory is detached; `quiet` are all others.
    """

    artifact: str
    copy: str
    detaching: tuple[str, ...]
    quiet: tuple[str, ...]
    notes: tuple[str, ...]


def stress_all(project: Project, progress: Progress) -> tuple[StressedCopy, ...]:
    """Write a stressed copy of each built core module to the folder `stressed` of the output folder.

    Components are announced and left out. Raises `ToolError` if nothing is built, or if a module cannot be
    stressed.
    """
    engine = Engine()
    copies: list[StressedCopy] = []
    for entry in built_modules(project):
        path = stressed_path(entry.path, project.output)
        if str(path) in {copy.copy for copy in copies}:
            raise ToolError(
                f"two modules would both be copied to {path}; change the output path of {entry.path}"
            )
        try:
            file = str(project.root / entry.path)
            data = read(file)
            if is_component(data):
                progress(
                    f"leaving out {entry.path}: it is a component, and only core modules can be stressed"
                )
                continue
            progress(f"stressing {entry.path}")
            surroundings = surroundings_of(data, host_code_beside(file, data), _ASK)
            copy = stressed(data, engine, surroundings=surroundings)
        except ModuleError as error:
            raise ToolError(f"{entry.path} cannot be stressed: {error}") from error
        write_other(project, path, copy.data)
        copies.append(StressedCopy(entry.path, str(path), copy.detaching, copy.quiet, copy.notes))
    return tuple(copies)
