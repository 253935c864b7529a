"""The built modules in, copies that cannot grow out, each validated and judged before it is written."""

from collections.abc import Sequence
from dataclasses import dataclass

from nogrow.analysis.judgement import Judgement, worst
from nogrow.errors import ModuleError, ToolError
from nogrow.machine.process import Progress
from nogrow.project.manifest import read_manifest, write_other
from nogrow.project.project import Project
from nogrow.rewrite.comparison import compare
from nogrow.rewrite.rewrite import Mode, sealed
from nogrow.wasm.file import read
from nogrow.wasm.runtime import Engine


@dataclass(frozen=True)
class SealedCopy:
    """A copy of an artifact, the worst verdict before and after, and sentences to heed.

    Paths are relative to the project.
    """

    artifact: str
    copy: str
    before: str
    after: str
    notes: tuple[str, ...]


def seal_all(project: Project, mode: Mode, progress: Progress) -> tuple[SealedCopy, ...]:
    """Seal every module that the manifest lists into the folder `sealed`, under its own path.

    Raises `ToolError` when nothing is built, and for a module that can't be sealed.
    """
    root, output = project.root, project.plan.output
    modules = [entry.path for entry in read_manifest(root, output).entries if entry.is_module]
    if not modules:
        raise ToolError("nothing is built yet; this builds it: invoke build")
    engine = Engine()
    copies: list[SealedCopy] = []
    for path in modules:
        progress(f"sealing {path}")
        try:
            data = read(str(root / path))
            result = sealed(data, mode, None, engine)
            comparisons = compare(data, result.data, mode, engine)
        except ModuleError as error:
            raise ToolError(f"{path} can't be sealed: {error}") from error
        place = project.sealed / path.removeprefix(f"{output}/")
        if str(place) in {copy.copy for copy in copies}:
            raise ToolError(f"two modules would both be sealed to {place}; build {path} to another place")
        write_other(root, place, result.data, output)
        before = _worst([one.before for one in comparisons])
        after = _worst([one.after for one in comparisons])
        notes = (*result.notes, *(note for one in comparisons for note in one.notes))
        copies.append(SealedCopy(path, str(place), before, after, notes))
    return tuple(copies)


def _worst(judgements: Sequence[Judgement]) -> str:
    return worst(one.verdict for one in judgements).label if judgements else "-"
