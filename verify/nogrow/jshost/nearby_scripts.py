"""Select the scripts that may be host code: those that the user names, or those near a module."""

import os
from collections.abc import Iterable
from pathlib import Path, PurePath

from nogrow.errors import UsageError

SUFFIXES = (".js", ".mjs", ".cjs")
# A larger script is read only if the user names it.
MOST_BYTES = 4 << 20

Script = tuple[str, bytes]
"""A script's path and its text."""


def scripts_at(path: Path) -> list[Path]:
    """Return the scripts in the folder `path` and below it, or `path` itself if it is no folder.

    Raises `UsageError` for a folder without scripts.
    """
    if not path.is_dir():
        return [path]
    scripts = sorted(file for file in path.rglob("*") if file.suffix in SUFFIXES and file.is_file())
    if not scripts:
        raise UsageError(f"{path}: no JavaScript in it; files that end in {', '.join(SUFFIXES)} are read")
    return scripts


def likely(module: str, scripts: Iterable[Script]) -> tuple[Script, ...]:
    """Return the scripts that may belong to the module at the path `module`.

    These are the scripts with the module's path and another suffix; without any, the scripts that name the
    module.
    """
    every = tuple(scripts)
    stem = os.path.splitext(module)[0]  # noqa: PTH122
    same = tuple(script for script in every if os.path.splitext(script[0])[0] == stem)  # noqa: PTH122
    name = PurePath(module).name.encode(errors="surrogateescape")
    return same or tuple(script for script in every if name in script[1])
