"""From the command's paths and the contract's artifacts to the files to judge."""

import glob
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from nogrow.contract.model import ArtifactContract, Contract
from nogrow.contract.paths import MEMBER, is_glob, members, split_number
from nogrow.wasm.file import is_there

__all__ = ["MEMBER", "SUFFIX", "Target", "is_glob", "targets"]

SUFFIX = ".wasm"


class Target(NamedTuple):
    """A file and the clause that it must keep.

    `found` False means a path or glob that matches no module. `problem` says why it can't be judged.
    `parts` are the clauses of single core modules in a component, by their numbers. `data` is what is
    judged where that was read already. `also` are other clauses that it must keep as well.
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
        """All clauses about the file as a whole."""
        return (self.clause, *self.also)

    def clauses_of(self, number: int | None) -> tuple[ArtifactContract, ...]:
        """All clauses about a core module of a component; without a number, those about the file."""
        own = tuple(clause for of_part, clause in self.parts if of_part == number)
        return own or self.clauses

    @property
    def every_clause(self) -> tuple[ArtifactContract, ...]:
        """The clauses about the file as a whole, and those about single core modules."""
        return (*self.clauses, *(clause for _, clause in self.parts))

    def trusts(self, name: str) -> bool:
        """Return whether all clauses about the file as a whole trust the import `name`."""
        return all(clause.imports.trusts(name) for clause in self.clauses)


def targets(contract: Contract | None, paths: Sequence[str]) -> tuple[Target, ...]:
    """The targets sorted by path, each file once.

    With paths, each is a file, a folder (all `*.wasm` in it and below) or a glob, and a file has
    the clauses of the contract that name it, or the default one. Without paths, the contract's
    artifacts are the targets. A clause names a path, not what a link at that path leads to. An exact
    path takes a file out of the globs; of several globs that match it, all must be kept.
    """
    clauses = _Clauses(contract)
    found: dict[str, Target] = {}
    if paths:
        for path in paths:
            for target in _given(path):
                found.setdefault(_place(target.path), clauses.of(target))
    elif contract is not None:
        folder = str(contract.path.parent)
        for clause in _of_files(contract):
            matches = _matches(contract, clause)
            if not matches:
                missing = _shown(folder, clause.path)
                found.setdefault(_place(missing), Target(missing, clause, found=False))
            for path in matches:
                found.setdefault(_place(path), clauses.of(Target(path, clause)))
    parts: dict[str, list[tuple[int, ArtifactContract]]] = {}
    linked: dict[str, list[tuple[int, ArtifactContract]]] = {}
    for path, number, clause in _parts(contract):
        parts.setdefault(_place(path), []).append((number, clause))
        linked.setdefault(os.path.realpath(path), []).append((number, clause))
        if not paths:
            found.setdefault(_place(path), Target(path, ArtifactContract(), found=is_there(path)))
    for place, one in found.items():
        own = parts.get(place)
        if own is None and not clauses.names(place):
            own = linked.get(os.path.realpath(one.path))
        found[place] = one._replace(parts=tuple(own or ()))
    return tuple(sorted(found.values(), key=lambda target: target.path))


def is_shipped(clause: ArtifactContract) -> bool:
    """Whether the clause is about members of archives, written `ARCHIVE!MEMBER`."""
    return len(members(clause.path)) > 1


def _parts(contract: Contract | None) -> Iterator[tuple[str, int, ArtifactContract]]:
    """The clauses for single core modules: the component's path, the module's number, the clause."""
    if contract is None:
        return
    folder = str(contract.path.parent)
    for clause in contract.artifacts:
        file, number = split_number(clause.path)
        if number is not None and not is_glob(file) and not is_there(_shown(folder, clause.path)):
            yield _shown(folder, file), number, clause


def _of_files(contract: Contract) -> list[ArtifactContract]:
    folder = str(contract.path.parent)
    others = [clause for _, _, clause in _parts(contract)]
    shipped = [clause for clause in contract.artifacts if is_shipped(clause)]
    others += [clause for clause in shipped if not is_there(_shown(folder, clause.path))]
    return [clause for clause in contract.artifacts if clause not in others]


class _Clauses:
    """The clauses that name each file: by its path, else by what a link on the way to it leads to."""

    def __init__(self, contract: Contract | None) -> None:
        """`contract` None names no file."""
        self._exact: dict[str, list[ArtifactContract]] = {}
        self._globs: dict[str, list[ArtifactContract]] = {}
        paths: dict[str, str] = {}
        for clause in contract.artifacts if contract is not None else ():
            by_place = self._globs if is_glob(clause.path) else self._exact
            for path in _matches(contract, clause) if contract is not None else ():
                place = _place(path)
                by_place.setdefault(place, []).append(clause)
                paths[place] = path
        self._linked: dict[str, list[ArtifactContract]] = {}
        for place, path in paths.items():
            self._linked.setdefault(os.path.realpath(path), []).extend(self._at(place))

    def names(self, place: str) -> bool:
        """Whether a clause names the path itself."""
        return place in self._exact or place in self._globs

    def of(self, target: Target) -> Target:
        """The target with all clauses that apply to it; with the one that it has if none does."""
        own = self._at(_place(target.path)) or self._linked.get(os.path.realpath(target.path), [])
        first, *others = dict.fromkeys(own) or (target.clause,)
        return target._replace(clause=first, also=tuple(others))

    def _at(self, place: str) -> list[ArtifactContract]:
        return self._exact.get(place) or self._globs.get(place, [])


def _matches(contract: Contract, clause: ArtifactContract) -> list[str]:
    folder = str(contract.path.parent)
    if not is_glob(clause.path):
        path = _shown(folder, clause.path)
        return [path] if is_there(path) else []
    # Path.glob refuses absolute patterns and `..`.
    hits = sorted(glob.glob(clause.path, root_dir=folder, recursive=True))  # noqa: PTH207
    paths = (_shown(folder, hit) for hit in hits)
    return [path for path in paths if not _is_folder(path)]


def _given(path: str) -> Iterator[Target]:
    """The targets that one path of the command line stands for, with the default clause."""
    default = ArtifactContract()
    if _is_folder(path):
        folder = list(_in_folder(path))
        yield from folder or [Target(path, default, found=False)]
    elif is_there(path):
        yield Target(path, default)
    elif is_glob(path) and (hits := sorted(glob.glob(path, recursive=True))):  # noqa: PTH207
        modules = [one for hit in hits for one in _given(hit)]
        hits_only = [one for one in modules if one.found]
        yield from hits_only or [Target(path, default, found=False)]
    else:
        yield Target(path, default, found=False)


def _in_folder(path: str) -> Iterator[Target]:
    problems: list[OSError] = []
    for folder, _, names in os.walk(path, onerror=problems.append):
        for name in names:
            if name.endswith(SUFFIX):
                yield Target(str(Path(folder, name)), ArtifactContract())
    for problem in problems:
        yield Target(str(problem.filename), ArtifactContract(), problem=f"can't be read: {problem.strerror}")


def _shown(folder: str, path: str) -> str:
    return str(Path(folder, path))


def _is_folder(path: str) -> bool:
    # Path.is_dir raises where a folder above may not be searched; such a path is read, and fails.
    return os.path.isdir(path)  # noqa: PTH112


def _place(path: str) -> str:
    """The absolute path by which a clause names a file; links are followed where a `..` is behind them."""
    parts = Path(path).absolute().parts
    if ".." not in parts:
        return str(Path(*parts))
    behind = len(parts) - parts[::-1].index("..")
    return str(Path(os.path.realpath(Path(*parts[:behind])), *parts[behind:]))
