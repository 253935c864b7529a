"""The clause that a shipped module must keep: by its path, else by being the module that was built."""

import glob
import hashlib
import os
from collections.abc import Mapping
from fnmatch import fnmatchcase

from nogrow.contract.model import ArtifactContract, Contract
from nogrow.contract.select import MEMBER, Target, is_glob, targets
from nogrow.errors import ContractError, ModuleError
from nogrow.wasm.file import read


def clause_at(contract: Contract, path: str) -> ArtifactContract | None:
    """The clause that names the shipped module at `path`, None if none does. An exact path goes first.

    `path` is `FILE` or `FILE!MEMBER`, relative to the working folder. In a glob, `*` stays between two
    slashes, `**` does not, and neither goes past a `!`.
    """
    return next((clause for clause, pattern in _patterns(contract) if _matches(pattern, path)), None)


def parts_at(contract: Contract, path: str) -> tuple[tuple[int, ArtifactContract], ...]:
    """The clauses for single core modules of the shipped component at `path`, by their numbers."""
    found: dict[int, ArtifactContract] = {}
    for clause, pattern in _patterns(contract):
        file, hash_sign, number = pattern.rpartition("#")
        if hash_sign and number.isdecimal() and _matches(file, path):
            found.setdefault(int(number), clause)
    return tuple(found.items())


def _patterns(contract: Contract) -> list[tuple[ArtifactContract, str]]:
    """The clauses and their absolute paths as globs, those first that are none."""
    folder = glob.escape(os.path.abspath(contract.path.parent))  # noqa: PTH100
    ordered = sorted(contract.artifacts, key=lambda clause: is_glob(clause.path))
    return [
        (one, os.path.normpath(f"{folder}/{one.path if is_glob(one.path) else glob.escape(one.path)}"))
        for one in ordered
    ]


def built(contract: Contract) -> Mapping[str, Target]:
    """The contract's artifacts that are there, by the SHA-256 of their bytes in hexadecimal.

    A control, which has an `expect`, is left out: what it has to do is nothing that may be shipped. Of
    two with the same bytes, the one whose path comes first counts.
    """
    found: dict[str, Target] = {}
    for target in targets(contract, ()):
        clauses = (target.clause, *(clause for _, clause in target.parts))
        if any(clause.expect for clause in clauses):
            continue
        try:
            found.setdefault(hashlib.sha256(read(target.path)).hexdigest(), target)
        except ModuleError:
            # It is judged where it is asked for; here it only gives its clause to nothing.
            continue
    return found


def _matches(pattern: str, path: str) -> bool:
    patterns, paths = pattern.split(MEMBER), os.path.abspath(path).split(MEMBER)  # noqa: PTH100
    return len(patterns) == len(paths) and all(
        _all_match(one.split("/"), other.split("/")) for one, other in zip(patterns, paths, strict=True)
    )


def _all_match(patterns: list[str], parts: list[str]) -> bool:
    """Whether the parts of a path match those of a pattern, of which `**` stands for any number."""
    reached = _passed(patterns, {0})
    for part in parts:
        reached = _passed(
            patterns,
            {
                place if patterns[place] == "**" else place + 1
                for place in reached
                if place < len(patterns) and (patterns[place] == "**" or fnmatchcase(part, patterns[place]))
            },
        )
    return len(patterns) in reached


def _passed(patterns: list[str], reached: set[int]) -> set[int]:
    """The beginnings of the pattern that are reached, also where a `**` stands for nothing."""
    for place in sorted(reached):
        while place < len(patterns) and patterns[place] == "**":
            place += 1
            reached.add(place)
    return reached


def digest_of(contract: Contract | None) -> str | None:
    """The SHA-256 of the contract's file in hexadecimal; raises `ContractError` if it is gone."""
    if contract is None:
        return None
    try:
        return hashlib.sha256(contract.path.read_bytes()).hexdigest()
    except OSError as error:
        raise ContractError(contract.path, None, f"can't be read: {error.strerror}") from error
