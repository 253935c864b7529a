"""The clauses that a shipped module must keep: by its path, else by being the module that was built."""

import glob
import hashlib
import os
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from nogrow.contract.model import ArtifactContract, Contract
from nogrow.contract.paths import MEMBER, is_glob, members, plain, split_number, unescaped
from nogrow.contract.select import Target, is_shipped, targets
from nogrow.errors import ContractError, ModuleError
from nogrow.wasm.file import read


def clauses_at(contract: Contract, path: str) -> tuple[ArtifactContract, ...]:
    """The clauses that name the shipped module at `path`: those with the exact path, else all globs.

    `path` is `FILE` or `FILE!MEMBER`, relative to the working folder. In a glob, `*` stays between two
    slashes, `**` does not, and neither goes past a `!`.
    """
    found = [
        clause
        for clause, pattern, number in _patterns(contract)
        if number is None and _matches(pattern, path)
    ]
    exact = [clause for clause in found if not is_glob(clause.path)]
    return tuple(exact or found)


def parts_at(contract: Contract, path: str) -> tuple[tuple[int, ArtifactContract], ...]:
    """The clauses for single core modules of the shipped component at `path`, by their numbers."""
    found = [
        (number, clause)
        for clause, pattern, number in _patterns(contract)
        if number is not None and _matches(pattern, path)
    ]
    exact = {number for number, clause in found if not is_glob(clause.path)}
    return tuple(one for one in found if one[0] not in exact or not is_glob(one[1].path))


def unmatched(
    contract: Contract, roots: Sequence[str], modules: Sequence[str], refused: Sequence[str]
) -> tuple[str, ...]:
    """The paths of the clauses that are about what is at `roots`, and match none of the `modules` there.

    `refused` are the files that could not be looked into: nothing is missing from them. A clause about
    members of archives counts if its archive may be at one of the roots, one about files if they must be.
    """
    places = [os.path.realpath(root) for root in roots]
    missing: list[str] = []
    for clause, pattern, _ in _patterns(contract):
        file = members(pattern)[0]
        fixed = os.path.realpath(_fixed(file))
        inside = any(_is_below(fixed, place) for place in places)
        around = is_shipped(clause) and is_glob(clause.path) and any(_is_below(one, fixed) for one in places)
        is_there = any(_matches(pattern, path) for path in modules)
        if (inside or around) and not is_there and not any(_matches(file, path) for path in refused):
            missing.append(os.path.normpath(contract.path.parent / clause.path))
    return tuple(missing)


def _fixed(pattern: str) -> str:
    """The beginning of a pattern that holds no wildcard, up to a slash or to its end."""
    parts = pattern.split("/")
    wild = next((place for place, part in enumerate(parts) if is_glob(plain(part))), len(parts))
    return unescaped("/".join(parts[:wild])) or "/"


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _patterns(contract: Contract) -> list[tuple[ArtifactContract, str, int | None]]:
    """The clauses, their absolute paths as globs, and the number of the core module that they are about."""
    folder = glob.escape(os.path.abspath(contract.path.parent))  # noqa: PTH100
    found = []
    for one in contract.artifacts:
        path, number = split_number(one.path)
        pattern = f"{folder}/{path if is_glob(path) else glob.escape(path)}"
        found.append((one, os.path.normpath(pattern), number))
    return found


def built(contract: Contract) -> Mapping[str, Target]:
    """The contract's artifacts that are there, by the SHA-256 of their bytes in hexadecimal.

    A control, which has an `expect`, is left out: what it has to do is nothing that may be shipped. Of
    several with the same bytes, all clauses must be kept.
    """
    found: dict[str, Target] = {}
    for target in targets(contract, ()):
        clauses = (*target.clauses, *(clause for _, clause in target.parts))
        if any(clause.expect for clause in clauses):
            continue
        try:
            digest = hashlib.sha256(read(target.path)).hexdigest()
        except ModuleError:
            # It is judged where it is asked for; here it only gives its clause to nothing.
            continue
        other = found.get(digest, target)
        more = [clause for clause in target.clauses if clause not in other.clauses]
        found[digest] = other._replace(
            also=(*other.also, *more), parts=tuple(dict.fromkeys((*other.parts, *target.parts)))
        )
    return found


def _matches(pattern: str, path: str) -> bool:
    patterns, paths = members(pattern), os.path.abspath(path).split(MEMBER)  # noqa: PTH100
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
