"""This module reads JSON files strictly, and names the file and the key of an error."""

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, NoReturn

from nogrow.errors import DocumentError
from nogrow.util.document import Keys, Node, shortened

__all__ = ["MOST_BYTES", "Node", "read"]

# A report on a module with 20,000 entry points has 100 MB.
MOST_BYTES = 512 << 20
# No line of JSON starts with these, because its strings don't span lines.
_CONFLICT = re.compile(r"^(?:<{7}|={7}|>{7}|\|{7})", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _JsonFile:
    """A JSON file as the source of a document."""

    mapping: ClassVar[str] = "an object"
    mappings: ClassVar[str] = "objects"
    path: Path

    def error(self, keys: Keys, message: str) -> DocumentError:
        return DocumentError(self.path, _spelled(keys) if keys else None, message)


def read(path: Path, what: str) -> Node:
    """Return the document in the file `path`, which messages call `what`; raises `DocumentError`."""
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
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) < len(pairs):
            ((duplicate, _),) = Counter(key for key, _ in pairs).most_common(1)
            raise DocumentError(path, _quoted(duplicate), "duplicate key in one object")
        return members

    def constant(word: str) -> NoReturn:
        raise DocumentError(path, None, f"not valid JSON: {word}; JSON does not allow NaN or Infinity")

    try:
        text = raw.decode("utf-8-sig")
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
    return json.dumps(shortened(key), ensure_ascii=False)
