"""A line of the source as a drawing: a line number, the text, and what is meant underlined."""

import unicodedata

from nogrow.explain.excerpt import Excerpt
from nogrow.report.printable import printable

TAB = " " * 4
CUT = "..."
# As much of what follows stays, where a long line is cut.
AFTER = 16


def drawn(excerpt: Excerpt, said: str, width: int) -> list[tuple[str, bool]]:
    """Return the lines, and of each whether it is the one that marks; `said` goes beside the mark.

    No line has more than `width` columns, so a long line of the source is cut around what is meant.
    """
    number = str(excerpt.line)
    gutter = " " * len(number)
    room = max(20, width - len(number) - 3)
    before, token, after = (printable(one.replace("\t", TAB)) for one in excerpt[1:])
    token = _first(token, room - len(CUT))
    kept = room - columns(token) - min(columns(after), AFTER)
    if columns(before) > kept:
        before = CUT + _last(before, max(0, kept - len(CUT)))
    after = _first(after, room - columns(before) - columns(token))
    rows = [(f"{gutter} |", False), (f"{number} | {before}{token}{after}".rstrip(), False)]
    if token:
        start = columns(before)
        mark = "^" * max(1, columns(token))
        # Beside the mark if there is room for it.
        beside = f" {said}" if said and start + len(mark) + 1 + len(said) <= room else ""
        rows.append((f"{gutter} | {' ' * start}{mark}{beside}", True))
    return [*rows, (f"{gutter} |", False)]


def columns(text: str) -> int:
    """Return how many columns of a terminal the text takes."""
    return sum(_columns(one) for one in text)


def _columns(one: str) -> int:
    if unicodedata.combining(one):
        return 0
    return 2 if unicodedata.east_asian_width(one) in "WF" else 1


def _first(text: str, room: int) -> str:
    """As much of the start of the text as there is room for."""
    taken = 0
    for place, one in enumerate(text):
        taken += _columns(one)
        if taken > room:
            return text[:place]
    return text


def _last(text: str, room: int) -> str:
    return _first(text[::-1], room)[::-1]
