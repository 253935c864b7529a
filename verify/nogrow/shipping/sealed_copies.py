"""Recognize sealed copies in a shipment, and originals that are shipped although the contract seals them.

The copies are made again from the artifacts on the disk, because sealing always gives the same bytes.
"""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import NamedTuple

from nogrow.contract.load import load_plan
from nogrow.contract.model import ArtifactContract, Contract
from nogrow.contract.phrases import mode_and_pages
from nogrow.contract.seal_clauses import ArtifactToSeal, artifacts_to_seal
from nogrow.contract.select import Target
from nogrow.contract.shipped_clauses import joined
from nogrow.errors import ModuleError, UsageError
from nogrow.rewrite.rewrite import sealed
from nogrow.scenarios.sealing import pages_of
from nogrow.wasm.file import read
from nogrow.wasm.runtime import Engine


class Origin(NamedTuple):
    """The original of a sealed copy, by its SHA-256, and how it was sealed; `pages` None is the default."""

    mode: str
    pages: int | None
    sha256: str

    def __str__(self) -> str:
        """Return the origin for messages."""
        how = mode_and_pages(self.mode, self.pages)
        return f"the copy ({how}) of the module with the SHA-256 {self.sha256}"


class SealedCopies(NamedTuple):
    """The copies that the contract asks for; the keys are digests of bytes, as SHA-256 in hexadecimal.

    `origins`, `targets`, which have the clauses, and `notes` for the user are by the digests of copies.
    `misplaced` says by the digest of an original what to ship instead of it. `originals` are the digests of
    all originals.
    """

    origins: Mapping[str, Origin] = {}
    targets: Mapping[str, Target] = {}
    notes: Mapping[str, str] = {}
    misplaced: Mapping[str, str] = {}
    originals: frozenset[str] = frozenset()


def sealed_copies(contract: Contract | None) -> SealedCopies:
    """Return the copies of the artifacts that exist; raises `UsageError` if clauses contradict each other.

    A copy is held to the clauses of its artifact, apart from `expect`, which is about the original.
    """
    if contract is None or not any(clause.seal for clause in contract.artifacts):
        return SealedCopies()
    origins: dict[str, Origin] = {}
    held: dict[str, Target] = {}
    notes: dict[str, str] = {}
    misplaced: dict[str, str] = {}
    originals: set[str] = set()
    engine = Engine()
    for artifact, data in _readable(contract, load_plan(contract.path).output):
        original = hashlib.sha256(data).hexdigest()
        originals.add(original)
        intro = f"it is {artifact.path}, which the contract seals"
        try:
            pages = pages_of(data, artifact.seal, artifact.scenarios)
            copy = sealed(data, artifact.seal.mode, pages, engine).data
        except (ModuleError, UsageError) as error:
            misplaced[original] = f"{intro}, but that fails: {error}"
            continue
        digest = hashlib.sha256(copy).hexdigest()
        origins[digest] = Origin(artifact.seal.mode.value, pages, original)
        notes[digest] = f"it is the copy of {artifact.path} ({mode_and_pages(*origins[digest][:2])})"
        held[digest] = joined(held.get(digest), _of_copy(artifact.target))
        if digest != original:
            misplaced[original] = f"{intro}: ship {artifact.copy} instead, which `invoke seal` writes"
    # An artifact whose bytes need no sealing may be the copy of another one.
    for digest in origins:
        misplaced.pop(digest, None)
    return SealedCopies(origins, held, notes, misplaced, frozenset(originals))


def _readable(contract: Contract, output: PurePosixPath) -> Iterator[tuple[ArtifactToSeal, bytes]]:
    for artifact in artifacts_to_seal(contract, output):
        try:
            yield artifact, read(artifact.target.path)
        except ModuleError:
            # `nogrow check` reports the file; no shipped module can be its copy.
            continue


def _of_copy(target: Target) -> Target:
    return target._replace(
        clause=_without_control(target.clause),
        also=tuple(map(_without_control, target.also)),
        parts=tuple((number, _without_control(clause)) for number, clause in target.parts),
    )


def _without_control(clause: ArtifactContract) -> ArtifactContract:
    return clause._replace(expect=())
