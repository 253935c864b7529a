"""Handle paths by the rules of the system, and write them with slashes, so that all systems report the same.

Windows accepts slashes wherever it accepts backslashes. On POSIX, a backslash is a character like any other.
"""

import glob
import ntpath
import os
import sys
from collections.abc import Iterable
from pathlib import PurePath, PurePosixPath, PureWindowsPath

Path = str | os.PathLike[str]

# Tests replace these rules by those of Windows.
rules = os.path


def slashed(path: Path) -> str:
    """Return the path with slashes between its parts."""
    return os.fspath(path).replace(rules.sep, "/")


def portable(path: str) -> str:
    """Return the path with the characters that its bytes are in UTF-8, for files that other machines read."""
    if sys.getfilesystemencoding() == "utf-8":
        return path
    return os.fsencode(path).decode("utf-8", "surrogateescape")


def native(path: str) -> str:
    """Return the path from a file in UTF-8 with the characters that the locale makes of its bytes."""
    if sys.getfilesystemencoding() == "utf-8":
        return path
    return os.fsdecode(path.encode("utf-8", "surrogateescape"))


def normal(path: Path) -> str:
    """Return the path in its shortest form, without access to the file system."""
    return slashed(rules.normpath(path))


def absolute(path: Path) -> str:
    """Return the absolute path in its shortest form; links are not resolved."""
    return slashed(rules.abspath(path))


def real(path: Path) -> str:
    """Return the path without links. On Windows, its case is that of the file system."""
    return slashed(rules.realpath(path))


def relative(path: Path, folder: Path) -> str:
    """Return the path relative to `folder`; on Windows, a path on another drive stays absolute."""
    try:
        return slashed(rules.relpath(path, folder))
    except ValueError:
        return absolute(path)


def joined(*parts: Path) -> str:
    """Return the parts as one path, without those before the last absolute one."""
    return slashed(_pure(*(os.fspath(part) for part in parts)))


def is_absolute(path: Path) -> bool:
    """Return whether the path does not depend on the working directory, or only its drive does."""
    pure = _pure(os.fspath(path))
    return bool(pure.root or pure.drive)


def is_on_network(path: Path) -> bool:
    r"""Return whether opening the path may ask another machine, as for Windows's `\\machine\share`."""
    return rules is ntpath and slashed(path).startswith("//")


def matching(pattern: str, folder: Path | None = None) -> list[str]:
    """Return what matches the pattern, sorted; `**` matches any folders, and a pattern starts at `folder`."""
    # Path.glob rejects absolute patterns and `..`.
    return sorted(map(slashed, glob.glob(pattern, root_dir=folder, recursive=True)))  # noqa: PTH207


def each_slashed(paths: Iterable[Path]) -> tuple[str, ...]:
    """Return the paths with slashes between their parts."""
    return tuple(map(slashed, paths))


def _pure(*parts: str) -> PurePath:
    return PureWindowsPath(*parts) if rules is ntpath else PurePosixPath(*parts)
