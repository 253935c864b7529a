"""This module reads TOML files and names the file, the line and the key of an error."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from nogrow.contract.key_lines import line_of
from nogrow.errors import ContractError
from nogrow.util.document import Keys, Node

NOT_64_BITS = "does not fit into 64 bits, the size of TOML's integers"


@dataclass(frozen=True, slots=True)
class _TomlFile:
    """A TOML file and its text as the source of a document."""

    mapping: ClassVar[str] = "a table"
    mappings: ClassVar[str] = "tables"
    path: Path
    text: str

    def error(self, keys: Keys, message: str) -> ContractError:
        line = line_of(self.text, keys) if keys else 1
        return ContractError(self.path, line, f"{_spelled(keys)}: {message}" if keys else message)


def read(path: Path) -> Node:
    """Return the document in the file `path`; raises `ContractError` if it is unreadable or not TOML."""
    try:
        if path.exists() and not path.is_file():
            raise ContractError(path, None, "not a regular file; expected a contract file")
        raw = path.read_bytes()
    except OSError as error:
        raise ContractError(path, None, f"can't read the contract: {error.strerror}") from error
    try:
        text = raw.decode("utf-8").replace("\r\n", "\n")
        document = Node(_TomlFile(path, text), (), tomllib.loads(text))
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
        raise ContractError(path, first, f"an integer in it {NOT_64_BITS}") from error
    except RecursionError as error:
        raise ContractError(path, None, "nested too deeply") from error
    keys = _too_large(document.value)
    if keys is not None:
        raise document.source.error(keys, f"the integer {NOT_64_BITS}")
    return document


def without_nul(node: Node, path: str) -> str:
    """Return the path, which `node` gives; raises `ContractError` if it contains a NUL character."""
    if "\0" in path:
        raise node.error("a path can't contain a NUL character")
    return path


def _too_large(values: Mapping[str, Any]) -> Keys | None:
    """Return the keys of an integer that has more than 64 bits, None if there is none."""
    # Each entry is a value, the entry that holds it, and its key there. Keys can be nested as deeply as a
    # file is long, so a copy of all keys for each value would take too much memory.
    waiting: list[tuple[Any, Any, str | int]] = [(values, None, "")]
    while waiting:
        entry = waiting.pop()
        value, *_ = entry
        if isinstance(value, Mapping):
            waiting += ((inner, entry, key) for key, inner in value.items())
        elif isinstance(value, list):
            waiting += ((inner, entry, index) for index, inner in enumerate(value))
        elif isinstance(value, int) and value.bit_length() > 64:
            return _keys(entry)
    return None


def _keys(entry: Any) -> Keys:  # noqa: ANN401
    keys: list[str | int] = []
    _, holder, key = entry
    while holder is not None:
        keys.append(key)
        _, holder, key = holder
    return tuple(reversed(keys))


def _spelled(keys: Keys) -> str:
    """Return the keys as messages write them: `artifact#2.imports.policy` is in the second artifact."""
    text = ""
    for key in keys:
        if isinstance(key, int):
            text += f"#{key + 1}"
        else:
            text += f".{key}" if text else key
    return text
