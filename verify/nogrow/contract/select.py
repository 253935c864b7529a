"""This module selects the files to judge and the clauses of the contract that apply to each."""

import os
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from nogrow.analysis.judgement import Conditions
from nogrow.contract.model import ArtifactContract, Contract
from nogrow.contract.patterns import is_glob, members, split_number
from nogrow.util.paths import joined, matching, real, slashed
from nogrow.wasm.file import is_there

SUFFIX = ".wasm"


class Target(NamedTuple):
    """A file and the clause that it must keep.

    `found` is False for a path or glob that matches no module. `problem` says why the file can't be judged.
    `parts` are the clauses for single core modules of a component, with their numbers. `data` are the file's
    bytes if they were already read. `also` are further clauses that the file must keep.
    """

    path: str
    clause: ArtifactContract
    found: bool = True
    problem: str | None = None
    parts: tuple[tuple[int, ArtifactContract], ...] = ()
    data: bytes | None = None
    also: tuple[ArtifactContract, ...] = ()

    @property
    def clauses(self) -> tuple[ArtifactContract, ...]:
        """Return all clauses about the file as a whole."""
        return (self.clause, *self.also)

    def clauses_of(self, number: int | None) -> tuple[ArtifactContract, ...]:
        """Return the clauses for a core module of a component, those for the file if it has none."""
        own = tuple(clause for part, clause in self.parts if part == number)
        return own or self.clauses

    @property
    def every_clause(self) -> tuple[ArtifactContract, ...]:
        """Return the clauses about the file as a whole and those about single core modules."""
        return (*self.clauses, *(clause for _, clause in self.parts))

    def trusts(self, name: str) -> bool:
        """Return whether all clauses about the file as a whole trust the import `name`."""
        return all(clause.imports.trusts(name) for clause in self.clauses)


def targets(contract: Contract | None, paths: Sequence[str]) -> tuple[Target, ...]:
    """Return the targets sorted by path, each file once.

    A path is a file, a folder (all `*.wasm` in it and below) or a glob; each file has the clauses of the
    contract that name it, or the default clause. Without paths, the contract's artifacts are the targets. A
    clause names a path, not the target of a link at that path. A clause with the file's exact path replaces
    those with a glob; if several globs match, all their clauses apply.
    """
    contract = contract or Contract(Path(), ())
    clauses = _Clauses(contract)
    found: dict[str, Target] = {}
    for path in paths:
        for target in _at_path(slashed(path)):
            found.setdefault(_absolute(target.path), clauses.of(target))
    for clause in () if paths else _of_files(contract):
        matching = _matches(contract, clause)
        for path in matching:
            found.setdefault(_absolute(path), clauses.of(Target(path, clause)))
        if not matching:
            missing = _joined(contract, clause.path)
            found.setdefault(_absolute(missing), Target(missing, clause, found=False))
    parts: defaultdict[str, list[tuple[int, ArtifactContract]]] = defaultdict(list)
    linked: defaultdict[str, list[tuple[int, ArtifactContract]]] = defaultdict(list)
    for path, number, clause in _parts(contract):
        parts[_absolute(path)].append((number, clause))
        linked[real(path)].append((number, clause))
        if not paths:
            component = Target(path, ArtifactContract(), found=is_there(path))
            found.setdefault(_absolute(path), clauses.of(component))
    for absolute, target in found.items():
        own = parts.get(absolute, [])
        if not own and not clauses.names(absolute):
            own = linked.get(real(target.path), [])
        found[absolute] = target._replace(parts=tuple(own))
    return tuple(sorted(found.values(), key=lambda target: target.path))


def is_shipped(clause: ArtifactContract) -> bool:
    """Return whether the clause is about members of archives, written `ARCHIVE!MEMBER`."""
    return len(members(clause.path)) > 1


def _parts(contract: Contract) -> Iterator[tuple[str, int, ArtifactContract]]:
    """Yield the clauses for single core modules, with the component's path and the module's number."""
    for clause in contract.artifacts:
        file, number = split_number(clause.path)
        if number is not None and not is_glob(file) and not is_there(_joined(contract, clause.path)):
            yield _joined(contract, file), number, clause


def _of_files(contract: Contract) -> list[ArtifactContract]:
    """Return the clauses that are about files, not about core modules or members of archives."""
    others = [clause for _, _, clause in _parts(contract)]
    shipped = [clause for clause in contract.artifacts if is_shipped(clause)]
    others += [clause for clause in shipped if not is_there(_joined(contract, clause.path))]
    return [clause for clause in contract.artifacts if clause not in others]


class _Clauses:
    """The clauses that name each file by its path, or else by another path that links to the same file."""

    def __init__(self, contract: Contract) -> None:
        self._exact: defaultdict[str, list[ArtifactContract]] = defaultdict(list)
        self._globs: defaultdict[str, list[ArtifactContract]] = defaultdict(list)
        self._linked: defaultdict[str, list[ArtifactContract]] = defaultdict(list)
        paths: dict[str, str] = {}
        for clause in contract.artifacts:
            by_path = self._globs if is_glob(clause.path) else self._exact
            for path in _matches(contract, clause):
                by_path[_absolute(path)].append(clause)
                paths[_absolute(path)] = path
        for absolute, path in paths.items():
            self._linked[real(path)] += self._at(absolute)

    def names(self, absolute: str) -> bool:
        """Return whether a clause names the path itself."""
        return bool(self._at(absolute))

    def of(self, target: Target) -> Target:
        """Return the target with all clauses that apply to it, unchanged if there are none."""
        own = self._at(_absolute(target.path)) or self._linked.get(real(target.path), [])
        first, *others = dict.fromkeys(own) or (target.clause,)
        return target._replace(clause=first, also=tuple(others))

    def _at(self, absolute: str) -> list[ArtifactContract]:
        return self._exact.get(absolute) or self._globs.get(absolute, [])


def _matches(contract: Contract, clause: ArtifactContract) -> list[str]:
    if not is_glob(clause.path):
        path = _joined(contract, clause.path)
        return [path] if is_there(path) else []
    hits = matching(clause.path, contract.path.parent)
    return [path for path in (_joined(contract, hit) for hit in hits) if not _is_folder(path)]


def _at_path(path: str) -> list[Target]:
    """Return the targets for a path of the command line, with the default clause."""
    default = ArtifactContract()
    found: list[Target] = []
    if _is_folder(path):
        problems: list[OSError] = []
        for folder, _, names in os.walk(path, onerror=problems.append):
            files = (joined(folder, name) for name in names if name.endswith(SUFFIX))
            found += (Target(file, default) for file in files)
        for problem in problems:
            reason = f"can't be read: {problem.strerror}"
            found.append(Target(slashed(problem.filename), default, problem=reason))
    elif is_there(path):
        found.append(Target(path, default))
    elif is_glob(path):
        found += (target for hit in matching(path) for target in _at_path(hit) if target.found)
    return found or [Target(path, default, found=False)]


def _joined(contract: Contract, path: str) -> str:
    return joined(contract.path.parent, path)


def _is_folder(path: str) -> bool:
    # Path.is_dir raises if a parent folder may not be searched; reading such a path gives a clear error.
    return os.path.isdir(path)  # noqa: PTH112


def _absolute(path: str) -> str:
    """Return the absolute path that clauses are compared by, with links resolved up to the last `..`."""
    parts = Path(path).absolute().parts
    if ".." not in parts:
        return str(Path(*parts))
    end = len(parts) - parts[::-1].index("..")
    return str(Path(os.path.realpath(Path(*parts[:end])), *parts[end:]))


def conditions_of(clauses: Sequence[ArtifactContract]) -> Conditions:
    """Return the strictest conditions that any of the clauses sets."""
    every = [clause.conditions for clause in clauses]
    return Conditions(*map(any, zip(*every, strict=True)))


def trusted_by_all(
    clauses: Sequence[ArtifactContract], growing: Collection[str] = frozenset()
) -> Callable[[str], bool]:
    """Return a function that says whether all clauses trust an import.

    The imports in `growing` are known to grow the memory, and are trusted by their exact name only.
    """
    every = [clause.imports for clause in clauses]
    return lambda name: all(
        name in imports.trusted or (name not in growing and imports.trusts(name)) for imports in every
    )
