"""Read JSON files strictly, and name the file and the position of whatever is wrong in them."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from nogrow.errors import DocumentError

# A report on a module with 20,000 entry points takes 100 MB.
MOST_BYTES = 512 << 20
LONGEST_KEY = 100
# No line of JSON can start with these, because strings can't span lines.
_CONFLICT = re.compile(r"^(?:<{7}|={7}|>{7}|\|{7})", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Node:
    """The value at `keys` in the document of the file `path`.

    Each method raises `DocumentError` if the value is not of the kind that it returns.
    """

    path: Path
    keys: tuple[str | int, ...]
    value: Any

    def error(self, message: str) -> DocumentError:
        """Return an error that names this position."""
        return DocumentError(self.path, _spelled(self.keys) if self.keys else None, message)

    def object(self, known: Iterable[str] | None = None) -> dict[str, Any]:
        """Return the object; with `known`, it must not have other keys."""
        if not isinstance(self.value, dict):
            raise self.error(f"expected an object, not {_described(self.value)}")
        known = None if known is None else tuple(known)
        for key in self.value:
            if known is not None and key not in known:
                raise self._inner(key).error(f"unknown key; known here: {', '.join(known)}")
        return self.value

    def members(self) -> "Iterator[tuple[str, Node]]":
        """Return the keys of the object with their values."""
        return ((key, self._inner(key)) for key in self.object())

    def items(self) -> "Iterator[Node]":
        """Return the items of the array."""
        if not isinstance(self.value, list):
            raise self.error(f"expected an array, not {_described(self.value)}")
        return (Node(self.path, (*self.keys, index), item) for index, item in enumerate(self.value))

    def at(self, key: str) -> "Node":
        """Return the value at `key`, which must exist."""
        if key not in self.object():
            raise self.error(f"the key `{key}` is missing")
        return self._inner(key)

    def get(self, key: str) -> "Node | None":
        """Return the value at `key`, None if there is no such key or it is null."""
        return None if self.object().get(key) is None else self._inner(key)

    def text(self) -> str:
        """Return the string."""
        if not isinstance(self.value, str):
            raise self.error(f"expected a string, not {_described(self.value)}")
        return self.value

    def integer(self, least: int = 0) -> int:
        """Return the integer, which must be at least `least`."""
        if not isinstance(self.value, int) or isinstance(self.value, bool) or self.value < least:
            raise self.error(f"expected an integer of at least {least}, not {_described(self.value)}")
        return self.value

    def flag(self) -> bool:
        """Return the boolean."""
        if not isinstance(self.value, bool):
            raise self.error(f"expected true or false, not {_described(self.value)}")
        return self.value

    def _inner(self, key: str) -> "Node":
        return Node(self.path, (*self.keys, key), self.value[key])


def read(path: Path, what: str) -> Node:
    """Return the document in the file `path`, which messages call `what`; raise `DocumentError`."""
    try:
        # Opening a FIFO waits for its writer.
        if path.exists() and not path.is_file():
            raise DocumentError(path, None, f"expected {what}, but this is not a regular file")
        if path.stat().st_size > MOST_BYTES:
            raise DocumentError(path, None, f"too large for {what}: above {MOST_BYTES >> 20} MiB")
        raw = path.read_bytes()
    except OSError as error:
        raise DocumentError(path, None, f"can't read {what}: {error.strerror}") from error
    return Node(path, (), _parsed(path, raw, what))


def _parsed(path: Path, raw: bytes, what: str) -> Any:  # noqa: ANN401
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) < len(pairs):
            ((twice, _),) = Counter(key for key, _ in pairs).most_common(1)
            raise DocumentError(path, _quoted(twice), "this key occurs twice in one object")
        return members

    def constant(word: str) -> NoReturn:
        raise DocumentError(path, None, f"not valid JSON: JSON does not allow {word}")

    try:
        text = raw.decode("utf-8-sig")
        if not text.strip():
            raise DocumentError(path, None, f"expected {what}; the file is empty")
        return json.loads(text, object_pairs_hook=unique, parse_constant=constant)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise DocumentError(path, f"line {line}", "not UTF-8, as JSON has to be") from error
    except json.JSONDecodeError as error:
        if conflict := _CONFLICT.search(text):
            line = text.count("\n", 0, conflict.start()) + 1
            raise DocumentError(
                path, f"line {line}", "a merge conflict; keep one of the two sides"
            ) from error
        raise DocumentError(path, f"line {error.lineno}", f"not valid JSON: {error.msg}") from error
    except RecursionError as error:
        raise DocumentError(path, None, "nested too deeply") from error
    except ValueError as error:
        # Python refuses to read integers of thousands of digits.
        raise DocumentError(path, None, "a number in it is too long") from error


def _spelled(keys: Iterable[str | int]) -> str:
    text = ""
    for key in keys:
        if isinstance(key, int):
            text += f"[{key}]"
        elif key.isidentifier():
            text += f".{key}" if text else key
        else:
            text += f"[{_quoted(key)}]"
    return text


def _quoted(key: str) -> str:
    return json.dumps(key if len(key) <= LONGEST_KEY else f"{key[:LONGEST_KEY]}...", ensure_ascii=False)


def _described(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value}" if abs(value) < 10**20 else "a number of this size"
        case str():
            return f"the string {_quoted(value)}"
        case list():
            return "an array"
        case _:
            return "an object"
