"""A place in the source to the line of text there, with the token that is meant cut out."""

import re
from typing import NamedTuple

from nogrow.source.quote import Quotable

LONGEST = 2000

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


def excerpt(file: str, line: int, column: int, quotable: Quotable, beside: str = "") -> Excerpt | None:
    """Return the line of the file; a relative path is looked for in the folder `beside` as well.

    `line` and `column` count from 1, columns in bytes of UTF-8; a column of 0 is unknown. None if the file
    may not be quoted, is not there, or has no such line.
    """
    lines = quotable.lines(file, beside)
    return _cut(lines[line - 1][:LONGEST], line, column) if 0 < line <= len(lines) else None


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
