"""Typed reading of a TOML document: whatever is not as expected ends in file, line and key."""

import difflib
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nogrow.contract.key_lines import KeyPath, line_of
from nogrow.errors import ContractError

NOT_64_BITS = "does not fit into 64 bits, as an integer of TOML has to"


@dataclass(frozen=True, slots=True)
class Table:
    """The table at `keys` in the document `text` of the file `path`.

    Each method raises `ContractError` where the table is not as it asks.
    """

    path: Path
    text: str
    keys: KeyPath
    values: Mapping[str, Any]

    def error(self, key: str | None, message: str, *inner: int) -> ContractError:
        """The error for `key` of this table (or the item `inner` of it), or the table itself."""
        keys = self.keys if key is None else (*self.keys, key, *inner)
        line = line_of(self.text, keys) if keys else 1
        return ContractError(self.path, line, f"{spelled(keys)}: {message}" if keys else message)

    def only(self, known: Iterable[str]) -> None:
        """Refuses a key that is not among `known`."""
        known = tuple(known)
        for key in self.values:
            if key not in known:
                raise self.error(key, f"unknown key; {suggestion(key, known)}")

    def require(self, key: str, meaning: str) -> None:
        """Refuses the absence of `key`."""
        if key not in self.values:
            raise self.error(None, f"the key `{key}` is missing: {meaning}")

    def string(self, key: str) -> str | None:
        """The text at `key`, None if there is no such key."""
        value = self.values.get(key)
        if value is not None and not isinstance(value, str):
            raise self.error(key, f"expected a string, not {described(value)}")
        return value

    def name(self, key: str, meaning: str) -> str:
        """The text at `key`, which must be there and not empty."""
        self.require(key, meaning)
        value = self.string(key)
        if not value:
            raise self.error(key, f"expected {meaning}, not an empty string")
        return value

    def integer(self, key: str, least: int | None = None) -> int | None:
        """The integer at `key`, None if there is no such key; below `least` is an error."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.error(key, f"expected an integer, not {described(value)}")
        if least is not None and value < least:
            raise self.error(key, f"expected an integer of at least {least}, not {value}")
        return value

    def flag(self, key: str, default: bool) -> bool:
        """The boolean at `key`."""
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            raise self.error(key, f"expected true or false, not {described(value)}")
        return value

    def array(self, key: str, items: str) -> tuple[Any, ...]:
        """The items of the array at `key`, none if there is no such key; `items` describes them."""
        value = self.values.get(key, [])
        if not isinstance(value, list):
            raise self.error(key, f"expected an array of {items}, not {described(value)}")
        return tuple(value)

    def strings(self, key: str) -> tuple[str, ...]:
        """The strings of the array at `key`, which may not be empty ones."""
        values = self.array(key, "strings")
        for index, value in enumerate(values):
            if not isinstance(value, str) or not value:
                shown = "an empty string" if value == "" else described(value)
                raise self.error(key, f"expected a string, not {shown}", index)
        return values

    def table(self, key: str) -> "Table | None":
        """The table at `key`, None if there is no such key."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.error(key, f"expected a table, not {described(value)}")
        return Table(self.path, self.text, (*self.keys, key), value)

    def tables(self, key: str) -> "tuple[Table, ...]":
        """The tables of the array at `key`, none if there is no such key."""
        values = self.array(key, "tables")
        for index, value in enumerate(values):
            if not isinstance(value, dict):
                raise self.error(key, f"expected a table, not {described(value)}", index)
        return tuple(
            Table(self.path, self.text, (*self.keys, key, index), value) for index, value in enumerate(values)
        )


def read(path: Path) -> Table:
    """The document in the file `path`; raises `ContractError` if it can't be read or is no TOML."""
    try:
        if path.exists() and not path.is_file():
            raise ContractError(path, None, "expected a contract file; this is no regular file")
        raw = path.read_bytes()
    except OSError as error:
        raise ContractError(path, None, f"can't read the contract: {error.strerror}") from error
    try:
        text = raw.decode("utf-8").replace("\r\n", "\n")
        document = Table(path, text, (), tomllib.loads(text))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ContractError(path, line, "not UTF-8, which TOML has to be") from error
    except tomllib.TOMLDecodeError as error:
        place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", str(error))
        line = int(place[1]) if place and place[1] else text.count("\n") + 1
        message = str(error)[: place.start()] if place else str(error)
        raise ContractError(path, line, f"not valid TOML: {message}") from error
    except ValueError as error:
        # Python refuses to read decimal integers of thousands of digits, and does not say where.
        digits = re.search(r"[0-9][0-9_]{4000}", text)
        first = text.count("\n", 0, digits.start()) + 1 if digits else None
        raise ContractError(path, first, f"an integer in it {NOT_64_BITS}") from error
    except RecursionError as error:
        raise ContractError(path, None, "nested too deeply") from error
    keys = _too_large(document.values)
    if keys is not None:
        raise ContractError(path, line_of(text, keys), f"{spelled(keys)}: the integer {NOT_64_BITS}")
    return document


def _too_large(values: Mapping[str, Any]) -> KeyPath | None:
    """The keys of an integer that has more than 64 bits, None if there is none."""
    # A value with the one that holds it and its key there: keys can be nested as deeply as a file is long.
    waiting: list[tuple[Any, Any, str | int]] = [(values, None, "")]
    while waiting:
        held = waiting.pop()
        value, *_ = held
        if isinstance(value, Mapping):
            waiting += ((inner, held, key) for key, inner in value.items())
        elif isinstance(value, list):
            waiting += ((inner, held, place) for place, inner in enumerate(value))
        elif isinstance(value, int) and value.bit_length() > 64:
            return _keys(held)
    return None


def _keys(held: Any) -> KeyPath:  # noqa: ANN401
    keys: list[str | int] = []
    _, holder, key = held
    while holder is not None:
        keys.append(key)
        _, holder, key = holder
    return tuple(reversed(keys))


def spelled(keys: KeyPath) -> str:
    """The keys as messages spell them: `artifact#2.imports.policy` is in the second artifact."""
    text = ""
    for key in keys:
        if isinstance(key, int):
            text += f"#{key + 1}"
        else:
            text += f".{key}" if text else key
    return text


def suggestion(word: str, known: Iterable[str]) -> str:
    """The help that ends a message about an unknown `word`: the closest known one, or all."""
    known = tuple(known)
    close = difflib.get_close_matches(word, known, n=1)
    return f"did you mean `{close[0]}`?" if close else f"known here: {', '.join(known)}"


def described(value: object) -> str:
    """A TOML value as a message names it."""
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value}"
        case str():
            return f"the string {value!r}"
        case list():
            return "an array"
        case dict():
            return "a table"
        case _:
            return "a date or time"
