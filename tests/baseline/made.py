"""Build pins and locks by hand."""

from pathlib import Path

from nogrow.analysis.entry_identity import Key
from nogrow.analysis.judgement import EntryKind, Verdict, worst
from nogrow.baseline.model import Lock, Pin

DIGEST = "0" * 64
EXPORT, ESCAPED = EntryKind.EXPORT, EntryKind.ESCAPED


def pin(entries: dict[Key, tuple[Verdict, ...]], *, excused: bool = False) -> Pin:
    verdict = worst(verdict for verdicts in entries.values() for verdict in verdicts)
    return Pin(DIGEST, 100, verdict, entries, excused)


def exports(**verdicts: Verdict) -> Pin:
    return pin({(EXPORT, name): (verdict,) for name, verdict in verdicts.items()})


def lock(**pins: Pin) -> Lock:
    return Lock(Path("nogrow.lock"), {f"{name}.wasm": module_pin for name, module_pin in pins.items()})
