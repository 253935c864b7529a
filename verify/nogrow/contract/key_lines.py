"""This module finds the line of a key in a TOML text, since `tomllib` gives no positions."""

import tomllib
from collections.abc import Iterable
from typing import Any

from nogrow.util.document import Keys


def line_of(text: str, keys: Keys) -> int:
    """Return the line (from 1) of the statement that first gives `text` a value at `keys`.

    A value in an array that spans lines has its own line. `text` must be valid TOML and have the keys. The
    function parses prefixes of the text until the keys appear.
    """
    lines = text.split("\n")
    # The first `low` lines are valid TOML without the keys, the first `high` lines valid TOML with them.
    low, high = 0, len(lines)
    while (middle := _between(lines, low, high)) is not None:
        if _has(_parsed(lines[:middle]), keys):
            high = middle
        else:
            low = middle
    return low + 1 + _within(lines[:low], lines[low:high], keys)


def _within(before: list[str], statement: list[str], keys: Keys) -> int:
    """Return the line of `statement`, counted from 0, where the value at `keys` begins or ends.

    The function closes an array that spans lines after each of them to see what the lines so far hold.
    """
    outer = [keys[:count] for count in range(len(keys)) if not _has(_parsed(before), keys[:count])]
    is_inside = False
    for count in range(1, len(statement)):
        cut = _parsed([*before, *statement[:count], "]"])
        if _has(cut, keys):
            return count - 1
        is_inside = is_inside or any(_has(cut, prefix) for prefix in outer)
    return len(statement) - 1 if is_inside else 0


def _between(lines: list[str], low: int, high: int) -> int | None:
    """Return the length in lines of a valid prefix strictly between `low` and `high`, near the middle."""
    middle = (low + high) // 2
    return _valid(lines, range(middle, low, -1)) or _valid(lines, range(middle + 1, high))


def _valid(lines: list[str], counts: Iterable[int]) -> int | None:
    return next((count for count in counts if _parsed(lines[:count]) is not None), None)


def _parsed(lines: list[str]) -> dict[str, Any] | None:
    try:
        return tomllib.loads("\n".join(lines))
    except (tomllib.TOMLDecodeError, RecursionError):
        return None


def _has(document: dict[str, Any] | None, keys: Keys) -> bool:
    value: Any = document
    for key in keys:
        known = range(len(value)) if isinstance(value, list) else value
        if not isinstance(known, dict | range) or key not in known:
            return False
        value = value[key]
    return value is not None
