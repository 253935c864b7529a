"""Found modules and the report on them to the parts of a contract: a clause each, or why there is none."""

import glob
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from nogrow.analysis.judgement import Judgement, Memory
from nogrow.contract.select import is_glob
from nogrow.init.infer_clause import Eased, ease
from nogrow.init.paths import seen_from
from nogrow.report.result import ArtifactReport, Outcome, Report


class Clause(NamedTuple):
    """A module of the contract: `path` as given, `pattern` as the contract names it.

    `js` are the files of its host code, as the contract names them.
    """

    path: str
    pattern: str
    eased: Eased
    judgements: tuple[Judgement, ...]
    js: tuple[str, ...] = ()

    @property
    def memories(self) -> tuple[Memory, ...]:
        """The memories that limits in the contract would be about."""
        return tuple(memory for judgement in self.judgements for memory in judgement.memories)


class LeftOut(NamedTuple):
    """A file that the contract has no clause for; `is_gap` if it may grow without anybody's notice."""

    path: str
    reason: str
    is_gap: bool = True


def parts(
    modules: Sequence[str], report: Report, folder: Path, js: Mapping[str, tuple[str, ...]]
) -> tuple[Clause | LeftOut, ...]:
    """What a contract in `folder` says of each module, in the order of `modules`.

    `js` are the files of host code that were used, by module.
    """
    by_file: dict[str, list[ArtifactReport]] = {module: [] for module in modules}
    for artifact in report.artifacts:
        file = artifact.path if artifact.path in by_file else artifact.path.rpartition("#")[0]
        by_file[file].append(artifact)
    return tuple(
        part
        for file, artifacts in by_file.items()
        for part in _parts(file, artifacts, folder, js.get(file, ()))
    )


def _parts(
    file: str, artifacts: Sequence[ArtifactReport], folder: Path, js: Sequence[str]
) -> Iterator[Clause | LeftOut]:
    refused = [one for one in artifacts if one.outcome is Outcome.NOT_JUDGED]
    judged = [(one.path, one.judgement) for one in artifacts if one.judgement is not None]
    for artifact in refused:
        yield LeftOut(artifact.path, artifact.violations[0].message.removeprefix(f"{artifact.path}: "))
    # A component is judged as a whole: a clause for one part would have the others checked, too.
    if refused:
        return
    if not judged:
        yield LeftOut(file, "there is no core module in it", is_gap=False)
        return
    try:
        path = seen_from(folder, file)
        scripts = tuple(glob.escape(seen_from(folder, script)) for script in js)
    except UnicodeEncodeError:
        yield LeftOut(file, "its name is not UTF-8, as a contract has to be")
        return
    numbered = [(one, f"{path}{one.removeprefix(file)}", judgement) for one, judgement in judged]
    # A part of a component can't be named by a glob, nor if there is a file of that name.
    if is_glob(path) or any(one != file and os.path.lexists(one) for one, _, _ in numbered):
        judgements = tuple(judgement for _, _, judgement in numbered)
        yield Clause(file, glob.escape(path), ease(judgements), judgements, scripts)
    else:
        for one, pattern, judgement in numbered:
            yield Clause(one, pattern, ease([judgement]), (judgement,), scripts)
