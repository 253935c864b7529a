"""This module seals the built modules; each copy is validated and judged before it is written."""

from collections.abc import Sequence
from dataclasses import dataclass

from nogrow.analysis.judgement import Judgement, worst
from nogrow.errors import ModuleError, ToolError
from nogrow.machine.process import Progress
from nogrow.project.manifest import built_modules, write_other
from nogrow.project.project import Project
from nogrow.rewrite.comparison import compare
from nogrow.rewrite.rewrite import Mode, sealed
from nogrow.wasm.file import read
from nogrow.wasm.runtime import Engine


@dataclass(frozen=True)
class SealedCopy:
    """A sealed copy of an artifact, with the worst verdict before and after, and notes for the user.

    Paths are relative to the project.
    """

    artifact: str
    copy: str
    before: str
    after: str
    notes: tuple[str, ...]


def seal_all(project: Project, mode: Mode, progress: Progress) -> tuple[SealedCopy, ...]:
    """Write a sealed copy of every module that the manifest lists, under the module's path in `sealed`."""
    engine = Engine()
    copies: list[SealedCopy] = []
    for path in [entry.path for entry in built_modules(project)]:
        progress(f"sealing {path}")
        try:
            data = read(str(project.root / path))
            result = sealed(data, mode, None, engine)
            comparisons = compare(data, result.data, mode, engine)
        except ModuleError as error:
            raise ToolError(f"{path} cannot be sealed: {error}") from error
        target = project.output / "sealed" / path.removeprefix(f"{project.output}/")
        if str(target) in {copy.copy for copy in copies}:
            raise ToolError(f"two modules would both be sealed to {target}; change the output path of {path}")
        write_other(project, target, result.data)
        before = _worst([comparison.before for comparison in comparisons])
        after = _worst([comparison.after for comparison in comparisons])
        notes = (*result.notes, *(note for comparison in comparisons for note in comparison.notes))
        copies.append(SealedCopy(path, str(target), before, after, notes))
    return tuple(copies)


def _worst(judgements: Sequence[Judgement]) -> str:
    return worst(judgement.verdict for judgement in judgements).label if judgements else "-"
