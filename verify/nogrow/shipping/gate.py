"""What is going to be shipped, to one report on the modules in it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from nogrow.archives.archive import SEPARATOR, Module
from nogrow.archives.counts import Counts, added
from nogrow.archives.shipped_files import Shipped, shipped
from nogrow.archives.unpack_limits import Limits
from nogrow.contract.model import ArtifactContract, Contract
from nogrow.contract.paths import split_number
from nogrow.contract.select import Target
from nogrow.contract.shipped_clauses import built, clauses_at, parts_at, unmatched
from nogrow.contract.violation import Rule, Violation
from nogrow.errors import UsageError
from nogrow.jshost.glue_model import Glue
from nogrow.pipeline.find_host_code import belonging, is_named, scripts_beside
from nogrow.report.result import ArtifactReport, Report


class Shipment(NamedTuple):
    """The shipped files that have to do with modules, and which of the given paths (`roots`) hold none.

    `counts` says how many files were looked at.
    """

    files: tuple[Shipped, ...]
    empty: tuple[str, ...]
    counts: Counts
    roots: tuple[str, ...] = ()

    def without_modules(self) -> tuple[str, ...]:
        """The archives that were looked into, and hold no module."""
        return tuple(one.path for one in self.files if not one.modules and one.refused is None)


def gather(paths: Sequence[str], limits: Limits = Limits()) -> Shipment:  # noqa: B008
    """Read what is at the paths, files or folders.

    Raises `UsageError` if nothing is at one of them, or if two files have the same name there.
    """
    files: list[Shipped] = []
    empty: list[str] = []
    counts: dict[str, Counts] = {}
    for path in paths:
        kept = sum(len(module.data) for one in files for module in one.modules)
        found = tuple(shipped(path, limits, kept))
        counts.update((one.path, one.counts) for one in found)
        files += (one for one in found if one.matters)
        if not any(one.modules or one.refused for one in found):
            empty.append(path)
    seen: dict[str, str] = {}
    for one in files:
        other = seen.setdefault(one.name, one.path)
        if other != one.path:
            raise UsageError(f"--dist: {other} and {one.path} have the same name: give the folder above them")
    unique = tuple({one.path: one for one in files}.values())
    return Shipment(unique, tuple(empty), added(counts.values()), tuple(paths))


def targets_of(shipment: Shipment, contract: Contract | None) -> tuple[Target, ...]:
    """What is to be judged, sorted by path: each module, and what was refused or holds none.

    A module has the clauses that name it, else those of the same bytes where they were built, else the
    default one. A clause about what is shipped that matches none is there as well.
    """
    same = built(contract) if contract else {}
    found = [Target(path, ArtifactContract(), found=False) for path in shipment.empty]
    for one in shipment.files:
        if one.refused is not None:
            path = SEPARATOR.join((one.path, *one.refused.members))
            found.append(Target(path, ArtifactContract(), problem=one.refused.reason))
        found += (_target(one, module, contract, same) for module in one.modules)
    found += _not_there(shipment, contract) if contract else ()
    return tuple(sorted(found, key=lambda target: target.path))


def _not_there(shipment: Shipment, contract: Contract) -> Iterator[Target]:
    modules = [path_of(one, module) for one in shipment.files for module in one.modules]
    refused = [one.path for one in shipment.files if one.refused is not None]
    for path in unmatched(contract, shipment.roots, modules, refused):
        yield Target(path, ArtifactContract(), found=False)


def host_code(shipment: Shipment, targets: Sequence[Target]) -> dict[str, tuple[Glue, ...]]:
    """The host code that is shipped with the targets and belongs to them, by path.

    It lies in the same folder or archive. Targets whose host code the contract names are passed over.
    """
    found: dict[str, tuple[Glue, ...]] = {}
    trusts = {target.path: target.trusts for target in targets if not is_named(target)}
    for one in shipment.files:
        for module in one.modules:
            path = path_of(one, module)
            if path in trusts:
                scripts = module.scripts if module.members else scripts_beside(one.path)
                found[path] = belonging(module.data, trusts[path], scripts)
    return {path: glue for path, glue in found.items() if glue}


def path_of(one: Shipped, module: Module) -> str:
    """How reports call the module: `FILE`, or `FILE!MEMBER`."""
    return SEPARATOR.join((one.path, *module.members))


def name_of(one: Shipped, module: Module) -> str:
    """How statements call the module: as `path_of`, from the folder that was given."""
    return SEPARATOR.join((one.name, *module.members))


def with_violations(report: Report, broken: Mapping[str, Sequence[str]]) -> Report:
    """The report with NG011 for each of the sentences, by the paths of what they are about."""
    artifacts = list(report.artifacts)
    known = {_file(one.path, broken): place for place, one in reversed(list(enumerate(artifacts)))}
    for path, sentences in broken.items():
        violations = tuple(Violation(Rule.PIN_BROKEN, sentence) for sentence in sentences)
        if path not in known:
            artifacts.append(ArtifactReport(path, violations=violations))
            continue
        one = artifacts[known[path]]
        artifacts[known[path]] = one._replace(violations=(*one.violations, *violations))
    return report._replace(artifacts=tuple(sorted(artifacts, key=lambda one: one.path)))


def disagreements(shipment: Shipment) -> Iterator[tuple[str, str]]:
    """What wheels say otherwise of the modules in them: the module's path, and what is wrong."""
    for one in shipment.files:
        for module in one.modules:
            if module.problem is not None:
                yield path_of(one, module), module.problem


def _file(path: str, known: Mapping[str, object]) -> str:
    """The path of a core module's component where that is known, else the path as it is."""
    file, _ = split_number(path)
    return file if path not in known and file in known else path


def _target(one: Shipped, module: Module, contract: Contract | None, same: Mapping[str, Target]) -> Target:
    path = path_of(one, module)
    bare = same.get(module.sha256) or Target(path, ArtifactContract())
    target = bare._replace(path=path, data=module.data)
    if contract is None:
        return target
    named, parts = clauses_at(contract, path), parts_at(contract, path)
    if not named:
        return target._replace(parts=parts or target.parts)
    return target._replace(clause=named[0], also=named[1:], parts=parts)
