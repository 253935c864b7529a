"""Select the scripts that may be host code: those that the user names, or those near a module."""

import os
import posixpath
from collections.abc import Iterable
from pathlib import Path, PurePath

from nogrow.errors import UsageError
from nogrow.jshost.host_text import C_FAMILY, COMPONENTS, PAGES, READABLE, suffix_of

_DECLARATIONS = (".d.ts", ".d.mts", ".d.cts")
SUFFIXES = (".js", ".mjs", ".cjs")
# A larger script is read only if the user names it.
MOST_BYTES = 4 << 20

Script = tuple[str, bytes]
"""A script's path and its text."""


def scripts_at(path: Path) -> list[Path]:
    """Return the files with host code in the folder `path` and below it, or `path` itself if it is no folder.

    Folders named `node_modules` below it and declarations of TypeScript are left out, and so are pages and C
    sources without code. Raises `UsageError` for a folder without host code.
    """
    # A path that the system does not accept is no folder; what reads the file says what is wrong.
    if not os.path.isdir(path):  # noqa: PTH112
        return [path]
    scripts = []
    for folder, folders, files in os.walk(path):
        # Links to folders are not followed, or a link to a folder above would never end.
        folders[:] = [name for name in folders if name != "node_modules" and not name.startswith(".")]
        scripts += [Path(folder, name) for name in files if _may_have_code(Path(folder, name))]
    if not scripts:
        raise UsageError(f"{path}: no JavaScript in it; files that end in {', '.join(READABLE)} are read")
    return sorted(scripts)


def _may_have_code(file: Path) -> bool:
    suffix = suffix_of(file.name)
    if suffix not in READABLE or file.name.endswith(_DECLARATIONS) or not file.is_file():
        return False
    sign = b"EM_" if suffix in C_FAMILY else b"<script" if suffix in PAGES + COMPONENTS else b""
    try:
        return not sign or sign in file.read_bytes()
    except OSError:
        # A file that can't be read is reported as one.
        return True


def likely(module: str, scripts: Iterable[Script]) -> tuple[Script, ...]:
    """Return the scripts that may belong to the module at the path `module`.

    These are the scripts with the module's path and another suffix; without any, the scripts that name the
    module.
    """
    every = tuple(scripts)
    stem = posixpath.splitext(module)[0]
    same = tuple(script for script in every if posixpath.splitext(script[0])[0] == stem)
    name = PurePath(module).name.encode(errors="surrogateescape")
    return same or tuple(script for script in every if name in script[1])
