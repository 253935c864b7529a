"""A path to the bytes of the file: only regular files are read, each once, of the size that they say."""

import os
import stat
from pathlib import Path

from nogrow.errors import ModuleError

LARGEST = 1 << 30
"""The largest module that engines take, in bytes (JavaScript interface, implementation-defined limits)."""


def is_there(path: str | Path) -> bool:
    """Return whether anything is at `path`, a dangling link included.

    What can't be looked at counts as there: whoever opens it learns why it can't be.
    """
    try:
        Path(path).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def read(path: str, largest: int = LARGEST) -> bytes:
    """The bytes of the regular file `path`, at most `largest`; raises `ModuleError` for anything else.

    A file that changes while it is read can't be judged: what was read may never have been in it.
    """
    try:
        # Opening a FIFO waits for its writer, so what is no regular file is never opened.
        _check(Path(path).stat(), largest)
        with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
            before = os.fstat(file.fileno())
            _check(before, largest)
            data = file.read(before.st_size)
            after = os.fstat(file.fileno())
    except OSError as error:
        raise ModuleError(f"can't be read: {error.strerror}") from error
    if len(data) != before.st_size or _state(before) != _state(after):
        raise ModuleError("can't be read: it changes while it is read")
    return data


def _check(found: os.stat_result, largest: int) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise ModuleError("not a regular file")
    if found.st_size > largest:
        raise ModuleError(f"it has {found.st_size:,} bytes, more than {largest:,}")


def _state(found: os.stat_result) -> tuple[int, int]:
    return found.st_size, found.st_mtime_ns
