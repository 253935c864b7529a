"""Draw an excerpt as text: the line number, the line, and a mark below the token."""

import unicodedata

from nogrow.report.escaping import printable
from nogrow.source.quote import Excerpt

TAB = " " * 4
CUT = "..."
# The most columns kept of the text after the token when a long line is cut.
AFTER = 16


def drawn(excerpt: Excerpt, label: str, width: int) -> list[tuple[str, bool]]:
    """Return the lines, each with a flag that is true for the mark's line; `label` goes beside the mark.

    No line is wider than `width` columns: a long source line is cut on both sides of the token.
    """
    number = str(excerpt.line)
    gutter = " " * len(number)
    room = max(20, width - len(number) - 3)
    before, token, after = (printable(part.replace("\t", TAB)) for part in excerpt[1:])
    token = _first(token, room - len(CUT))
    kept = room - columns(token) - min(columns(after), AFTER)
    if columns(before) > kept:
        before = CUT + _last(before, max(0, kept - len(CUT)))
    after = _first(after, room - columns(before) - columns(token))
    rows = [(f"{gutter} |", False), (f"{number} | {before}{token}{after}".rstrip(), False)]
    if token:
        start = columns(before)
        mark = "^" * max(1, columns(token))
        fits = start + len(mark) + 1 + len(label) <= room
        beside = f" {label}" if label and fits else ""
        rows.append((f"{gutter} | {' ' * start}{mark}{beside}", True))
    return [*rows, (f"{gutter} |", False)]


def columns(text: str) -> int:
    """Return how many terminal columns the text takes."""
    return sum(map(_columns, text))


def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _first(text: str, room: int) -> str:
    """Return the longest start of the text that fits in `room` columns."""
    taken = 0
    for position, char in enumerate(text):
        taken += _columns(char)
        if taken > room:
            return text[:position]
    return text


def _last(text: str, room: int) -> str:
    return _first(text[::-1], room)[::-1]
