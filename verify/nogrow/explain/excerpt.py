"""A place in the source to the line of text there, if the file is at hand.

The path comes from the module, which nobody vouches for: only regular files that are named as source
are read, so that a module can't have a log show what else is on the machine.
"""

import os
import re
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

SUFFIXES = re.compile(
    r"\.(?:adb|as|c|c\+\+|cc|cpp|cs|cxx|d|f90|go|h|hh|hpp|hxx|inl|java|js|kt|m|mjs|mm|nim|rs|s|swift|ts|wat|zig)",
    re.IGNORECASE,
)
LARGEST, LONGEST = 8 << 20, 2000

_TOKEN = re.compile(r"[^\W\d]\w*(?:(?:::|\.)[^\W\d]\w*)*!?|\d[\w.]*|\"(?:[^\"\\]|\\.)*\"?|[^\w\s]+")
_CALLED = re.compile(r"(?<!\w)[^\W\d]\w*(?:(?:::|\.)[^\W\d]\w*)*!?$")


class Excerpt(NamedTuple):
    """A line of the source: `before`, then the token meant, then what is `after` it.

    Without a known column, `token` is empty and the line is all in `after`.
    """

    line: int
    before: str
    token: str
    after: str


def excerpt(file: str, line: int, column: int, folders: Sequence[str]) -> Excerpt | None:
    """Return the line of the file; relative paths are looked for in `folders`, in their order.

    `line` and `column` count from 1, columns in bytes of UTF-8; a column of 0 is unknown. None if the file is
    not there, too large, not a source file by its name, or has no such line.
    """
    for path in _paths(file, folders):
        text = _line(path, line)
        if text is not None:
            return _cut(text, line, column)
    return None


def _paths(file: str, folders: Sequence[str]) -> Iterator[Path]:
    if not SUFFIXES.fullmatch(Path(file).suffix) or "\0" in file:
        return
    if Path(file).is_absolute():
        yield Path(file)
    else:
        yield from (Path(folder, file) for folder in folders)


def _line(path: Path, line: int) -> bytes | None:
    """The bytes of one line, without its end."""
    try:
        # Opening a FIFO waits for its writer, so what is no regular file is never opened.
        if not stat.S_ISREG(path.stat().st_mode):
            return None
        with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as stream:
            for number, text in enumerate(stream.read(LARGEST).split(b"\n"), 1):
                if number == line:
                    return text.rstrip(b"\r")[:LONGEST]
    except OSError:
        return None
    return None


def _cut(text: bytes, line: int, column: int) -> Excerpt:
    start = column - 1
    if not 0 <= start < len(text):
        return Excerpt(line, "", "", text.decode("utf-8", "replace"))
    before, rest = (part.decode("utf-8", "replace") for part in (text[:start], text[start:]))
    # Some compilers mark the bracket of a call: what is called stands before it.
    if rest.startswith("(") and (called := _CALLED.search(before)):
        before, rest = before[: called.start()], called[0] + rest
    token = _TOKEN.match(rest)
    end = token.end() if token else 1
    return Excerpt(line, before, rest[:end], rest[end:])
