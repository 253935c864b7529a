"""This module computes the path by which a contract names a file."""

import os
from pathlib import Path, PurePath


def seen_from(folder: Path, file: str) -> str:
    """Return the file's path relative to `folder`, with slashes; raises `UnicodeEncodeError` if not UTF-8."""
    here, there = folder.absolute(), Path(file).absolute()
    if not there.is_relative_to(here) or ".." in there.parts:
        # After a link, `..` is the parent of the link's target.
        here, there = here.resolve(), there.parent.resolve() / there.name
    path = PurePath(os.path.relpath(there, here)).as_posix()
    path.encode()
    return path
