"""Cut excerpts out of source files: one line with its token marked, or the lines around some positions.

`Quotable` decides which files may be read. The renderers draw what this module returns.
"""

import re
from typing import NamedTuple

from nogrow.source.quote import Quotable

LONGEST = 2000
"""The most bytes of a line that an excerpt has."""

AROUND = 2
MOST_FILES = 100

_TOKEN = re.compile(r"[^\W\d]\w*(?:(?:::|\.)[^\W\d]\w*)*!?|\d[\w.]*|\"(?:[^\"\\]|\\.)*\"?|[^\w\s]+")
_CALLED = re.compile(r"(?<!\w)[^\W\d]\w*(?:(?:::|\.)[^\W\d]\w*)*!?$")


class Excerpt(NamedTuple):
    """A line of the source in three parts: the text `before` a token, the token, and the text `after` it.

    When the column is unknown, `token` is empty and `after` has the whole line.
    """

    line: int
    before: str
    token: str
    after: str


def excerpt(file: str, line: int, column: int, quotable: Quotable, beside: str = "") -> Excerpt | None:
    """Return the line of the file, or None if the file may not be quoted, is missing or has no such line.

    `line` and `column` count from 1, columns in bytes of UTF-8; a column of 0 is unknown. A relative path is
    also looked up in the folder `beside`.
    """
    lines = quotable.lines(file, beside)
    return _cut(lines[line - 1][:LONGEST], line, column) if 0 < line <= len(lines) else None


def _cut(text: bytes, line: int, column: int) -> Excerpt:
    start = column - 1
    if not 0 <= start < len(text):
        return Excerpt(line, "", "", _decoded(text))
    before, rest = _decoded(text[:start]), _decoded(text[start:])
    # Some compilers give the column of a call's bracket; the name of the callee is before it.
    if rest.startswith("(") and (called := _CALLED.search(before)):
        before, rest = before[: called.start()], called[0] + rest
    token = _TOKEN.match(rest)
    end = token.end() if token else 1
    return Excerpt(line, before, rest[:end], rest[end:])


class SurroundingLines:
    """Collect positions in source files and return the lines around them."""

    def __init__(self, quotable: Quotable) -> None:
        """Create an empty collection, which accepts positions in `MOST_FILES` different files."""
        self._quotable = quotable
        self._wanted: dict[str, set[int]] = {}

    def want(self, file: str, line: int) -> None:
        """Ask for the lines around `line` (from 1) of `file`."""
        if line > 0 and (file in self._wanted or len(self._wanted) < MOST_FILES):
            self._wanted.setdefault(file, set()).update(range(max(1, line - AROUND), line + AROUND + 1))

    def by_file(self, room: int) -> dict[str, dict[int, str]]:
        """Return the lines by file and line number, at most `room` lines in all.

        Files that cannot be quoted, or that no longer fit, are left out as a whole.
        """
        excerpts: dict[str, dict[int, str]] = {}
        for file, numbers in self._wanted.items():
            text = self._quotable.lines(file)
            lines = {
                number: _decoded(text[number - 1][:LONGEST])
                for number in sorted(numbers)
                if number <= len(text)
            }
            if lines and len(lines) <= room:
                room -= len(lines)
                excerpts[file] = lines
        return excerpts


def _decoded(line: bytes) -> str:
    return line.decode("utf-8", "replace")
