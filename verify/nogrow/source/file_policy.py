"""Decide which of the files that a module names may be opened: those below folders that the user chose.

A module is untrusted and can name any file on the machine. Symbolic links and `..` are resolved before a path
is compared with the folders.
"""

from collections.abc import Iterable
from pathlib import Path


def within(path: str | Path, folders: Iterable[str | Path]) -> tuple[Path, Path] | None:
    """Return the resolved path and its part below the first of `folders` that contains it, or None.

    Relative paths start at the working directory.
    """
    try:
        target = Path(path).resolve()
        for folder in folders:
            root = Path(folder).resolve()
            if target.is_relative_to(root):
                return target, target.relative_to(root)
    except (OSError, ValueError, RuntimeError):
        # The name is invalid, or its symbolic links form a cycle.
        return None
    return None
