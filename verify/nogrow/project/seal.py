"""This module seals built modules; each copy is validated, judged and tried before it is written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from nogrow.analysis.judgement import Judgement, worst
from nogrow.contract.load import load
from nogrow.contract.model import Contract, Scenario, Seal
from nogrow.contract.phrases import mode_and_pages
from nogrow.contract.seal_clauses import artifacts_to_seal, copy_path, scenarios_of
from nogrow.contract.select import targets
from nogrow.errors import ModuleError, ToolError, UsageError
from nogrow.machine.process import Progress
from nogrow.project.manifest import built_modules, write_other
from nogrow.project.project import CONTRACT, Project
from nogrow.rewrite.rewrite import Mode
from nogrow.scenarios.sealing import pages_of, seal
from nogrow.wasm.file import is_there, read
from nogrow.wasm.runtime import Engine


@dataclass(frozen=True)
class SealedCopy:
    """A sealed copy of an artifact, with the worst verdict before and after, and notes for the user.

    Paths are relative to the project.
    """

    artifact: str
    copy: str
    mode: str
    before: str
    after: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Order:
    """A file to seal, and how."""

    path: str
    copy: PurePosixPath
    seal: Seal
    scenarios: tuple[Scenario, ...]


def seal_all(project: Project, wanted: Seal | None, progress: Progress) -> tuple[SealedCopy, ...]:
    """Write sealed copies to the folder `sealed` of the output folder.

    With `wanted`, every module that the manifest lists is sealed in this way. Without it, the artifacts whose
    clauses have `seal` are. Raises `UsageError` if no clause has it.
    """
    orders = list(_as_the_contract_says(project) if wanted is None else _every_module(project, wanted))
    if not orders:
        raise UsageError(f"no artifact in {CONTRACT} has the key `seal`: add it, or give --mode")
    return _sealed(project, orders, progress)


def seal_for_release(project: Project, progress: Progress) -> tuple[SealedCopy, ...]:
    """Write the copies that the contract asks for, if any."""
    return _sealed(project, list(_as_the_contract_says(project)), progress)


def _as_the_contract_says(project: Project) -> Iterator[_Order]:
    for artifact in artifacts_to_seal(_contract(project), project.output):
        if not artifact.target.found:
            raise ToolError(f"{artifact.path} cannot be sealed: there is no such file; run `invoke build`")
        yield _Order(artifact.path, artifact.copy, artifact.seal, artifact.scenarios)


def _every_module(project: Project, wanted: Seal) -> Iterator[_Order]:
    contract = _contract(project) if wanted.mode is Mode.RESERVE else None
    for entry in built_modules(project):
        scenarios: tuple[Scenario, ...] = ()
        if contract is not None and is_there(project.root / entry.path):
            (target,) = targets(contract, (str(project.root / entry.path),))
            scenarios = scenarios_of(target.clauses)
        yield _Order(entry.path, copy_path(entry.path, project.output), wanted, scenarios)


def _contract(project: Project) -> Contract:
    return load(project.root / CONTRACT, may_be_empty=True)


def _sealed(project: Project, orders: Sequence[_Order], progress: Progress) -> tuple[SealedCopy, ...]:
    engine = Engine()
    copies: list[SealedCopy] = []
    for order in orders:
        progress(f"sealing {order.path}")
        if str(order.copy) in {copy.copy for copy in copies}:
            raise ToolError(
                f"two modules would both be sealed to {order.copy}; change the output path of {order.path}"
            )
        copies.append(_copy(project, order, engine))
    return tuple(copies)


def _copy(project: Project, order: _Order, engine: Engine) -> SealedCopy:
    """Write one copy; raises `ToolError` and `UsageError` with the path of the module."""
    try:
        data = read(str(project.root / order.path))
        pages = pages_of(data, order.seal, order.scenarios)
        result = seal(data, order.seal.mode, pages, engine, order.scenarios)
    except ModuleError as error:
        raise ToolError(f"{order.path} cannot be sealed: {error}") from error
    except UsageError as error:
        raise UsageError(f"{order.path} cannot be sealed: {error}") from error
    write_other(project, order.copy, result.data)
    before = _worst([comparison.before for comparison in result.comparisons])
    after = _worst([comparison.after for comparison in result.comparisons])
    notes = (*result.notes, *(note for comparison in result.comparisons for note in comparison.notes))
    mode = mode_and_pages(order.seal.mode.value, pages)
    return SealedCopy(order.path, str(order.copy), mode, before, after, notes)


def _worst(judgements: Sequence[Judgement]) -> str:
    return worst(judgement.verdict for judgement in judgements).label if judgements else "-"
