"""This module infers the clauses of a drafted contract: the strictest short one that each module keeps.

A module that could not be judged or named has none; the draft says why.
"""

import glob
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from nogrow.analysis.judgement import EntryKind, Judgement, Verdict, worst
from nogrow.contract.patterns import ESCAPED, START, export_key, is_glob
from nogrow.contract.phrases import counted
from nogrow.init.discover import seen_from
from nogrow.report.exit_code import Outcome
from nogrow.report.model import ArtifactReport, Report

# A clause with more exceptions than this would be unreadable; it allows a worse verdict to all instead.
MOST_EXEMPTIONS = 20
_Key = tuple[EntryKind, str]


class Exemption(NamedTuple):
    """The worst verdict allowed to the entry point `entry`, or to all escaping functions if that is None.

    `pattern` is the key in the contract's `exports`.
    """

    pattern: str
    verdict: Verdict
    entry: str | None


class InferredClause(NamedTuple):
    """The worst verdict allowed to every entry point, and the exceptions.

    `growing` is the number of entry points that can grow a memory that a host sees, out of `entries`.
    """

    floor: Verdict
    exemptions: tuple[Exemption, ...]
    growing: int
    entries: int


class Clause(NamedTuple):
    """A clause of the draft about the module at `path`, which the contract names `pattern`.

    `js` are the files of the module's host code, as the contract names them; `stale` says which of them use
    stale views.
    """

    path: str
    pattern: str
    inferred: InferredClause
    judgements: tuple[Judgement, ...]
    js: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()


class LeftOut(NamedTuple):
    """A file without a clause, and the reason; `is_gap` says that its growth would go unnoticed."""

    path: str
    reason: str
    is_gap: bool = True


def infer_clause(judgements: Sequence[Judgement]) -> InferredClause:
    """Return the clause with the best floor, from `unreachable` up, that needs few exemptions.

    The judgements are those of the core modules that the clause is about.
    """
    verdicts: dict[_Key, Verdict] = {}
    keys: set[_Key] = set()
    for judgement in judgements:
        excused = judgement.verdict_table.excused | judgement.verdict_table.seen.keys()
        for index, entry in enumerate(judgement.entries):
            key = entry.kind, entry.name
            keys.add(key)
            if index not in excused:
                verdicts[key] = entry.verdict.joined(verdicts.get(key, entry.verdict))
    growing = {key: verdict for key, verdict in verdicts.items() if verdict.grows}
    for floor in list(Verdict)[Verdict.UNREACHABLE.rank :]:
        above = {key: verdict for key, verdict in growing.items() if not verdict.at_most(floor)}
        exemptions = _exemptions(above)
        if len(exemptions) <= MOST_EXEMPTIONS:
            break
    return InferredClause(floor, exemptions, len(growing), len(keys))


def _exemptions(above: dict[_Key, Verdict]) -> tuple[Exemption, ...]:
    by_name = sorted(above.items(), key=lambda item: (item[0][1], item[0][0].value))
    own = [
        Exemption(export_key(name) if kind is EntryKind.EXPORT else START, verdict, name)
        for (kind, name), verdict in by_name
        if kind is not EntryKind.ESCAPED
    ]
    # The index of an escaping function changes with each build, so one exemption covers all of them.
    escaped = [verdict for (kind, _), verdict in above.items() if kind is EntryKind.ESCAPED]
    if escaped:
        own.append(Exemption(ESCAPED, worst(escaped), None))
    return tuple(own)


def parts(
    modules: Sequence[str], report: Report, folder: Path, js: Mapping[str, tuple[str, ...]]
) -> tuple[Clause | LeftOut, ...]:
    """Return the parts of a contract in `folder`, in the order of `modules`.

    `js` are the files of host code that each module was judged with. Those that could not be judged
    themselves are left out.
    """
    host_code = {artifact.path: artifact for artifact in report.artifacts if artifact.host}
    by_file: dict[str, list[ArtifactReport]] = {module: [] for module in modules}
    for artifact in report.artifacts:
        if artifact.host:
            continue
        file = artifact.path if artifact.path in by_file else artifact.path.rpartition("#")[0]
        by_file[file].append(artifact)
    return tuple(
        part
        for file, of_file in by_file.items()
        for part in _parts(
            file, of_file, folder, [host_code.get(path, ArtifactReport(path)) for path in js.get(file, ())]
        )
    )


def stale_views(script: ArtifactReport) -> str:
    """Return how many stale views the file of host code uses."""
    return f"{script.path} uses {counted(len(script.violations), 'stale view')}"


def _parts(
    file: str, artifacts: Sequence[ArtifactReport], folder: Path, js: Sequence[ArtifactReport]
) -> Iterator[Clause | LeftOut]:
    judged = {artifact.path: artifact.judgement for artifact in artifacts if artifact.judgement is not None}
    not_judged = [artifact for artifact in artifacts if artifact.outcome is Outcome.NOT_JUDGED]
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
        usable = [script for script in js if script.outcome is not Outcome.NOT_JUDGED]
        scripts = tuple(glob.escape(seen_from(folder, script.path)) for script in usable)
    except UnicodeEncodeError:
        yield LeftOut(file, "its name is not UTF-8, so a contract cannot name it")
        return
    stale = tuple(stale_views(script) for script in usable if script.violations)
    # A clause cannot name a core module if the file's name is a glob, or if `FILE#NUMBER` is a file itself.
    if is_glob(path) or any(module != file and os.path.lexists(module) for module in judged):
        judgements = tuple(judged.values())
        yield Clause(file, glob.escape(path), infer_clause(judgements), judgements, scripts, stale)
        return
    for module, judgement in judged.items():
        pattern = f"{path}{module.removeprefix(file)}"
        yield Clause(module, pattern, infer_clause([judgement]), (judgement,), scripts, stale)
