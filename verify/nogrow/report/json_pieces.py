"""Encode JSON piece by piece, so that a document can be larger than the memory.

The text is what `json.dumps` with `indent=2` returns. `line` is the line break in front of the closing
bracket of a value, with the indentation there.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TypeVar

_T = TypeVar("_T")
_INDENT = "  "
_scalar = json.JSONEncoder().encode


@dataclass(frozen=True, slots=True)
class Shared:
    """A value that occurs many times: `text` returns its text and remembers that, given `line`."""

    text: Callable[[str], str]


def pieces(value: object, line: str = "\n") -> Iterator[str]:
    """Yield the text of a value. Arrays may be given as iterators, which are read as the text is needed.

    The value, its members, and the items of iterators and the members of those, may be iterators. No string
    is divided between two pieces.
    """
    if isinstance(value, Iterator):
        yield from _bracketed("[]", (("", item) for item in value), line)
    elif isinstance(value, dict) and any(isinstance(item, Iterator) for item in value.values()):
        yield from _bracketed("{}", ((f"{_scalar(key)}: ", item) for key, item in value.items()), line)
    else:
        yield encode(value, line)


def _bracketed(brackets: str, items: Iterator[tuple[str, object]], line: str) -> Iterator[str]:
    inner, before, after = line + _INDENT, brackets[0], brackets
    for start, item in items:
        yield f"{before}{inner}{start}"
        yield from pieces(item, inner)
        before, after = ",", line + brackets[1]
    yield after


def encode(value: object, line: str) -> str:
    """Return the text of a value, which may contain shared ones."""
    if value is None or isinstance(value, str | int | float):
        return _scalar(value)
    if isinstance(value, dict):
        inner = line + _INDENT
        members = [f"{_scalar(key)}: {encode(item, inner)}" for key, item in value.items()]
        return f"{{{inner}{f',{inner}'.join(members)}{line}}}" if members else "{}"
    if isinstance(value, list | tuple):
        inner = line + _INDENT
        items = [encode(item, inner) for item in value]
        return f"[{inner}{f',{inner}'.join(items)}{line}]" if items else "[]"
    if not isinstance(value, Shared):
        raise TypeError(type(value))
    return value.text(line)


def shared(convert: Callable[[_T], object], most: int) -> Callable[[_T], Shared]:
    """Return a function that makes a value of what `convert` returns for its argument.

    The texts for the `most` arguments used last are remembered.
    """

    @lru_cache(maxsize=most)
    def text(value: _T, line: str) -> str:
        return encode(convert(value), line)

    return lambda value: Shared(partial(text, value))
