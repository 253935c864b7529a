"""A lock file to a `Lock`: every key is known and of its type, or it is an error."""

import os
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from nogrow.analysis.entry_identity import Key
from nogrow.analysis.judgement import EntryKind, Verdict, worst
from nogrow.baseline.model import START, Lock, Pin, worst_first
from nogrow.baseline.write import SCHEMA
from nogrow.util.jsonfile import Node, read

_KEYS = ("sha256", "size", "verdict", "exports", "start", "escaped", "nameless")
# More functions than any engine takes in one module.
_MOST_NAMELESS = 10_000_000


def load(path: Path) -> Lock:
    """The lock in the file `path`; raises `DocumentError`."""
    document = read(path, "a lock of nogrow")
    schema = document.at("schema")
    if schema.text() != SCHEMA:
        raise schema.error(f"expected {SCHEMA}, the only version that this nogrow reads")
    document.object(("schema", "artifacts"))
    pins: dict[str, Pin] = {}
    for name, node in document.at("artifacts").members():
        if not _is_path(name):
            raise node.error("expected a path; a path can't hold a NUL or half a character")
        if not name or posixpath.isabs(name) or posixpath.normpath(name) != name:
            raise node.error("expected a path relative to the lock, in its shortest form")
        pins[name] = _pin(node)
    if not pins:
        raise document.at("artifacts").error("empty: a lock has to pin at least one module")
    return Lock(path, pins)


def _is_path(name: str) -> bool:
    try:
        return b"\0" not in os.fsencode(name)
    except UnicodeEncodeError:
        # Not even a name of arbitrary bytes holds this half of a character.
        return False


def _pin(node: Node) -> Pin:
    node.object(_KEYS)
    sha256 = node.at("sha256")
    if not re.fullmatch(r"[0-9a-f]{64}", sha256.text()):
        raise sha256.error("expected 64 hexadecimal digits")
    start, excused = _start(node.get("start"))
    found: dict[Key, list[Verdict]] = {START: [start]} if start is not None else {}
    for key, verdict, place in _named(node, "exports", EntryKind.EXPORT):
        if key in found:
            raise place.error("this export is there twice")
        found[key] = [verdict]
    for key, verdict, place in _named(node, "escaped", EntryKind.ESCAPED):
        if not key[1]:
            raise place.error("expected a name; those without one are counted under `nameless`")
        found.setdefault(key, []).append(verdict)
    found |= _nameless(node.get("nameless"))
    entries = {key: worst_first(verdicts) for key, verdicts in found.items()}
    stated = node.at("verdict")
    verdict = _verdict(stated, stated.text())
    floor = Verdict.UNREACHABLE if verdict.grows else verdict
    found_worst = worst((one for verdicts in entries.values() for one in verdicts), floor)
    # Version 0.1.0 named one of the two only.
    both = found_worst is Verdict.CAPPED_AND_THROW_ONLY and verdict is Verdict.CAPPED
    if verdict is not found_worst and not both:
        raise stated.error(f"expected {found_worst.label}, the worst of its entry points")
    return Pin(sha256.text(), node.at("size").integer(), found_worst, entries, excused)


def _start(node: Node | None) -> tuple[Verdict | None, bool]:
    if node is None:
        return None, False
    node.object(("verdict", "excused"))
    verdict = node.at("verdict")
    return _verdict(verdict, verdict.text()), node.at("excused").flag()


def _named(node: Node, key: str, kind: EntryKind) -> Iterator[tuple[Key, Verdict, Node]]:
    groups = node.get(key)
    for label, names in groups.members() if groups else ():
        verdict = _verdict(names, label)
        for name in names.items():
            yield (kind, name.text()), verdict, name


def _nameless(node: Node | None) -> dict[Key, list[Verdict]]:
    found: list[Verdict] = []
    for label, count in node.members() if node else ():
        verdict, times = _verdict(count, label), count.integer(1)
        if len(found) + times > _MOST_NAMELESS:
            raise count.error(f"no module has as many functions as {times:,}")
        found += [verdict] * times
    return {(EntryKind.ESCAPED, ""): found} if found else {}


def _verdict(node: Node, label: str) -> Verdict:
    try:
        return Verdict.from_label(label)
    except ValueError:
        known = ", ".join(verdict.label for verdict in Verdict)
        raise node.error(f"unknown verdict {label!r}; known: {known}") from None
