"""This module gives typed access to documents that somebody else may have written, and reads JSON strictly.

Every value knows its keys, so that an error names the file and the place in it. `contract/tomlfile.py` reads
TOML files.
"""

import codecs
import difflib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, NoReturn, Protocol, TypeVar

from nogrow.errors import DocumentError, Error

Keys = tuple[str | int, ...]
LONGEST_TEXT = 100
# A report on a module with 20,000 entry points has 100 MB.
MOST_BYTES = 512 << 20
# No line of JSON starts with these, because its strings don't span lines.
_CONFLICT = re.compile(r"^(?:<{7}|={7}|>{7}|\|{7})", re.MULTILINE)
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_Value = TypeVar("_Value")
_Default = TypeVar("_Default")


class Source(Protocol):
    """The file that a document comes from; one class per format.

    `mapping` and `mappings` are the format's words for a mapping, with its article and in the plural.
    """

    mapping: ClassVar[str]
    mappings: ClassVar[str]

    @property
    def path(self) -> Path:
        """Return the path of the file."""

    def error(self, keys: Keys, message: str) -> Error:
        """Return the error that names the file and the value at `keys`."""


@dataclass(frozen=True, slots=True)
class Node:
    """The value at `keys` in the document that `source` describes.

    Each method that reads the value raises the error of `source` if the value is of another type.
    """

    source: Source
    keys: Keys
    value: Any

    def error(self, message: str) -> Error:
        """Return an error that names this value."""
        return self.source.error(self.keys, message)

    def unexpected(self, expected: str) -> Error:
        """Return the error that says what was expected and what is there."""
        return self.error(f"expected {expected}, not {self._described()}")

    def object(self, known: Iterable[str] | None = None) -> dict[str, Any]:
        """Return the mapping; with `known`, a key that is not among them is an error."""
        if not isinstance(self.value, dict):
            raise self.unexpected(self.source.mapping)
        known = None if known is None else tuple(known)
        for key in self.value:
            if known is not None and key not in known:
                raise self._inner(key).error(f"unknown key; {suggestion(str(key), known)}")
        return self.value

    def members(self) -> "Iterator[tuple[str, Node]]":
        """Return the keys of the mapping with their values."""
        return ((key, self._inner(key)) for key in self.object())

    def items(self, kind: str = "") -> "Iterator[Node]":
        """Return the items of the array; `kind` is what an error calls them, in the plural."""
        if not isinstance(self.value, list):
            raise self.unexpected(f"an array of {kind}" if kind else "an array")
        return (Node(self.source, (*self.keys, index), item) for index, item in enumerate(self.value))

    def at(self, key: str, meaning: str = "") -> "Node":
        """Return the value at `key`, which must exist; `meaning` tells the user what belongs there."""
        if key not in self.object():
            raise self.error(f"the key `{key}` is missing{meaning and f': {meaning}'}")
        return self._inner(key)

    def get(self, key: str) -> "Node | None":
        """Return the value at `key`, None if there is no such key or the value is null."""
        return None if self.object().get(key) is None else self._inner(key)

    def optional(self, key: str, read: "Callable[[Node], _Value]", default: _Default) -> "_Value | _Default":
        """Return what `read` makes of the value at `key`, or the default if there is no value."""
        node = self.get(key)
        return default if node is None else read(node)

    def objects(self, key: str) -> "tuple[Node, ...]":
        """Return the mappings of the array at `key`, none if there is no such key."""
        node = self.get(key)
        nodes = () if node is None else tuple(node.items(self.source.mappings))
        for item in nodes:
            item.object()
        return nodes

    def require_distinct(self, array: str, key: str, noun: str) -> None:
        """Raise an error if two mappings of the array have the same string at `key`."""
        seen: set[str] = set()
        for item in self.objects(array):
            node = item.at(key)
            if node.text() in seen:
                raise node.error(f"a second {noun} {node.text()!r}")
            seen.add(node.text())

    def text(self) -> str:
        """Return the string."""
        if not isinstance(self.value, str):
            raise self.unexpected("a string")
        return self.value

    def filled(self, expected: str = "a string") -> str:
        """Return the string, which must not be empty."""
        text = self.text()
        if not text:
            raise self.error(f"expected {expected}, not an empty string")
        return text

    def required(self, key: str, meaning: str) -> str:
        """Return the string at `key`, which must exist and not be empty."""
        return self.at(key, meaning).filled(meaning)

    def strings(self) -> tuple[str, ...]:
        """Return the strings of the array, none of which may be empty."""
        return tuple(item.filled() for item in self.items("strings"))

    def choice(self, noun: str, choices: Mapping[str, _Value]) -> _Value:
        """Return the choice that the string names; `noun` is what an error calls it."""
        if not isinstance(self.value, str):
            raise self.unexpected(f"a {noun}")
        if self.value not in choices:
            raise self.error(f"unknown {noun} {shortened(self.value)!r}; {suggestion(self.value, choices)}")
        return choices[self.value]

    def digest(self) -> str:
        """Return the SHA-256 in hexadecimal."""
        if not re.fullmatch(r"[0-9a-f]{64}", self.text()):
            raise self.error("expected a SHA-256: 64 hexadecimal digits in lower case")
        return self.text()

    def integer(self, least: int = 0) -> int:
        """Return the integer, which must be at least `least` and fit into 64 bits."""
        if not isinstance(self.value, int) or isinstance(self.value, bool) or self.value < least:
            raise self.unexpected(f"an integer of at least {least}")
        if self.value.bit_length() > 64:
            raise self.error("the integer does not fit into 64 bits")
        return self.value

    def flag(self) -> bool:
        """Return the boolean."""
        if not isinstance(self.value, bool):
            raise self.unexpected("true or false")
        return self.value

    def _inner(self, key: str) -> "Node":
        return Node(self.source, (*self.keys, key), self.value[key])

    def _described(self) -> str:
        match self.value:
            case None:
                return "null"
            case bool():
                return "true" if self.value else "false"
            case int() if abs(self.value) >= 10**20:
                return "a number as large as this"
            case int() | float():
                return f"the number {self.value}"
            case "":
                return "an empty string"
            case str():
                return f"the string {shortened(self.value)!r}"
            case list():
                return "an array"
            case dict():
                return self.source.mapping
            case _:
                return "a date or time"


def shortened(text: str) -> str:
    """Return the text, cut where it is too long for a message."""
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}..."


def suggestion(word: str, known: Iterable[str]) -> str:
    """Return the end of a message about an unknown `word`: the closest known word, or all of them."""
    known = tuple(known)
    close = difflib.get_close_matches(word, known, n=1)
    return f"did you mean `{close[0]}`?" if close else f"known here: {', '.join(known)}"


@dataclass(frozen=True, slots=True)
class _JsonFile:
    """A JSON file as the source of a document."""

    mapping: ClassVar[str] = "an object"
    mappings: ClassVar[str] = "objects"
    path: Path

    def error(self, keys: Keys, message: str) -> DocumentError:
        return DocumentError(self.path, _spelled(keys) if keys else None, message)


def read_json(path: Path, what: str) -> Node:
    """Return the document in the JSON file `path`, which messages call `what`; raises `DocumentError`."""
    try:
        # Opening a FIFO would wait for its writer.
        if path.exists() and not path.is_file():
            raise DocumentError(path, None, f"not a regular file; expected {what}")
        if path.stat().st_size > MOST_BYTES:
            raise DocumentError(path, None, f"too large for {what}: above {MOST_BYTES >> 20} MiB")
        raw = path.read_bytes()
    except OSError as error:
        raise DocumentError(path, None, f"can't read {what}: {error.strerror}") from error
    return Node(_JsonFile(path), (), _parsed(path, raw, what))


def _parsed(path: Path, raw: bytes, what: str) -> Any:  # noqa: ANN401
    import json

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) < len(pairs):
            ((duplicate, _),) = Counter(key for key, _ in pairs).most_common(1)
            raise DocumentError(path, _quoted(duplicate), "duplicate key in one object")
        return members

    def constant(word: str) -> NoReturn:
        raise DocumentError(path, None, f"not valid JSON: {word}; JSON does not allow NaN or Infinity")

    try:
        # PowerShell writes what it redirects as UTF-16.
        text = raw.decode("utf-16" if raw[:2] in _UTF16_MARKS else "utf-8-sig")
        if not text.strip():
            raise DocumentError(path, None, f"the file is empty; expected {what}")
        return json.loads(text, object_pairs_hook=unique, parse_constant=constant)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise DocumentError(path, f"line {line}", "not valid UTF-8, which JSON requires") from error
    except json.JSONDecodeError as error:
        if conflict := _CONFLICT.search(text):
            line = text.count("\n", 0, conflict.start()) + 1
            message = "unresolved merge conflict; keep one of the two sides"
            raise DocumentError(path, f"line {line}", message) from error
        raise DocumentError(path, f"line {error.lineno}", f"not valid JSON: {error.msg}") from error
    except RecursionError as error:
        raise DocumentError(path, None, "nested too deeply") from error
    except ValueError as error:
        # Python refuses to read integers of thousands of digits.
        raise DocumentError(path, None, "a number in it has too many digits") from error


def _spelled(keys: Keys) -> str:
    """Return the keys as a program would write them, for example `modules[0].name`."""
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
    import json

    return json.dumps(shortened(key), ensure_ascii=False)
