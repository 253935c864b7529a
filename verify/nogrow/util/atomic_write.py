"""Write files atomically: after a failure, a file is as it was before."""

import errno
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from nogrow.errors import UsageError


def write(path: Path, render: Callable[[TextIO], None]) -> None:
    """Let `render` write the file `path`, and replace the file only when everything is written.

    A file that is not a regular one, such as `/dev/stdout`, is written in place. Raises `UsageError` if the
    file can't be written.
    """
    try:
        if path.exists() and not path.is_file():
            with path.open("w", encoding="utf-8", newline="\n") as stream:
                render(stream)
            return
        with _replacing(path) as draft, draft.open("x", encoding="utf-8", newline="\n") as stream:
            render(stream)
    except OSError as error:
        raise UsageError(f"{path}: can't write the report: {_reason(error)}") from error


def write_bytes(path: Path, data: bytes) -> None:
    """Make `data` the contents of the regular file `path`, which keeps its permissions if it exists.

    Raises `UsageError` if the file can't be written.
    """
    try:
        with _replacing(path) as draft:
            with draft.open("xb") as stream:
                stream.write(data)
            # Windows gives a file the permissions of its folder, and can't remove one that is read-only.
            if sys.platform != "win32" and path.exists():
                draft.chmod(path.stat().st_mode & 0o7777)
    except OSError as error:
        raise UsageError(f"{path}: can't be written: {_reason(error)}") from error


def _reason(error: OSError) -> str:
    if sys.platform == "win32" and isinstance(error, PermissionError):
        return f"{error.strerror}; close the programs that have the file open"
    return str(error.strerror)


# How long to wait for programs that search new files for viruses or index them, in seconds.
_PAUSES = (0.01, 0.05, 0.2)


def _replace(draft: Path, target: Path) -> None:
    """Rename the draft; on Windows, that fails while another program has the target open."""
    for seconds in _PAUSES if sys.platform == "win32" else ():
        try:
            draft.replace(target)
        except PermissionError:
            time.sleep(seconds)
        else:
            return
    draft.replace(target)


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """Yield the path of a draft, which replaces the file `path` if no error occurs."""
    try:
        target = path.resolve()
    except RuntimeError as error:
        # Up to version 3.12, Python raises this for a loop of links.
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path)) from error
    if target.is_symlink():
        # Later versions return the path of a link in the loop.
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.urandom(4).hex()}.tmp")
    try:
        yield draft
        _replace(draft, target)
    finally:
        draft.unlink(missing_ok=True)
