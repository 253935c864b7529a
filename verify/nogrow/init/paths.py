"""Paths of files to how a contract spells them."""

import os
from pathlib import Path, PurePath


def seen_from(folder: Path, file: str) -> str:
    """The file's path from the contract's folder, with slashes; raises `UnicodeEncodeError` if not UTF-8."""
    here, there = folder.absolute(), Path(file).absolute()
    if not there.is_relative_to(here) or ".." in there.parts:
        # `..` leads out of the folder that a link leads to.
        here, there = here.resolve(), there.parent.resolve() / there.name
    path = PurePath(os.path.relpath(there, here)).as_posix()
    path.encode()
    return path
