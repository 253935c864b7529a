"""This module finds the artifacts whose clauses have `seal`, and the paths of their copies."""

import os
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

from nogrow.contract.model import ArtifactContract, Contract, Scenario, Seal
from nogrow.contract.select import Target, targets
from nogrow.errors import UsageError


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

    The copies, which a glob may match too, are not sealed again. Raises `UsageError` as `seal_in` does.
    """
    if not any(clause.seal for clause in contract.artifacts):
        return
    for target in targets(contract, ()):
        path = os.path.relpath(target.path, contract.path.parent)
        seal = seal_in(target.clauses, path)
        if seal is not None and not PurePosixPath(path).is_relative_to(sealed_folder(output)):
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


def sealed_folder(output: PurePosixPath) -> PurePosixPath:
    """Return the folder of the sealed copies."""
    return output / "sealed"
