"""From the command's paths and the contract's artifacts to the files to judge."""

import glob
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from nogrow.contract.model import ArtifactContract, Contract

SUFFIX = ".wasm"
MEMBER = "!"


class Target(NamedTuple):
    """A file and the clause that it must keep.

    `found` False means a path or glob that matches no module. `problem` says why it can't be judged.
    `parts` are the clauses of single core modules in a component, by their numbers. `data` is what is
    judged where that was read already.
    """

    path: str
    clause: ArtifactContract
    found: bool = True
    problem: str | None = None
    parts: tuple[tuple[int, ArtifactContract], ...] = ()
    data: bytes | None = None

    @property
    def clauses(self) -> tuple[ArtifactContract, ...]:
        """The clause for all of it, and those for single core modules."""
        return (self.clause, *(clause for _, clause in self.parts))


def targets(contract: Contract | None, paths: Sequence[str]) -> tuple[Target, ...]:
    """The targets sorted by path, each file once.

    With paths, each is a file, a folder (all `*.wasm` in it and below) or a glob, and a file has
    the clause of the contract that names it, or the default one. Without paths, the contract's
    artifacts are the targets. Where several clauses name a file, its exact path wins over a glob,
    and of several globs the first in the file.
    """
    clauses = _clauses(contract)
    found: dict[str, Target] = {}
    if paths:
        for path in paths:
            for target in _given(path):
                clause = clauses.get(_identity(target.path), target.clause)
                one = Target(target.path, clause, target.found, target.problem)
                found.setdefault(_place(target.path), one)
    elif contract is not None:
        folder = str(contract.path.parent)
        for clause in _of_files(contract):
            matches = _matches(contract, clause)
            if not matches:
                missing = _shown(folder, clause.path)
                found.setdefault(_place(missing), Target(missing, clause, found=False))
            for path in matches:
                winner = clauses.get(_identity(path), clause)
                found.setdefault(_place(path), Target(path, winner))
    parts: dict[str, list[tuple[int, ArtifactContract]]] = {}
    for path, number, clause in _parts(contract):
        parts.setdefault(_identity(path), []).append((number, clause))
        if not paths:
            found.setdefault(_place(path), Target(path, ArtifactContract(), found=_exists(path)))
    with_parts = (one._replace(parts=tuple(parts.get(_identity(one.path), ()))) for one in found.values())
    return tuple(sorted(with_parts, key=lambda target: target.path))


def is_glob(path: str) -> bool:
    """Whether `path` holds a wildcard."""
    return any(character in path for character in "*?[")


def is_shipped(clause: ArtifactContract) -> bool:
    """Whether the clause is about members of archives, written `ARCHIVE!MEMBER`."""
    return MEMBER in clause.path


def _parts(contract: Contract | None) -> Iterator[tuple[str, int, ArtifactContract]]:
    """The clauses for single core modules: the component's path, the module's number, the clause."""
    if contract is None:
        return
    folder = str(contract.path.parent)
    for clause in contract.artifacts:
        file, hash_sign, number = clause.path.rpartition("#")
        if (
            hash_sign
            and number.isdecimal()
            and not is_glob(file)
            and not _exists(_shown(folder, clause.path))
        ):
            yield _shown(folder, file), int(number), clause


def _of_files(contract: Contract) -> list[ArtifactContract]:
    folder = str(contract.path.parent)
    others = [clause for _, _, clause in _parts(contract)]
    others += [one for one in contract.artifacts if is_shipped(one) and not _exists(_shown(folder, one.path))]
    return [clause for clause in contract.artifacts if clause not in others]


def _clauses(contract: Contract | None) -> dict[str, ArtifactContract]:
    """The clause of each file that the contract names, by the file's real path."""
    clauses: dict[str, ArtifactContract] = {}
    if contract is not None:
        for clause in sorted(contract.artifacts, key=lambda clause: is_glob(clause.path)):
            for path in _matches(contract, clause):
                clauses.setdefault(_identity(path), clause)
    return clauses


def _matches(contract: Contract, clause: ArtifactContract) -> list[str]:
    folder = str(contract.path.parent)
    if not is_glob(clause.path):
        path = _shown(folder, clause.path)
        return [path] if _exists(path) else []
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
    elif _exists(path):
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


def _exists(path: str) -> bool:
    """Whether anything is at `path`; what may not be looked at counts, and can't be judged."""
    try:
        Path(path).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def _place(path: str) -> str:
    return str(Path(path).absolute())


def _identity(path: str) -> str:
    return os.path.realpath(path)
