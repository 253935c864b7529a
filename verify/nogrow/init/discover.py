"""Paths to what is there: modules, what modules are built from, and what was not looked into."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from nogrow.contract.select import SUFFIX
from nogrow.errors import UsageError

# Whoever lists modules of these folders in a contract names them.
_NOT_OURS = ("node_modules", "__pycache__")
# Below a profile of cargo's target folder, each module lies once more under a name that changes.
_CARGOS = ("build", "deps", "incremental")
_MANIFESTS = ("Cargo.toml", "package.json")


class Found(NamedTuple):
    """What is below the paths, each sorted and once.

    `modules` are files to judge, `texts` modules as text, `manifests` files of cargo and npm. `skipped` are
    folders that were passed over; `problems` say which folders could not be searched, and why.
    """

    modules: tuple[str, ...]
    texts: tuple[str, ...]
    manifests: tuple[str, ...]
    skipped: tuple[str, ...]
    problems: tuple[str, ...]


def look(paths: Sequence[str]) -> Found:
    """What is at the paths and below them; raises `UsageError` for one that isn't there.

    A file that is named is a module, whatever it is called. What git ignores is looked at: modules are
    built there. Links to folders are not followed.
    """
    found: dict[str, str] = {}
    skipped: list[str] = []
    problems: list[str] = []
    for path in paths:
        # Path.is_dir raises where a folder above may not be searched.
        if os.path.isdir(path):  # noqa: PTH112
            for file in _below(path, skipped, problems):
                # The first of several paths to one file stands for it.
                found.setdefault(os.path.realpath(file), file)
        elif os.path.exists(path):  # noqa: PTH110
            found.setdefault(os.path.realpath(path), path)
        else:
            raise UsageError(f"{path}: no such file or folder")
    files = sorted(found.values())
    return Found(
        tuple(file for file in files if file.endswith(SUFFIX) or file in paths),
        tuple(file for file in files if file.endswith(".wat") and file not in paths),
        tuple(file for file in files if Path(file).name in _MANIFESTS and file not in paths),
        tuple(sorted(set(skipped))),
        tuple(sorted(set(problems))),
    )


def _below(path: str, skipped: list[str], problems: list[str]) -> list[str]:
    files: list[str] = []

    def failed(error: OSError) -> None:
        problems.append(f"{error.filename}: can't be searched: {error.strerror}")

    for folder, folders, names in os.walk(path, onerror=failed):
        passed_over = [name for name in folders if _is_passed_over(Path(folder), name)]
        skipped += (str(Path(folder, name)) for name in passed_over)
        folders[:] = [name for name in folders if name not in passed_over]
        files += (
            str(Path(folder, name)) for name in names if name.endswith((SUFFIX, ".wat")) or name in _MANIFESTS
        )
    return files


def _is_passed_over(folder: Path, name: str) -> bool:
    if name.startswith(".") or name in _NOT_OURS:
        return True
    if name in _CARGOS:
        above = folder.parents
        return any(os.path.lexists(one / ".rustc_info.json") for one in (*above[:2],))
    return os.path.lexists(folder / name / "pyvenv.cfg")
