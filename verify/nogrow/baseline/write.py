"""This module writes a lock file so that equal verdicts give equal bytes and differences are readable."""

import json
from collections.abc import Mapping
from typing import Any

from nogrow.analysis.judgement import EntryKind, Verdict
from nogrow.baseline.model import START, Lock, Pin, worst_first

SCHEMA = "nogrow/lock/1"

# Readers look for the worst verdicts.
WORST_FIRST = worst_first(Verdict)


def written(lock: Lock) -> bytes:
    """Return the bytes of the lock file: sorted, ASCII, with one entry point per line and no time stamp.

    The format is JSON because names can be any text and paths any bytes, which TOML cannot represent.
    """
    document = {
        "schema": SCHEMA,
        "artifacts": {path: _pin(lock.pins[path]) for path in sorted(lock.pins)},
    }
    return (json.dumps(document, indent=1) + "\n").encode("ascii")


def _pin(pin: Pin) -> dict[str, Any]:
    document: dict[str, Any] = {"sha256": pin.sha256, "size": pin.size, "verdict": pin.verdict.label}
    exports = _named(pin, EntryKind.EXPORT)
    if exports:
        document["exports"] = exports
    for verdict in pin.entries.get(START, ()):
        document["start"] = {"verdict": verdict.label, "excused": pin.excused}
    escaped = _named(pin, EntryKind.ESCAPED)
    if escaped:
        document["escaped"] = escaped
    nameless = pin.entries.get((EntryKind.ESCAPED, ""), ())
    if nameless:
        counts = {verdict: nameless.count(verdict) for verdict in WORST_FIRST}
        document["nameless"] = {verdict.label: count for verdict, count in counts.items() if count}
    return document


def _named(pin: Pin, kind: EntryKind) -> Mapping[str, list[str]]:
    """Return the names of the entry points by verdict; a name that functions share is repeated."""
    names: dict[Verdict, list[str]] = {verdict: [] for verdict in WORST_FIRST}
    for (of_kind, name), verdicts in pin.entries.items():
        if of_kind is kind and (name or kind is EntryKind.EXPORT):
            for verdict in verdicts:
                names[verdict].append(name)
    return {verdict.label: sorted(group) for verdict, group in names.items() if group}
