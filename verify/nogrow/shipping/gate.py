"""Gather the files to be shipped, and select the clauses and host code for each module in them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from nogrow.archives.archive import SEPARATOR, Counts, Module, added
from nogrow.archives.shipped_files import Shipped, shipped
from nogrow.archives.unpack_limits import Limits
from nogrow.contract.model import ArtifactContract, Contract
from nogrow.contract.patterns import without_number
from nogrow.contract.select import Target
from nogrow.contract.shipped_clauses import built, clauses_at, joined, parts_at, unmatched
from nogrow.contract.violations import Rule, Violation
from nogrow.errors import UsageError
from nogrow.jshost.model import Glue
from nogrow.pipeline.host_code import of_module, scripts_beside
from nogrow.pipeline.named_host_code import is_named
from nogrow.report.model import ArtifactReport, Report
from nogrow.rewrite.stress_marker import is_marked
from nogrow.shipping.sealed_copies import SealedCopies

_STRESSED = "it is a copy for tests, written by `nogrow stress`: ship the module that it was made from"


class Shipment(NamedTuple):
    """The shipped files that hold modules or may hold some.

    `roots` are the paths that the user named, `empty` those of them without such files. `counts` has the
    numbers of files that were searched.
    """

    files: tuple[Shipped, ...]
    empty: tuple[str, ...]
    counts: Counts
    roots: tuple[str, ...] = ()

    def without_modules(self) -> tuple[str, ...]:
        """Return the archives that were unpacked and hold no module."""
        return tuple(file.path for file in self.files if not file.modules and file.refused is None)


def gather(paths: Sequence[str], limits: Limits = Limits()) -> Shipment:  # noqa: B008
    """Read the files at the paths, which may be folders.

    Raises `UsageError` if a path does not exist, or if two files have the same name below the paths.
    """
    files: dict[str, Shipped] = {}
    names: dict[str, str] = {}
    empty: list[str] = []
    counts: dict[str, Counts] = {}
    for path in paths:
        kept = sum(len(module.data) for file in files.values() for module in file.modules)
        at_path = tuple(shipped(path, limits, kept))
        counts.update((file.path, file.counts) for file in at_path)
        if not any(file.modules or file.refused for file in at_path):
            empty.append(path)
        for file in filter(lambda file: file.matters, at_path):
            first = names.setdefault(file.name, file.path)
            if first != file.path:
                raise UsageError(
                    f"--dist: {first} and {file.path} have the same name: name the folder above them instead"
                )
            files[file.path] = file
    return Shipment(tuple(files.values()), tuple(empty), added(counts.values()), tuple(paths))


def targets_of(
    shipment: Shipment,
    contract: Contract | None,
    copies: SealedCopies = SealedCopies(),  # noqa: B008
) -> tuple[Target, ...]:
    """Return the targets of the check, sorted by path: each module, and each refused or missing file.

    A module gets the clauses that name it; without any, those of the built file with the same bytes and of
    the artifact that it is the sealed copy of, or else the default clause. A clause about shipped files that
    matches no module is a missing target.
    """
    by_digest = dict(built(contract)) if contract else {}
    for digest, target in copies.targets.items():
        by_digest[digest] = joined(by_digest.get(digest), target)
    targets = [Target(path, ArtifactContract(), found=False) for path in shipment.empty]
    for file in shipment.files:
        if file.refused is not None:
            path = SEPARATOR.join((file.path, *file.refused.members))
            targets.append(Target(path, ArtifactContract(), problem=file.refused.reason))
        targets += (_target(file, module, contract, by_digest) for module in file.modules)
    targets += _missing(shipment, contract) if contract else ()
    return tuple(sorted(targets, key=lambda target: target.path))


def _target(
    file: Shipped, module: Module, contract: Contract | None, by_digest: Mapping[str, Target]
) -> Target:
    path = path_of(file, module)
    template = by_digest.get(module.sha256) or Target(path, ArtifactContract())
    target = template._replace(path=path, data=module.data)
    if contract is None:
        return target
    named, parts = clauses_at(contract, path), parts_at(contract, path)
    if not named:
        return target._replace(parts=parts or target.parts)
    return target._replace(clause=named[0], also=named[1:], parts=parts)


def _missing(shipment: Shipment, contract: Contract) -> Iterator[Target]:
    modules = [path_of(file, module) for file in shipment.files for module in file.modules]
    refused = [file.path for file in shipment.files if file.refused is not None]
    for path in unmatched(contract, shipment.roots, modules, refused):
        yield Target(path, ArtifactContract(), found=False)


def host_code(shipment: Shipment, targets: Sequence[Target]) -> dict[str, tuple[Glue, ...]]:
    """Return the host code that belongs to the targets, by path.

    It is in the same folder or archive as the module. Targets whose host code the contract names are skipped.
    """
    host_code_of: dict[str, tuple[Glue, ...]] = {}
    trusts = {target.path: target.trusts for target in targets if not is_named(target)}
    for file in shipment.files:
        for module in file.modules:
            path = path_of(file, module)
            if path in trusts:
                scripts = module.scripts if module.members else scripts_beside(file.path)
                host_code_of[path] = of_module(module.data, trusts[path], scripts)
    return {path: glue for path, glue in host_code_of.items() if glue}


def path_of(file: Shipped, module: Module) -> str:
    """Return the module's name in reports: `FILE`, or `FILE!MEMBER`."""
    return SEPARATOR.join((file.path, *module.members))


def name_of(file: Shipped, module: Module) -> str:
    """Return the module's name in statements: as `path_of`, but relative to the folder that is shipped."""
    return SEPARATOR.join((file.name, *module.members))


def with_violations(report: Report, broken: Mapping[str, Sequence[str]]) -> Report:
    """Add a violation of NG011 for each of the sentences, which are sorted by the path of their artifact."""
    artifacts = list(report.artifacts)
    # A component has several artifacts, of which the first gets the violations.
    indices: dict[str, int] = {}
    for index, artifact in enumerate(artifacts):
        file = without_number(artifact.path)
        is_known = artifact.path in broken or file not in broken
        indices.setdefault(artifact.path if is_known else file, index)
    for path, sentences in broken.items():
        if path not in indices:
            indices[path] = len(artifacts)
            artifacts.append(ArtifactReport(path))
        artifact = artifacts[indices[path]]
        violations = (Violation(Rule.PIN_BROKEN, sentence) for sentence in sentences)
        artifacts[indices[path]] = artifact._replace(violations=(*artifact.violations, *violations))
    return report._replace(artifacts=tuple(sorted(artifacts, key=lambda artifact: artifact.path)))


def disagreements(shipment: Shipment) -> Iterator[tuple[str, str]]:
    """Yield the path of each module that differs from its wheel's RECORD, and how."""
    for file in shipment.files:
        for module in file.modules:
            if module.problem is not None:
                yield path_of(file, module), module.problem


def originals(shipment: Shipment, copies: SealedCopies) -> Iterator[tuple[str, str]]:
    """Yield the path of each module whose sealed copy has to be shipped instead, and what to do."""
    for file in shipment.files:
        for module in file.modules:
            if module.sha256 in copies.misplaced:
                yield path_of(file, module), copies.misplaced[module.sha256]


def stressed(shipment: Shipment) -> Iterator[tuple[str, str]]:
    """Yield the path of each module that is a stressed copy, and what to do."""
    for file in shipment.files:
        for module in file.modules:
            if is_marked(module.data):
                yield path_of(file, module), _STRESSED


def with_notes(report: Report, shipment: Shipment, copies: SealedCopies) -> Report:
    """Add a note to each module that is the sealed copy of an artifact."""
    notes = {
        path_of(file, module): copies.notes[module.sha256]
        for file in shipment.files
        for module in file.modules
        if module.sha256 in copies.notes
    }
    artifacts = (
        artifact._replace(notes=(*artifact.notes, notes[path]))
        if (path := without_number(artifact.path)) in notes
        else artifact
        for artifact in report.artifacts
    )
    return report._replace(artifacts=tuple(artifacts))
