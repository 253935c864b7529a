"""This module finds the line of a key in a TOML text, since `tomllib` gives no positions."""

import tomllib
from collections.abc import Iterable
from typing import Any

from nogrow.util.document import Keys

Document = dict[str, Any]


def line_of(text: str, keys: Keys) -> int:
    """Return the line (from 1) of the statement that first gives `text` a value at `keys`.

    A value in an array that spans lines has its own line. `text` must be valid TOML and have the keys. The
    function parses prefixes of the text until the keys appear.
    """
    lines = text.split("\n")
    # The first `low` lines are valid TOML without the keys, the first `high` lines valid TOML with them.
    low, high = 0, len(lines)
    while (prefix := _between(lines, low, high)) is not None:
        middle, document = prefix
        if _depth(document, keys) == len(keys):
            high = middle
        else:
            low = middle
    return low + 1 + _within(lines[:low], lines[low:high], keys)


def _within(before: list[str], statement: list[str], keys: Keys) -> int:
    """Return the line of `statement`, counted from 0, where the value at `keys` begins or ends.

    The function closes an array that spans lines after each of them to see what the lines so far hold.
    """
    depth = _depth(_parsed(before), keys)
    is_inside = False
    for count in range(1, len(statement)):
        cut = _parsed([*before, *statement[:count], "]"])
        cut_depth = _depth(cut, keys)
        if cut_depth == len(keys):
            return count - 1
        is_inside = is_inside or cut_depth > depth
    return len(statement) - 1 if is_inside else 0


def _between(lines: list[str], low: int, high: int) -> tuple[int, Document] | None:
    """Return a valid prefix strictly between `low` and `high`, near the middle: its length and document."""
    middle = (low + high) // 2
    return _valid(lines, range(middle, low, -1)) or _valid(lines, range(middle + 1, high))


def _valid(lines: list[str], counts: Iterable[int]) -> tuple[int, Document] | None:
    prefixes = ((count, _parsed(lines[:count])) for count in counts)
    return next(((count, document) for count, document in prefixes if document is not None), None)


def _parsed(lines: list[str]) -> Document | None:
    try:
        return tomllib.loads("\n".join(lines))
    except (tomllib.TOMLDecodeError, RecursionError):
        return None


def _depth(document: Document | None, keys: Keys) -> int:
    """Return how many of the keys, from the first, lead to a value; -1 without a document."""
    value: Any = document
    for count, key in enumerate(keys):
        known = range(len(value)) if isinstance(value, list) else value
        if not isinstance(known, dict | range) or key not in known:
            return count if document is not None else -1
        value = value[key]
    return len(keys) if document is not None else -1
