"""Make the statement of a report on a shipment, and compare a shipment with an older statement."""

from collections.abc import Mapping
from typing import NamedTuple

from nogrow.analysis.assumptions import sentences
from nogrow.analysis.judgement import Judgement, Verdict
from nogrow.archives.archive import SEPARATOR
from nogrow.archives.shipped_files import Shipped
from nogrow.contract.clause_lines import without_number
from nogrow.report.model import ArtifactReport, Report
from nogrow.report.summary import NOT_VALIDATED
from nogrow.shipping.gate import Shipment, name_of, path_of
from nogrow.shipping.statement import AttestedFile, AttestedModule, AttestedVerdict, Statement


class Differences(NamedTuple):
    """The differences from a statement: violations by path, and notes on differences that break nothing."""

    broken: Mapping[str, tuple[str, ...]]
    notes: tuple[str, ...]


def statement_of(shipment: Shipment, report: Report, contract: str | None) -> Statement:
    """Return the statement that attests the report's verdicts on the shipment.

    `contract` is the SHA-256 of the contract that was kept. Modules that were not judged have no verdict.
    """
    by_file: dict[str, list[ArtifactReport]] = {}
    for artifact in report.artifacts:
        by_file.setdefault(without_number(artifact.path), []).append(artifact)
        by_file.setdefault(artifact.path, [artifact])
    files = (_file(file, by_file) for file in shipment.files if file.refused is None)
    return Statement(tuple(sorted(files, key=lambda file: file.name)), contract)


def compare(attested: Statement, shipment: Shipment, report: Report, contract: str | None) -> Differences:
    """Compare the shipment and its verdicts with those that were `attested`.

    Files are compared by digest, not by size. Files that were refused are left out.
    """
    current = statement_of(shipment, report, contract)
    paths = {file.name: file.path for file in shipment.files}
    paths |= {
        name_of(file, module): path_of(file, module) for file in shipment.files for module in file.modules
    }
    broken: dict[str, list[str]] = {}
    refused = {file.name for file in shipment.files if file.refused is not None}
    for name, sentence in (*_changed_files(attested, current), *_worse(attested, current)):
        if name.partition(SEPARATOR)[0] in refused:
            continue
        broken.setdefault(paths.get(name, name), []).append(sentence)
    notes = [f"{name}: {text}" for name, text in _better(attested, current)]
    if attested.contract != contract:
        notes.append("the contract is not the one under which the shipment was attested")
    return Differences({path: tuple(sentences) for path, sentences in broken.items()}, tuple(notes))


def _assumptions(artifact: ArtifactReport, judgement: Judgement) -> tuple[str, ...]:
    """Return the assumptions of the verdict; without validation, that the module is valid is one of them."""
    assumptions = tuple(sentences(judgement.assumptions))
    if not artifact.unvalidated:
        return assumptions
    return (f"the module is valid, though it was {NOT_VALIDATED}", *assumptions)


def _file(file: Shipped, reports: Mapping[str, list[ArtifactReport]]) -> AttestedFile:
    modules = []
    for module in file.modules:
        name, path = name_of(file, module), path_of(file, module)
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
    return AttestedFile(file.name, file.sha256 or "", file.size or 0, tuple(modules))


def _changed_files(attested: Statement, current: Statement) -> list[tuple[str, str]]:
    """Return the files and modules that were replaced, added, removed or renamed, each with a sentence."""
    before, now = attested.subjects(), current.subjects()
    added = {name: sha256 for name, sha256 in now.items() if name not in before}
    removed = {name: sha256 for name, sha256 in before.items() if name not in now}
    sentences = [
        (name, f"is not the one that was attested: its SHA-256 is {now[name]}, and was {before[name]}")
        for name in sorted(before.keys() & now.keys())
        if before[name] != now[name]
    ]
    for name, sha256 in sorted(added.items()):
        old_names = sorted(old_name for old_name, digest in removed.items() if digest == sha256)
        why = (
            f"was attested as {old_names[0]}" if old_names else "was not there when the shipment was attested"
        )
        sentences.append((name, why))
    renamed = set(added.values())
    sentences += [
        (name, "was attested, and is not there")
        for name, sha256 in sorted(removed.items())
        if sha256 not in renamed
    ]
    return [(name, f"{name} {sentence}") for name, sentence in sentences]


def _changed_verdicts(attested: Statement, current: Statement) -> list[tuple[str, Verdict, Verdict, str]]:
    """Return the verdicts that changed on the same bytes.

    Each has the name of the module, the verdict now and before, and the name of the core module.
    """
    attested_modules = {module.name: module for file in attested.files for module in file.modules}
    changed = []
    for module in (module for file in current.files for module in file.modules):
        old = attested_modules.get(module.name)
        if old is None or old.sha256 != module.sha256:
            continue
        verdicts = {was.name: Verdict.from_label(was.verdict) for was in old.verdicts}
        for core_module in module.verdicts:
            now = Verdict.from_label(core_module.verdict)
            # A core module that was attested without a verdict counts as one with the best verdict.
            before = verdicts.get(core_module.name, Verdict.ABSENT)
            if now is not before:
                changed.append((module.name, now, before, core_module.name))
    return changed


def _worse(attested: Statement, current: Statement) -> list[tuple[str, str]]:
    return [
        (module, f"{name} is {now.label}, and was attested as {was.label}")
        for module, now, was, name in _changed_verdicts(attested, current)
        if not now.at_most(was)
    ]


def _better(attested: Statement, current: Statement) -> list[tuple[str, str]]:
    return [
        (name, f"is {now.label}, and was attested as {was.label}")
        for _, now, was, name in _changed_verdicts(attested, current)
        if now.at_most(was)
    ]
