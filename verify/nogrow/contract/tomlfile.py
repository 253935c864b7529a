"""This module reads TOML files and names the file, the line and the key of an error.

`tomllib` gives no positions, so the line of a key is found by parsing prefixes of the text.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from nogrow.errors import ContractError
from nogrow.util.document import Keys, Node

_Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _TomlFile:
    """A TOML file and its text as the source of a document."""

    mapping: ClassVar[str] = "a table"
    mappings: ClassVar[str] = "tables"
    path: Path
    text: str

    def error(self, keys: Keys, message: str) -> ContractError:
        if not keys:
            return ContractError(self.path, 1, message)
        return ContractError(self.path, line_of(self.text, keys), f"{_spelled(keys)}: {message}")


def _spelled(keys: Keys) -> str:
    """Return the keys in one text: `artifact#2.imports.policy` is in the second artifact."""
    return "".join(f"#{key + 1}" if isinstance(key, int) else f".{key}" for key in keys).removeprefix(".")


@dataclass(frozen=True, slots=True)
class _Mapping:
    """A contract that a program gave as data as the source of a document."""

    mapping: ClassVar[str] = "a table"
    mappings: ClassVar[str] = "tables"
    path: Path

    def error(self, keys: Keys, message: str) -> ContractError:
        return ContractError(self.path, None, f"{_spelled(keys)}: {message}" if keys else message)


def of_mapping(document: Mapping[str, object]) -> Node:
    """Return the document that a program has as data."""
    return Node(_Mapping(Path("<contract>")), (), dict(document))


def read(path: Path) -> Node:
    """Return the document in the file `path`; raises `ContractError` if it is unreadable or not TOML."""
    try:
        if path.exists() and not path.is_file():
            raise ContractError(path, None, "not a regular file; expected a contract file")
        raw = path.read_bytes()
    except OSError as error:
        raise ContractError(path, None, f"can't read the contract: {error.strerror}") from error
    try:
        # Some editors on Windows begin a file with a byte order mark.
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
        return Node(_TomlFile(path, text), (), tomllib.loads(text))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ContractError(path, line, "not valid UTF-8, which TOML requires") from error
    except tomllib.TOMLDecodeError as error:
        position = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", str(error))
        line = int(position[1]) if position and position[1] else text.count("\n") + 1
        message = str(error)[: position.start()] if position else str(error)
        raise ContractError(path, line, f"not valid TOML: {message}") from error
    except ValueError as error:
        # Python refuses to read decimal integers of thousands of digits, and does not say where they are.
        digits = re.search(r"[0-9][0-9_]{4000}", text)
        first = text.count("\n", 0, digits.start()) + 1 if digits else None
        raise ContractError(path, first, "an integer in it does not fit into 64 bits") from error
    except RecursionError as error:
        raise ContractError(path, None, "nested too deeply") from error


def without_nul(node: Node) -> str:
    """Return the path that the value is; raises `ContractError` if it contains a NUL character."""
    if "\0" in node.text():
        raise node.error("a path can't contain a NUL character")
    return node.text()


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
        cut_depth = _depth(_parsed([*before, *statement[:count], "]"]), keys)
        if cut_depth == len(keys):
            return count - 1
        is_inside = is_inside or cut_depth > depth
    return len(statement) - 1 if is_inside else 0


def _between(lines: list[str], low: int, high: int) -> tuple[int, _Document] | None:
    """Return a valid prefix strictly between `low` and `high`, near the middle: its length and document."""
    middle = (low + high) // 2
    prefixes = (
        (count, _parsed(lines[:count])) for count in (*range(middle, low, -1), *range(middle + 1, high))
    )
    return next(((count, document) for count, document in prefixes if document is not None), None)


def _parsed(lines: list[str]) -> _Document | None:
    try:
        return tomllib.loads("\n".join(lines))
    except (tomllib.TOMLDecodeError, RecursionError):
        return None


def _depth(document: _Document | None, keys: Keys) -> int:
    """Return how many of the keys, from the first, lead to a value; -1 without a document."""
    if document is None:
        return -1
    value: Any = document
    for count, key in enumerate(keys):
        known = range(len(value)) if isinstance(value, list) else value
        if not isinstance(known, dict | range) or key not in known:
            return count
        value = value[key]
    return len(keys)
