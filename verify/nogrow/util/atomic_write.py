"""Write files atomically: after a failure, a file is as it was before."""

import errno
import os
from collections.abc import Callable
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
        else:
            _replace(_resolved(path), render)
    except OSError as error:
        message = f"{path}: can't write the report: {error.strerror}"
        raise UsageError(message) from error


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except RuntimeError as error:
        # Up to version 3.12, Python raises this for a loop of links.
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path)) from error


def write_bytes(path: Path, data: bytes) -> None:
    """Make `data` the contents of the regular file `path`, which keeps its permissions if it exists.

    Raises `UsageError` if the file can't be written.
    """
    try:
        target = _resolved(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = _draft(target)
        try:
            with draft.open("xb") as stream:
                stream.write(data)
            if target.exists():
                draft.chmod(target.stat().st_mode & 0o7777)
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"{path}: can't be written: {error.strerror}") from error


def _replace(path: Path, render: Callable[[TextIO], None]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = _draft(path)
    try:
        with draft.open("x", encoding="utf-8", newline="\n") as stream:
            render(stream)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _draft(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.urandom(4).hex()}.tmp")
