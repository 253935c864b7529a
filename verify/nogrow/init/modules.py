"""This module decides for each discovered module which clauses the drafted contract has for it.

A module that could not be judged or named has none; the draft says why.
"""

import glob
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from nogrow.analysis.judgement import Judgement, Memory
from nogrow.contract.select import is_glob
from nogrow.init.infer_clause import InferredClause, infer_clause
from nogrow.init.paths import seen_from
from nogrow.report.exit_code import Outcome
from nogrow.report.model import ArtifactReport, Report


class Clause(NamedTuple):
    """A clause of the draft about the module at `path`, which the contract names `pattern`.

    `js` are the files of the module's host code, as the contract names them.
    """

    path: str
    pattern: str
    inferred: InferredClause
    judgements: tuple[Judgement, ...]
    js: tuple[str, ...] = ()

    @property
    def memories(self) -> tuple[Memory, ...]:
        """Return the memories that limits in this clause would apply to."""
        return tuple(memory for judgement in self.judgements for memory in judgement.memories)


class LeftOut(NamedTuple):
    """A file without a clause, and the reason; `is_gap` says that its growth would go unnoticed."""

    path: str
    reason: str
    is_gap: bool = True


def parts(
    modules: Sequence[str], report: Report, folder: Path, js: Mapping[str, tuple[str, ...]]
) -> tuple[Clause | LeftOut, ...]:
    """Return the parts of a contract in `folder`, in the order of `modules`.

    `js` are the files of host code that each module was judged with.
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
    not_judged = [artifact for artifact in artifacts if artifact.outcome is Outcome.NOT_JUDGED]
    judged = [(artifact.path, artifact.judgement) for artifact in artifacts if artifact.judgement is not None]
    for artifact in not_judged:
        yield LeftOut(artifact.path, artifact.violations[0].message.removeprefix(f"{artifact.path}: "))
    # A clause for one core module of a component makes `nogrow check` judge all of them.
    if not_judged:
        return
    if not judged:
        yield LeftOut(file, "it contains no core module", is_gap=False)
        return
    try:
        path = seen_from(folder, file)
        scripts = tuple(glob.escape(seen_from(folder, script)) for script in js)
    except UnicodeEncodeError:
        yield LeftOut(file, "its name is not UTF-8, so a contract cannot name it")
        return
    # A clause cannot name a core module if the file's name is a glob, or if `FILE#NUMBER` is a file itself.
    if is_glob(path) or any(module != file and os.path.lexists(module) for module, _ in judged):
        judgements = tuple(judgement for _, judgement in judged)
        yield Clause(file, glob.escape(path), infer_clause(judgements), judgements, scripts)
    else:
        for module, judgement in judged:
            pattern = f"{path}{module.removeprefix(file)}"
            yield Clause(module, pattern, infer_clause([judgement]), (judgement,), scripts)
