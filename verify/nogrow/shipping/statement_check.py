"""A report on a shipment to the statement of it, and an older statement held against a shipment."""

from collections.abc import Mapping
from typing import NamedTuple

from nogrow.analysis.assumptions import sentences
from nogrow.analysis.judgement import Judgement, Verdict
from nogrow.archives.archive import SEPARATOR
from nogrow.archives.shipped_files import Shipped
from nogrow.contract.clause_lines import without_number
from nogrow.report.result import ArtifactReport, Report
from nogrow.report.summary import NOT_VALIDATED
from nogrow.shipping.gate import Shipment, name_of, path_of
from nogrow.shipping.statement import AttestedFile, AttestedModule, AttestedVerdict, Statement


class Differences(NamedTuple):
    """Sentences on what is not as attested, by the paths that reports call it by, and what else differs."""

    broken: Mapping[str, tuple[str, ...]]
    notes: tuple[str, ...]


def statement_of(shipment: Shipment, report: Report, contract: str | None) -> Statement:
    """The statement that the report's verdicts are those on the shipment.

    `contract` is the SHA-256 of the contract that was kept. What was not judged has no verdict in it.
    """
    by_file: dict[str, list[ArtifactReport]] = {}
    for artifact in report.artifacts:
        by_file.setdefault(without_number(artifact.path), []).append(artifact)
        by_file.setdefault(artifact.path, [artifact])
    files = (_file(one, by_file) for one in shipment.files if one.refused is None)
    return Statement(tuple(sorted(files, key=lambda one: one.name)), contract)


def compare(attested: Statement, shipment: Shipment, report: Report, contract: str | None) -> Differences:
    """What of the shipment and of its verdicts is not as `attested`.

    The digests decide, not the sizes. Nothing is said of a file that was refused.
    """
    found = statement_of(shipment, report, contract)
    paths = {one.name: one.path for one in shipment.files}
    paths |= {name_of(one, module): path_of(one, module) for one in shipment.files for module in one.modules}
    broken: dict[str, list[str]] = {}
    refused = {one.name for one in shipment.files if one.refused is not None}
    for name, sentence in (*_bytes(attested, found), *_verdicts(attested, found)):
        if name.partition(SEPARATOR)[0] in refused:
            continue
        broken.setdefault(paths.get(name, name), []).append(sentence)
    notes = [f"{name}: {text}" for name, text in _better(attested, found)]
    if attested.contract != contract:
        notes.append("the contract is not the one under which the shipment was attested")
    return Differences({path: tuple(sentences) for path, sentences in broken.items()}, tuple(notes))


def _assumptions(artifact: ArtifactReport, judgement: Judgement) -> tuple[str, ...]:
    """Return what the verdict takes for granted; without validation, that the module is valid as well."""
    taken = tuple(sentences(judgement.assumptions))
    if not artifact.unvalidated:
        return taken
    return (f"the module is valid, though it was {NOT_VALIDATED}", *taken)


def _file(one: Shipped, reports: Mapping[str, list[ArtifactReport]]) -> AttestedFile:
    modules = []
    for module in one.modules:
        name, path = name_of(one, module), path_of(one, module)
        verdicts = tuple(
            AttestedVerdict(
                name + artifact.path.removeprefix(path),
                artifact.judgement.verdict.label,
                _assumptions(artifact, artifact.judgement),
            )
            for artifact in reports.get(path, ())
            if artifact.judgement is not None
        )
        modules.append(AttestedModule(name, module.sha256, len(module.data), verdicts))
    modules.sort(key=lambda module: module.name)
    return AttestedFile(one.name, one.sha256 or "", one.size or 0, tuple(modules))


def _bytes(attested: Statement, found: Statement) -> list[tuple[str, str]]:
    """The files and modules that were swapped, added, removed or renamed, each with a sentence."""
    before, now = attested.subjects(), found.subjects()
    added = {name: sha256 for name, sha256 in now.items() if name not in before}
    removed = {name: sha256 for name, sha256 in before.items() if name not in now}
    sentences = [
        (name, f"is not the one that was attested: its SHA-256 is {now[name]}, and was {before[name]}")
        for name in sorted(before.keys() & now.keys())
        if before[name] != now[name]
    ]
    for name, sha256 in sorted(added.items()):
        others = sorted(other for other, digest in removed.items() if digest == sha256)
        why = f"was attested as {others[0]}" if others else "was not there when the shipment was attested"
        sentences.append((name, why))
    renamed = set(added.values())
    sentences += [
        (name, "was attested, and is not there")
        for name, sha256 in sorted(removed.items())
        if sha256 not in renamed
    ]
    return [(name, f"{name} {sentence}") for name, sentence in sentences]


def _changed(attested: Statement, found: Statement) -> list[tuple[str, Verdict, Verdict, str]]:
    """The verdicts that changed on the same bytes: the module, the verdict now and before, what it is on."""
    before = {module.name: module for file in attested.files for module in file.modules}
    changed = []
    for module in (module for file in found.files for module in file.modules):
        old = before.get(module.name)
        if old is None or old.sha256 != module.sha256:
            continue
        verdicts = {one.name: Verdict.from_label(one.verdict) for one in old.verdicts}
        for one in module.verdicts:
            verdict = Verdict.from_label(one.verdict)
            # What is attested without a verdict counts as attested with the best: any other is worse.
            if verdict is not (was := verdicts.get(one.name, Verdict.ABSENT)):
                changed.append((module.name, verdict, was, one.name))
    return changed


def _verdicts(attested: Statement, found: Statement) -> list[tuple[str, str]]:
    return [
        (module, f"{name} is {now.label}, and was attested as {was.label}")
        for module, now, was, name in _changed(attested, found)
        if not now.at_most(was)
    ]


def _better(attested: Statement, found: Statement) -> list[tuple[str, str]]:
    return [
        (name, f"is {now.label}, and was attested as {was.label}")
        for _, now, was, name in _changed(attested, found)
        if now.at_most(was)
    ]
