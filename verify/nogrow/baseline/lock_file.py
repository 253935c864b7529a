"""This module reads and writes lock files.

It writes equal verdicts as equal bytes, so that differences are readable, and when it reads, it rejects
unknown keys, wrong types and contradictions.
"""

import json
import os
import posixpath
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from nogrow.analysis.entry_identity import Key
from nogrow.analysis.judgement import EntryKind, Verdict, worst
from nogrow.baseline.model import START, Lock, Pin, worst_first
from nogrow.contract.model import VERDICTS
from nogrow.util.document import Node, read_json

SCHEMA = "nogrow/lock/1"
_KEYS = ("sha256", "size", "verdict", "exports", "start", "escaped", "nameless")
_NAMELESS: Key = (EntryKind.ESCAPED, "")
# No engine accepts as many functions in one module.
_MOST_NAMELESS = 10_000_000
# Readers look for the worst verdicts.
_WORST_FIRST = worst_first(Verdict)


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
        pins[name] = _read_pin(node)
    if not pins:
        raise document.at("artifacts").error("empty: a lock must pin at least one module")
    return Lock(path, pins)


def _is_path(name: str) -> bool:
    try:
        return b"\0" not in os.fsencode(name)
    except UnicodeEncodeError:
        # Python decodes arbitrary bytes to other halves of characters than this one.
        return False


def _read_pin(node: Node) -> Pin:
    node.object(_KEYS)
    verdicts: defaultdict[Key, list[Verdict]] = defaultdict(list)
    start = node.get("start")
    if start is not None:
        start.object(("verdict", "excused"))
        verdicts[START].append(start.at("verdict").choice("verdict", VERDICTS))
    for verdict, names in _by_verdict(node.get("exports")):
        for name in names.items():
            if (EntryKind.EXPORT, name.text()) in verdicts:
                raise name.error("duplicate export")
            verdicts[EntryKind.EXPORT, name.text()].append(verdict)
    for verdict, names in _by_verdict(node.get("escaped")):
        for name in names.items():
            if not name.text():
                raise name.error("expected a name; functions without a name are counted under `nameless`")
            verdicts[EntryKind.ESCAPED, name.text()].append(verdict)
    for verdict, count in _by_verdict(node.get("nameless")):
        times = count.integer(1)
        if len(verdicts[_NAMELESS]) + times > _MOST_NAMELESS:
            raise count.error(f"no module has {times:,} functions")
        verdicts[_NAMELESS] += [verdict] * times
    stated = node.at("verdict")
    verdict = stated.choice("verdict", VERDICTS)
    floor = Verdict.UNREACHABLE if verdict.grows else verdict
    computed = worst((each for group in verdicts.values() for each in group), floor)
    # Version 0.1.0 wrote `capped` for a module that is `capped+throw-only`.
    is_old_form = computed is Verdict.CAPPED_AND_THROW_ONLY and verdict is Verdict.CAPPED
    if verdict is not computed and not is_old_form:
        raise stated.error(f"expected {computed.label}, the worst verdict of the module's entry points")
    return Pin(
        node.at("sha256").digest(),
        node.at("size").integer(),
        computed,
        {key: worst_first(group) for key, group in verdicts.items()},
        excused=start is not None and start.at("excused").flag(),
    )


def _by_verdict(groups: Node | None) -> Iterator[tuple[Verdict, Node]]:
    """Yield the verdict that each key names, with the value."""
    for label, node in groups.members() if groups else ():
        yield replace(node, value=label).choice("verdict", VERDICTS), node


def written(lock: Lock) -> bytes:
    """Return the bytes of the lock file: sorted, ASCII, with one entry point per line and no time stamp.

    The format is JSON because names can be any text and paths any bytes, which TOML cannot represent.
    """
    document = {
        "schema": SCHEMA,
        "artifacts": {path: _written_pin(lock.pins[path]) for path in sorted(lock.pins)},
    }
    return (json.dumps(document, indent=1) + "\n").encode("ascii")


def _written_pin(pin: Pin) -> dict[str, Any]:
    start = pin.entries.get(START)
    nameless = pin.entries.get(_NAMELESS, ())
    groups: dict[str, Mapping[str, Any]] = {
        "exports": _named(pin, EntryKind.EXPORT),
        "start": {"verdict": start[0].label, "excused": pin.excused} if start else {},
        "escaped": _named(pin, EntryKind.ESCAPED),
        "nameless": {
            verdict.label: nameless.count(verdict) for verdict in _WORST_FIRST if verdict in nameless
        },
    }
    document = {"sha256": pin.sha256, "size": pin.size, "verdict": pin.verdict.label}
    return document | {key: group for key, group in groups.items() if group}


def _named(pin: Pin, kind: EntryKind) -> Mapping[str, list[str]]:
    """Return the names of the entry points by verdict; a name that functions share is repeated."""
    names: dict[Verdict, list[str]] = {verdict: [] for verdict in _WORST_FIRST}
    for key, verdicts in pin.entries.items():
        if key[0] is kind and key != _NAMELESS:
            for verdict in verdicts:
                names[verdict].append(key[1])
    return {verdict.label: sorted(group) for verdict, group in names.items() if group}
