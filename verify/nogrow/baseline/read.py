"""This module reads a lock file and rejects unknown keys, wrong types and contradictions."""

import os
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

from nogrow.analysis.entry_identity import Key
from nogrow.analysis.judgement import EntryKind, Verdict, worst
from nogrow.baseline.model import START, Lock, Pin, worst_first
from nogrow.baseline.write import SCHEMA
from nogrow.util.document import Node, read_json

_KEYS = ("sha256", "size", "verdict", "exports", "start", "escaped", "nameless")
# No engine accepts as many functions in one module.
_MOST_NAMELESS = 10_000_000


def load(path: Path) -> Lock:
    """Return the lock in the file `path`; raises `DocumentError` if it is not a valid lock."""
    document = read_json(path, "a lock of nogrow")
    schema = document.at("schema")
    if schema.text() != SCHEMA:
        raise schema.error(f"expected {SCHEMA}, the only version that this nogrow can read")
    document.object(("schema", "artifacts"))
    pins: dict[str, Pin] = {}
    for name, node in document.at("artifacts").members():
        if not _is_path(name):
            raise node.error("expected a path; a path can't contain a NUL or half a character")
        if not name or posixpath.isabs(name) or posixpath.normpath(name) != name:
            raise node.error("expected a path relative to the lock file, in its shortest form")
        pins[name] = _pin(node)
    if not pins:
        raise document.at("artifacts").error("empty: a lock must pin at least one module")
    return Lock(path, pins)


def _is_path(name: str) -> bool:
    try:
        return b"\0" not in os.fsencode(name)
    except UnicodeEncodeError:
        # Python decodes arbitrary bytes to other halves of characters than this one.
        return False


def _pin(node: Node) -> Pin:
    node.object(_KEYS)
    sha256 = node.at("sha256")
    if not re.fullmatch(r"[0-9a-f]{64}", sha256.text()):
        raise sha256.error("expected 64 hexadecimal digits")
    start, excused = _start(node.get("start"))
    verdicts: dict[Key, list[Verdict]] = {START: [start]} if start is not None else {}
    for key, verdict, name in _named(node, "exports", EntryKind.EXPORT):
        if key in verdicts:
            raise name.error("duplicate export")
        verdicts[key] = [verdict]
    for key, verdict, name in _named(node, "escaped", EntryKind.ESCAPED):
        if not key[1]:
            raise name.error("expected a name; functions without a name are counted under `nameless`")
        verdicts.setdefault(key, []).append(verdict)
    verdicts |= _nameless(node.get("nameless"))
    entries = {key: worst_first(group) for key, group in verdicts.items()}
    stated = node.at("verdict")
    verdict = _verdict(stated, stated.text())
    floor = Verdict.UNREACHABLE if verdict.grows else verdict
    computed = worst((verdict for group in entries.values() for verdict in group), floor)
    # Version 0.1.0 wrote `capped` for a module that is `capped+throw-only`.
    is_old_form = computed is Verdict.CAPPED_AND_THROW_ONLY and verdict is Verdict.CAPPED
    if verdict is not computed and not is_old_form:
        raise stated.error(f"expected {computed.label}, the worst verdict of the module's entry points")
    return Pin(sha256.text(), node.at("size").integer(), computed, entries, excused)


def _start(node: Node | None) -> tuple[Verdict | None, bool]:
    if node is None:
        return None, False
    node.object(("verdict", "excused"))
    verdict = node.at("verdict")
    return _verdict(verdict, verdict.text()), node.at("excused").flag()


def _named(node: Node, key: str, kind: EntryKind) -> Iterator[tuple[Key, Verdict, Node]]:
    """Yield the key, the verdict and the name's node of each entry point listed under `key`."""
    groups = node.get(key)
    for label, names in groups.members() if groups else ():
        verdict = _verdict(names, label)
        for name in names.items():
            yield (kind, name.text()), verdict, name


def _nameless(node: Node | None) -> dict[Key, list[Verdict]]:
    verdicts: list[Verdict] = []
    for label, count in node.members() if node else ():
        verdict, times = _verdict(count, label), count.integer(1)
        if len(verdicts) + times > _MOST_NAMELESS:
            raise count.error(f"no module has {times:,} functions")
        verdicts += [verdict] * times
    return {(EntryKind.ESCAPED, ""): verdicts} if verdicts else {}


def _verdict(node: Node, label: str) -> Verdict:
    try:
        return Verdict.from_label(label)
    except ValueError:
        known = ", ".join(verdict.label for verdict in Verdict)
        raise node.error(f"unknown verdict {label!r}; known: {known}") from None
