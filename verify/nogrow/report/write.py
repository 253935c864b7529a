"""A report to a file that is either all there or as it was."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from nogrow.errors import UsageError


def write(path: Path, render: Callable[[TextIO], None]) -> None:
    """Let `render` write the file `path`, which is replaced only when all is written.

    What is no regular file, as `/dev/stdout`, is written to as it is. Raises `UsageError` if the
    file can't be written.
    """
    try:
        if path.exists() and not path.is_file():
            with path.open("w", encoding="utf-8", newline="\n") as stream:
                render(stream)
        else:
            _replace(path.resolve(), render)
    except OSError as error:
        message = f"{path}: can't write the report: {error.strerror}"
        raise UsageError(message) from error


def _replace(path: Path, render: Callable[[TextIO], None]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.urandom(4).hex()}.tmp")
    try:
        with draft.open("x", encoding="utf-8", newline="\n") as stream:
            render(stream)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
