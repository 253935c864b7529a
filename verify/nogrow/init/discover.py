"""This module finds a project's WebAssembly modules, the files they may be built from, and their paths."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from nogrow.contract.select import SUFFIX
from nogrow.errors import UsageError
from nogrow.jshost.parse import JAVASCRIPT, TYPESCRIPT
from nogrow.util.paths import each_slashed, joined, real, relative, slashed

# These hold other people's modules; a user who wants a contract for one names the folder.
_FOREIGN = ("node_modules", "__pycache__")
# Within a profile of cargo's target folder, these hold copies of the modules under changing names.
_CARGO_INTERNAL = ("build", "deps", "incremental")
SCRIPTS = JAVASCRIPT + TYPESCRIPT
_DECLARATIONS = tuple(f".d{suffix}" for suffix in TYPESCRIPT)
_MANIFESTS = ("Cargo.toml", "package.json")


class Found(NamedTuple):
    """The files at and below the searched paths, sorted and without duplicates.

    `modules` are the files to judge, `texts` the modules in the text format, `manifests` the files of cargo
    and npm. `skipped` are the folders that were not searched; `problems` name the folders that could not be
    searched, with the reason. `scripts` may be host code.
    """

    modules: tuple[str, ...]
    texts: tuple[str, ...]
    manifests: tuple[str, ...]
    skipped: tuple[str, ...]
    problems: tuple[str, ...]
    scripts: tuple[str, ...] = ()


def discover(paths: Sequence[str]) -> Found:
    """Return the files at and below the paths; raises `UsageError` for a path that does not exist.

    A path that names a file is a module, whatever its suffix. Files that git ignores are included, because
    modules are built there. Links to folders are not followed.
    """
    by_real_path: dict[str, str] = {}
    skipped: list[str] = []
    problems: list[str] = []
    paths = each_slashed(paths)
    for path in paths:
        # Path.is_dir raises where a folder above may not be searched.
        if os.path.isdir(path):  # noqa: PTH112
            for file in _below(path, skipped, problems):
                by_real_path.setdefault(real(file), file)
        elif os.path.exists(path):  # noqa: PTH110
            by_real_path.setdefault(real(path), path)
            for script in _scripts_beside(path):
                by_real_path.setdefault(real(script), script)
        else:
            raise UsageError(f"{path}: no such file or folder")
    files = sorted(by_real_path.values())
    return Found(
        tuple(file for file in files if file.endswith(SUFFIX) or file in paths),
        tuple(file for file in files if file.endswith(".wat") and file not in paths),
        tuple(file for file in files if Path(file).name in _MANIFESTS and file not in paths),
        tuple(sorted(set(skipped))),
        tuple(sorted(set(problems))),
        tuple(file for file in files if _is_script(file) and file not in paths),
    )


def _is_script(file: str) -> bool:
    # Declarations have no code.
    return file.endswith(SCRIPTS) and not file.endswith(_DECLARATIONS)


def _scripts_beside(path: str) -> list[str]:
    try:
        return [slashed(file) for file in Path(path).parent.iterdir() if file.name.endswith(SCRIPTS)]
    except OSError:
        return []


def _below(path: str, skipped: list[str], problems: list[str]) -> list[str]:
    errors: list[OSError] = []
    files: list[str] = []
    for folder, folders, names in os.walk(path, onerror=errors.append):
        excluded = [name for name in folders if _is_excluded(Path(folder), name)]
        skipped += (joined(folder, name) for name in excluded)
        # `os.walk` descends into the folders that stay in this list.
        folders[:] = [name for name in folders if name not in excluded]
        files += (
            joined(folder, name)
            for name in names
            if name.endswith((SUFFIX, ".wat", *SCRIPTS)) or name in _MANIFESTS
        )
    problems += (f"{slashed(error.filename)}: can't be searched: {error.strerror}" for error in errors)
    return files


def _is_excluded(folder: Path, name: str) -> bool:
    if name.startswith(".") or name in _FOREIGN:
        return True
    if name in _CARGO_INTERNAL:
        return any(os.path.lexists(parent / ".rustc_info.json") for parent in folder.parents[:2])
    return os.path.lexists(folder / name / "pyvenv.cfg")


def seen_from(folder: Path, file: str) -> str:
    """Return the file's path relative to `folder`, with slashes; raises `UnicodeEncodeError` if not UTF-8."""
    here, there = folder.absolute(), Path(file).absolute()
    if not there.is_relative_to(here) or ".." in there.parts:
        # After a link, `..` is the parent of the link's target.
        here, there = here.resolve(), there.parent.resolve() / there.name
    path = relative(there, here)
    path.encode()
    return path
