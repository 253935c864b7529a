"""This module reads `seal` in clauses, and finds the artifacts that have it and the paths of their copies."""

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from nogrow.contract.model import ArtifactContract, Contract, Scenario, Seal
from nogrow.contract.patterns import members, split_number
from nogrow.contract.select import Target, targets
from nogrow.errors import UsageError
from nogrow.rewrite.rewrite import Mode
from nogrow.util.document import Node
from nogrow.util.paths import is_absolute, relative

_MODES = {mode.value: mode for mode in Mode}
_SCENARIOS = "scenarios"
STRESS = "stress"
"""The mode of copies for tests, which no clause can have."""


def seal_of(table: Node, path: str) -> Seal:
    """Return what `seal` says in the clause for `path`.

    Raises `ContractError` also if the clause is about something that cannot be sealed: a member of an
    archive, a part of a component, or a file outside the contract's folder, whose copy would have no place in
    the output folder.
    """
    table.object(("mode", "pages"))
    if len(members(path)) > 1:
        raise table.error("a member of an archive cannot be sealed: name the built file in `path`")
    if split_number(path)[1] is not None:
        raise table.error("a core module of a component cannot be sealed alone: name the component in `path`")
    if is_absolute(path) or path.split("/")[0] == "..":
        raise table.error("only a file below the contract's folder can be sealed")
    named = table.at("mode", "cap, deny, trap or reserve")
    if named.value == STRESS:
        raise named.error(
            "a stressed copy is for tests and is never shipped: write it with `nogrow stress` or "
            "`invoke seal --mode stress`"
        )
    mode = named.choice("mode", _MODES)
    pages = table.get("pages")
    if pages is None:
        return Seal(mode)
    if not mode.sets_limits:
        raise pages.error(f"{mode.value} does not change the pages; only cap and reserve do")
    if not isinstance(pages.value, str):
        return Seal(mode, pages.integer(1))
    if pages.value != _SCENARIOS:
        raise pages.unexpected(f'an integer of at least 1 or "{_SCENARIOS}"')
    if mode is not Mode.RESERVE:
        raise pages.error(f'"{_SCENARIOS}" is for the mode reserve; expected an integer of at least 1')
    return Seal(mode, "scenarios")


class ArtifactToSeal(NamedTuple):
    """A file to seal; the paths of the file and its copy are relative to the contract's folder."""

    target: Target
    seal: Seal
    path: str
    copy: PurePosixPath

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        """Return the scenarios of all clauses about the file."""
        return scenarios_of(self.target.clauses)


def artifacts_to_seal(contract: Contract, output: PurePosixPath) -> Iterator[ArtifactToSeal]:
    """Yield the contract's artifacts to seal, whether they exist or not; `output` is the output folder.

    Sealed and stressed copies, which a glob may match too, are left out. Raises `UsageError` as `seal_in`
    does.
    """
    if not any(clause.seal for clause in contract.artifacts):
        return
    for target in targets(contract, ()):
        path = relative(target.path, contract.path.parent)
        seal = seal_in(target.clauses, path)
        folders = (sealed_folder(output), stressed_folder(output))
        if seal is not None and not any(map(PurePosixPath(path).is_relative_to, folders)):
            yield ArtifactToSeal(target, seal, path, copy_path(path, output))


def seal_in(clauses: Iterable[ArtifactContract], path: str) -> Seal | None:
    """Return what the clauses for `path` say about sealing; raises `UsageError` if two disagree."""
    first, *others = {clause.seal for clause in clauses if clause.seal} or (None,)
    if others:
        raise UsageError(f"{path}: several clauses of the contract match the file, and their `seal` differ")
    return first


def scenarios_of(clauses: Iterable[ArtifactContract]) -> tuple[Scenario, ...]:
    """Return the scenarios of the clauses."""
    return tuple(scenario for clause in clauses for scenario in clause.scenarios)


def copy_path(path: str, output: PurePosixPath) -> PurePosixPath:
    """Return the path of the sealed copy of the file at `path`."""
    return sealed_folder(output) / path.removeprefix(f"{output}/")


def stressed_path(path: str, output: PurePosixPath) -> PurePosixPath:
    """Return the path of the stressed copy of the file at `path`."""
    return stressed_folder(output) / path.removeprefix(f"{output}/")


def stressed_folder(output: PurePosixPath) -> PurePosixPath:
    """Return the folder of the copies for tests, of which none is ever shipped."""
    return output / "stressed"


def sealed_folder(output: PurePosixPath) -> PurePosixPath:
    """Return the folder of the sealed copies."""
    return output / "sealed"
