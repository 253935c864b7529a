"""A statement's file back to the statement; whatever is not as nogrow writes it is named with its place."""

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from nogrow.attest.statement import (
    PREDICATE_TYPE,
    TYPE,
    AttestedFile,
    AttestedModule,
    AttestedVerdict,
    Statement,
)
from nogrow.errors import NogrowError
from nogrow.proof.judgement import Verdict

# Of the modules that a statement is about there is a verdict on each; this is far more than that takes.
LARGEST = 64 << 20

_SHA256 = re.compile(r"[0-9a-f]{64}")
_Item = TypeVar("_Item")


class StatementError(NogrowError):
    """The statement can't be used: the fault of who wrote or named it, exit code 2."""


def read_statement(path: Path) -> Statement:
    """The statement in the file `path`; raises `StatementError` with the place that is wrong.

    Fields that are not known are passed over, as the framework asks for. The subjects and the predicate
    have to be about the same things.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise StatementError(
                f"{path}: {path.stat().st_size:,} bytes; a statement has {LARGEST:,} at most"
            )
        document = json.loads(path.read_bytes(), object_pairs_hook=_once)
    except OSError as error:
        raise StatementError(f"{path}: can't be read: {error.strerror}") from error
    except json.JSONDecodeError as error:
        raise StatementError(f"{path}:{error.lineno}:{error.colno}: not JSON: {error.msg}") from error
    except (_TwiceError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise StatementError(f"{path}: not JSON as it should be: {error}") from error
    try:
        return _statement(_Value(document, ""))
    except _WrongError as error:
        raise StatementError(f"{path}: {error}") from error


class _TwiceError(ValueError):
    pass


class _WrongError(Exception):
    pass


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _TwiceError(f"the key {twice!r} comes twice in an object")
    return found


class _Value:
    """A part of the document, and where it is."""

    def __init__(self, value: object, place: str) -> None:
        self.value = value
        self.place = place

    def wrong(self, expected: str) -> _WrongError:
        return _WrongError(f"{self.place or 'the whole'}: expected {expected}")

    def __getitem__(self, key: str) -> "_Value":
        if not isinstance(self.value, dict):
            raise self.wrong("an object")
        inner = _Value(self.value.get(key), f"{self.place}.{key}" if self.place else key)
        if key not in self.value:
            raise inner.wrong("it to be there")
        return inner

    def text(self) -> str:
        if not isinstance(self.value, str):
            raise self.wrong("a text")
        return self.value

    def exactly(self, text: str) -> None:
        if self.value != text:
            raise self.wrong(f"{text!r}")

    def bytes(self) -> int:
        if not isinstance(self.value, int) or isinstance(self.value, bool) or self.value < 0:
            raise self.wrong("a number of bytes")
        return self.value

    def sha256(self) -> str:
        inner = self["digest"]["sha256"]
        if not _SHA256.fullmatch(inner.text()):
            raise inner.wrong("a SHA-256 in lower-case hexadecimal")
        return inner.text()

    def each(self, make: "Callable[[_Value], _Item]") -> tuple[_Item, ...]:
        if not isinstance(self.value, list):
            raise self.wrong("an array")
        return tuple(make(_Value(one, f"{self.place}[{number}]")) for number, one in enumerate(self.value))


def _statement(document: _Value) -> Statement:
    if isinstance(document.value, dict) and "payloadType" in document.value:
        raise _WrongError("a signed envelope: verify its signature, and name the file of its payload here")
    document["_type"].exactly(TYPE)
    document["predicateType"].exactly(PREDICATE_TYPE)
    predicate = document["predicate"]
    predicate["outcome"].exactly("kept")
    contract = predicate["contract"]
    statement = Statement(
        predicate["files"].each(_file),
        None if contract.value is None else contract.sha256(),
        predicate["tool"]["version"].text(),
    )
    modules = ((file, module) for file in statement.files for module in file.modules)
    # A file that is a module has the one name for both.
    names = [module.name for file, module in modules if module.name != file.name]
    names += (one.name for one in statement.files)
    subjects = document["subject"].each(lambda one: (one["name"].text(), one.sha256()))
    if len(set(names)) != len(names) or sorted(subjects) != sorted(statement.subjects().items()):
        raise document["subject"].wrong("what predicate.files is about, each thing once")
    return statement


def _file(one: _Value) -> AttestedFile:
    return AttestedFile(one["name"].text(), one.sha256(), one["size"].bytes(), one["modules"].each(_module))


def _module(one: _Value) -> AttestedModule:
    verdicts = one["verdicts"].each(_verdict)
    return AttestedModule(one["name"].text(), one.sha256(), one["size"].bytes(), verdicts)


def _verdict(one: _Value) -> AttestedVerdict:
    label = one["verdict"]
    try:
        Verdict.from_label(label.text())
    except ValueError:
        raise label.wrong(f"a verdict: {', '.join(verdict.label for verdict in Verdict)}") from None
    assumptions = one["assumptions"].each(_Value.text)
    return AttestedVerdict(one["name"].text(), label.text(), assumptions)
