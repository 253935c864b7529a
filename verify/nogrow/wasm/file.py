"""Reads files: only regular files, each once, and only if the file does not change meanwhile."""

import os
import stat
import sys
from pathlib import Path

from nogrow.errors import ModuleError

LARGEST = 1 << 30
"""The largest module that engines take, in bytes (JavaScript interface, implementation-defined limits)."""

if sys.platform == "win32":
    _FLAGS = os.O_RDONLY | os.O_BINARY
else:
    # A FIFO that replaces a file must not block.
    _FLAGS = os.O_RDONLY | os.O_NONBLOCK


def is_there(path: str | Path) -> bool:
    """Return whether anything exists at `path`, a dangling link included.

    A path that can't be inspected counts as existing, so that opening it gives the reason.
    """
    try:
        Path(path).lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def read(path: str, largest: int = LARGEST) -> bytes:
    """Return the contents of the regular file `path`, at most `largest` bytes.

    Raises `ModuleError` for anything else, and for a file that changes while it is read: the bytes read may
    never have been its contents.
    """
    try:
        # Opening a FIFO would wait for its writer, so only regular files are opened.
        _check(Path(path).stat(), largest)
        with os.fdopen(os.open(path, _FLAGS), "rb") as file:
            before = os.fstat(file.fileno())
            _check(before, largest)
            data = file.read(before.st_size)
            after = os.fstat(file.fileno())
    except OSError as error:
        raise ModuleError(f"can't be read: {error.strerror}") from error
    if len(data) != before.st_size or _state(before) != _state(after):
        raise ModuleError("can't be read: it changes while it is read")
    return data


def _check(status: os.stat_result, largest: int) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise ModuleError("not a regular file")
    if status.st_size > largest:
        raise ModuleError(f"it has {status.st_size:,} bytes, more than {largest:,}")


def _state(status: os.stat_result) -> tuple[int, int]:
    return status.st_size, status.st_mtime_ns
