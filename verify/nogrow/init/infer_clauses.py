"""This module infers the clauses of a drafted contract: the strictest short one that each module keeps.

A module that could not be judged or named has none; the draft says why.
"""

import glob
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from nogrow.analysis.judgement import EntryKind, Judgement, Verdict, worst
from nogrow.contract.model import Host
from nogrow.contract.patterns import ESCAPED, START, is_glob
from nogrow.contract.phrases import counted
from nogrow.init.discover import seen_from
from nogrow.init.export_patterns import Exports, Keys
from nogrow.init.known_imports import host_for
from nogrow.report.exit_code import Outcome
from nogrow.report.model import ArtifactReport, Report

# A clause with more keys than this would be unreadable; it allows some exports more than they need instead.
MOST_EXEMPTIONS = 20
# How often the cost of allowing an export more than it needs is halved in the search for few keys.
_HALVINGS = 12
_Key = tuple[EntryKind, str]


class Exemption(NamedTuple):
    """The worst verdict allowed to the entry points that `pattern`, a key of `exports`, matches.

    `entry` is one that needs it, None for escaping functions.
    """

    pattern: str
    verdict: Verdict
    entry: str | None


class InferredClause(NamedTuple):
    """The worst verdict allowed to every entry point, and the exceptions.

    `growing` is the number of entry points that can grow a memory that a host sees, out of `entries`; `loose`
    is the number of those that can also be left after that, with views that are detached.
    """

    floor: Verdict
    exemptions: tuple[Exemption, ...]
    growing: int
    entries: int
    loose: int = 0


def is_loose(verdict: Verdict) -> bool:
    """Return whether a host that keeps views has to fear a call with this verdict."""
    return not (verdict.at_most(Verdict.TRAP_ONLY) or verdict.at_most(Verdict.CAPPED))


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

    @property
    def host(self) -> Host:
        """The well-known imports that scenarios need, if growth can be reached."""
        if not self.inferred.growing:
            return Host()
        return host_for(label for judgement in self.judgements for label in judgement.imports)


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
    named: set[_Key] = set()
    for judgement in judgements:
        excused = judgement.verdict_table.excused | judgement.verdict_table.seen.keys()
        for index, entry in enumerate(judgement.entries):
            key = entry.kind, entry.name
            named.add(key)
            if index not in excused:
                verdicts[key] = entry.verdict.joined(verdicts.get(key, entry.verdict))
    growing = {key: verdict for key, verdict in verdicts.items() if verdict.grows}
    every = {key: verdicts.get(key, Verdict.UNREACHABLE) for key in named}
    floor, exemptions = _keys(every)
    return InferredClause(floor, exemptions, len(growing), len(named), sum(map(is_loose, growing.values())))


def _keys(verdicts: Mapping[_Key, Verdict]) -> tuple[Verdict, tuple[Exemption, ...]]:
    """Return the verdict allowed to all, and the exemptions: the strictest ones that are few."""
    strictest = {key: verdict.joined(Verdict.UNREACHABLE) for key, verdict in verdicts.items()}
    needed = worst([*strictest.values(), Verdict.UNREACHABLE])
    exports = Exports({name: verdict for (kind, name), verdict in strictest.items() if _is_export(kind)})
    others = {key: verdict for key, verdict in strictest.items() if not _is_export(key[0])}
    for floor in Verdict:
        if Verdict.UNREACHABLE.at_most(floor) and floor.at_most(needed):
            exemptions = _exemptions(exports.keys(floor, 1), others, floor)
            if len(exemptions) <= MOST_EXEMPTIONS:
                return floor, exemptions
    loosened = (_loosened(exports, others, floor) for floor in (Verdict.UNREACHABLE, needed))
    _, floor, exemptions = min(filter(None, loosened), key=lambda candidate: candidate[0])
    return floor, exemptions


def _loosened(
    exports: Exports, others: Mapping[_Key, Verdict], floor: Verdict
) -> tuple[int, Verdict, tuple[Exemption, ...]] | None:
    """Return the number of exports that are allowed more than they need, the floor, and few exemptions.

    None if the floor always needs too many.
    """
    best = None
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        slack = (low + high) / 2 if best else high / 2
        found = exports.keys(floor, slack)
        exemptions = _exemptions(found, others, floor)
        if len(exemptions) <= MOST_EXEMPTIONS:
            best = found.loosened, floor, exemptions
            low = slack
        else:
            high = slack
    if best is None and floor is not Verdict.UNREACHABLE:
        best = len(exports), floor, ()
    return best


def _is_export(kind: EntryKind) -> bool:
    return kind is EntryKind.EXPORT


def _exemptions(exported: Keys, others: Mapping[_Key, Verdict], floor: Verdict) -> tuple[Exemption, ...]:
    own = sorted((Exemption(*key) for key in exported.keys), key=lambda key: (key.entry or "", key.pattern))
    started = [
        Exemption(START, verdict, name)
        for (kind, name), verdict in others.items()
        if kind is EntryKind.START and not verdict.at_most(floor)
    ]
    # The index of an escaping function changes with each build, so one exemption covers all of them.
    escaped = worst([verdict for (kind, _), verdict in others.items() if kind is EntryKind.ESCAPED])
    if not escaped.at_most(floor):
        started.append(Exemption(ESCAPED, escaped, None))
    return (*own, *started)


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
