"""A path to the bytes of the file: only regular files are read, each once."""

import os
import stat
from pathlib import Path

from nogrow.errors import ModuleError


def read(path: str) -> bytes:
    """The bytes of the regular file `path`; raises `ModuleError` for anything else."""
    try:
        # Opening a FIFO waits for its writer, so what is no regular file is never opened.
        if not stat.S_ISREG(Path(path).stat().st_mode):
            raise ModuleError("not a regular file")
        with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
            return file.read()
    except OSError as error:
        raise ModuleError(f"can't be read: {error.strerror}") from error
