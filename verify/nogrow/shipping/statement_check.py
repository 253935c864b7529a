"""Make the statement of a report on a shipment, and compare a shipment with an older statement."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from nogrow.analysis.assumptions import sentences
from nogrow.analysis.judgement import Judgement, Verdict
from nogrow.archives.archive import SEPARATOR
from nogrow.archives.shipped_files import Shipped
from nogrow.contract.patterns import without_number
from nogrow.report.model import ArtifactReport, Report
from nogrow.report.summary import NOT_VALIDATED
from nogrow.shipping.gate import Shipment, name_of, path_of
from nogrow.shipping.sealed_copies import SealedCopies
from nogrow.shipping.statement import AttestedFile, AttestedModule, AttestedVerdict, Statement


class Differences(NamedTuple):
    """The differences from a statement: violations by path, and notes on differences that break nothing."""

    broken: Mapping[str, tuple[str, ...]]
    notes: tuple[str, ...]


def statement_of(shipment: Shipment, report: Report, contract: str | None, copies: SealedCopies) -> Statement:
    """Return the statement that attests the report's verdicts on the shipment.

    `contract` is the SHA-256 of the contract that was kept. Modules that were not judged have no verdict.
    """
    by_file: dict[str, list[ArtifactReport]] = {}
    for artifact in report.artifacts:
        by_file.setdefault(without_number(artifact.path), []).append(artifact)
        by_file.setdefault(artifact.path, [artifact])
    files = (_file(file, by_file, copies) for file in shipment.files if file.refused is None)
    return Statement(tuple(sorted(files, key=lambda file: file.name)), contract)


def compare(
    attested: Statement, shipment: Shipment, report: Report, contract: str | None, copies: SealedCopies
) -> Differences:
    """Compare the shipment and its verdicts with those that were `attested`.

    Files are compared by digest, not by size. Files that were refused are left out.
    """
    current = statement_of(shipment, report, contract, copies)
    paths = {file.name: file.path for file in shipment.files}
    paths |= {
        name_of(file, module): path_of(file, module) for file in shipment.files for module in file.modules
    }
    refused = {file.name for file in shipment.files if file.refused is not None}
    changed = [*_changed_verdicts(attested, current), *_changed_origins(attested, current, copies)]
    worse = ((name, sentence) for name, is_worse, sentence in changed if is_worse)
    broken: dict[str, tuple[str, ...]] = {}
    for name, sentence in (*_changed_files(attested, current), *worse):
        if name.partition(SEPARATOR)[0] not in refused:
            path = paths.get(name, name)
            broken[path] = (*broken.get(path, ()), sentence)
    notes = [sentence for _, is_worse, sentence in changed if not is_worse]
    if attested.contract != contract:
        notes.append("the contract is not the one under which the shipment was attested")
    return Differences(broken, tuple(notes))


def _file(file: Shipped, reports: Mapping[str, list[ArtifactReport]], copies: SealedCopies) -> AttestedFile:
    modules = []
    for module in file.modules:
        name, path = name_of(file, module), path_of(file, module)
        verdicts = tuple(
            AttestedVerdict(
                name + artifact.path.removeprefix(path),
                artifact.judgement.verdict,
                _assumptions(artifact, artifact.judgement),
            )
            for artifact in reports.get(path, ())
            if artifact.judgement is not None
        )
        origin = copies.origins.get(module.sha256)
        modules.append(AttestedModule(name, module.sha256, len(module.data), verdicts, origin))
    modules.sort(key=lambda module: module.name)
    return AttestedFile(file.name, file.sha256 or "", file.size or 0, tuple(modules))


def _assumptions(artifact: ArtifactReport, judgement: Judgement) -> tuple[str, ...]:
    """Return the assumptions of the verdict; without validation, that the module is valid is one of them."""
    assumptions = tuple(sentences(judgement.assumptions))
    if not artifact.unvalidated:
        return assumptions
    return (f"the module is valid, though it was {NOT_VALIDATED}", *assumptions)


def _changed_files(attested: Statement, current: Statement) -> Iterator[tuple[str, str]]:
    """Yield the files and modules that were replaced, added, removed or renamed, each with a sentence."""
    before, now = attested.subjects(), current.subjects()
    for name in sorted(before.keys() & now.keys()):
        if before[name] != now[name]:
            digests = f"its SHA-256 is {now[name]}, and was {before[name]}"
            yield name, f"{name} is not the one that was attested: {digests}"
    added, removed = sorted(now.keys() - before.keys()), sorted(before.keys() - now.keys())
    for name in added:
        old_name = next((old_name for old_name in removed if before[old_name] == now[name]), None)
        since = (
            "was not there when the shipment was attested"
            if old_name is None
            else f"was attested as {old_name}"
        )
        yield name, f"{name} {since}"
    renamed = {now[name] for name in added}
    for name in removed:
        if before[name] not in renamed:
            yield name, f"{name} was attested, and is not there"


def _changed_verdicts(attested: Statement, current: Statement) -> Iterator[tuple[str, bool, str]]:
    """Yield the verdicts that changed on the same bytes.

    Each has the name of the module, whether it is worse, and the sentence about the core module.
    """
    for old, module in _same_modules(attested, current):
        verdicts = {name: verdict for name, verdict, _ in old.verdicts}
        for name, now, _ in module.verdicts:
            # A core module that was attested without a verdict counts as one with the best verdict.
            was = verdicts.get(name, Verdict.ABSENT)
            if now is not was:
                yield (
                    module.name,
                    not now.at_most(was),
                    f"{name} is {now.label}, and was attested as {was.label}",
                )


def _changed_origins(
    attested: Statement, current: Statement, copies: SealedCopies
) -> Iterator[tuple[str, bool, str]]:
    """Yield, as `_changed_verdicts`, the modules on whose originals the statement and the contract differ.

    Without the attested original on the disk the copy cannot be made again, so that breaks nothing.
    """
    for old, module in _same_modules(attested, current):
        was, now = old.origin, module.origin
        if was == now:
            continue
        if was is None:
            yield module.name, False, f"{module.name} is {now}, which was not attested"
        elif now is None and was.sha256 not in copies.originals:
            yield module.name, False, f"{module.name} was attested as {was}, which is not here to compare"
        else:
            yield module.name, True, f"{module.name} was attested as {was}, and is {now or 'not that copy'}"


def _same_modules(attested: Statement, current: Statement) -> Iterator[tuple[AttestedModule, AttestedModule]]:
    """Yield the modules that have the same name and bytes in both statements, as attested and as they are."""
    old_modules = {module.name: module for file in attested.files for module in file.modules}
    for module in (module for file in current.files for module in file.modules):
        old = old_modules.get(module.name)
        if old is not None and old.sha256 == module.sha256:
            yield old, module
