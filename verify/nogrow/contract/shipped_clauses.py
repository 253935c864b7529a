"""This module finds the clauses for a shipped module, by its path or by the bytes of a built module."""

import glob
import hashlib
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from nogrow.contract.model import ArtifactContract, Contract
from nogrow.contract.patterns import MEMBER, fixed_folder, is_glob, members, split_number
from nogrow.contract.select import Target, is_shipped, targets
from nogrow.errors import ContractError, ModuleError
from nogrow.util import paths
from nogrow.util.paths import absolute, normal, real
from nogrow.wasm.file import read


def clauses_at(contract: Contract, path: str) -> tuple[ArtifactContract, ...]:
    """Return the clauses that name the shipped module at `path`: the exact ones, else all matching globs.

    `path` is `FILE` or `FILE!MEMBER`, relative to the working folder. In a glob, `**` also matches slashes,
    `*` does not, and neither matches a `!`.
    """
    return tuple(clause for number, clause in _naming(contract, path) if number is None)


def parts_at(contract: Contract, path: str) -> tuple[tuple[int, ArtifactContract], ...]:
    """Return the clauses for single core modules of the shipped component at `path`, with their numbers."""
    return tuple((number, clause) for number, clause in _naming(contract, path) if number is not None)


def _naming(contract: Contract, path: str) -> list[tuple[int | None, ArtifactContract]]:
    """Return the clauses that name `path`; for each core module, exact paths replace matching globs."""
    patterns = _patterns(contract)
    found = [(number, clause) for clause, pattern, number in patterns if _matches(pattern, path)]
    exact = {number for number, clause in found if not is_glob(clause.path)}
    return [(number, clause) for number, clause in found if number not in exact or not is_glob(clause.path)]


def unmatched(
    contract: Contract, roots: Sequence[str], modules: Sequence[str], refused: Sequence[str]
) -> tuple[str, ...]:
    """Return the paths of the clauses that are about files at `roots` but match none of the `modules`.

    Clauses about `refused` files, which could not be opened, are left out. A clause about members of archives
    counts if its archive can be below a root, a clause about files only if all files that it can match are.
    """
    real_roots = list(map(real, roots))
    missing: list[str] = []
    for clause, pattern, _ in _patterns(contract):
        file = members(pattern)[0]
        fixed = real(fixed_folder(file))
        inside = any(_is_below(fixed, root) for root in real_roots)
        may_match_archives = is_shipped(clause) and is_glob(clause.path)
        around = may_match_archives and any(_is_below(root, fixed) for root in real_roots)
        is_there = any(_matches(pattern, path) for path in modules)
        if (inside or around) and not is_there and not any(_matches(file, path) for path in refused):
            missing.append(normal(paths.joined(contract.path.parent, clause.path)))
    return tuple(missing)


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _patterns(contract: Contract) -> list[tuple[ArtifactContract, str, int | None]]:
    """Return the clauses with their absolute paths as globs and the numbers of their core modules."""
    folder = glob.escape(absolute(contract.path.parent))
    patterns = []
    for clause in contract.artifacts:
        path, number = split_number(clause.path)
        pattern = paths.joined(folder, path if is_glob(path) else glob.escape(path))
        patterns.append((clause, normal(pattern), number))
    return patterns


def built(contract: Contract) -> Mapping[str, Target]:
    """Return the contract's artifacts that exist, by the SHA-256 of their bytes in hexadecimal.

    Controls (clauses with `expect`) are left out: they must grow, so they must never be shipped.
    Artifacts with the same bytes share a target that has all their clauses.
    """
    found: dict[str, Target] = {}
    for target in targets(contract, ()):
        if any(clause.expect for clause in target.every_clause):
            continue
        try:
            digest = hashlib.sha256(read(target.path)).hexdigest()
        except ModuleError:
            # `nogrow check` reports the unreadable file; no shipped module can have its bytes.
            continue
        found[digest] = joined(found.get(digest), target)
    return found


def joined(first: Target | None, target: Target) -> Target:
    """Return a target with the clauses of both, each once."""
    if first is None:
        return target
    more = [clause for clause in target.clauses if clause not in first.clauses]
    parts = tuple(dict.fromkeys((*first.parts, *target.parts)))
    return first._replace(also=(*first.also, *more), parts=parts)


def _matches(pattern: str, path: str) -> bool:
    patterns, names = members(pattern), absolute(path).split(MEMBER)
    return len(patterns) == len(names) and all(
        _all_match(wanted.split("/"), part.split("/")) for wanted, part in zip(patterns, names, strict=True)
    )


def _all_match(patterns: list[str], parts: list[str]) -> bool:
    """Return whether the parts of a path match those of a pattern, of which `**` matches any number."""
    # For each beginning of the pattern, whether it matches the parts so far. Trying each number of parts for
    # each `**` would take exponential time.
    row = [True]
    for pattern in patterns:
        row.append(row[-1] and pattern == "**")
    for part in parts:
        last, row = row, [False]
        for index, pattern in enumerate(patterns):
            is_star = pattern == "**"
            row.append(
                row[index] or last[index + 1] if is_star else last[index] and fnmatchcase(part, pattern)
            )
    return row[-1]


def digest_of(contract: Contract | None) -> str | None:
    """Return the SHA-256 of the contract file in hexadecimal; raises `ContractError` if it is unreadable."""
    if contract is None:
        return None
    try:
        return hashlib.sha256(contract.path.read_bytes()).hexdigest()
    except OSError as error:
        raise ContractError(contract.path, None, f"can't be read: {error.strerror}") from error
