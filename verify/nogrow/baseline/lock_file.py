"""This module defines the data of a lock, and reads and writes lock files.

It writes equal verdicts as equal bytes, so that differences are readable, and when it reads, it rejects
unknown keys, wrong types and contradictions.
"""

import json
import posixpath
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from nogrow.analysis.entry_identity import Key, grouped, level
from nogrow.analysis.judgement import Entry, EntryKind, Judgement, Verdict, worst
from nogrow.contract.model import VERDICTS
from nogrow.contract.patterns import without_number
from nogrow.util.document import Node, read_json
from nogrow.util.paths import native, normal, portable, relative

START: Key = (EntryKind.START, "")


class Pin(NamedTuple):
    """The recorded state of a core module: digest and size (bytes) of its file, and its verdicts.

    `entries` has the verdicts of each key, worst first. `excused` says that growth in the start function
    comes before any view of the memory exists.
    """

    sha256: str
    size: int
    verdict: Verdict
    entries: Mapping[Key, tuple[Verdict, ...]]
    excused: bool = False

    @property
    def levels(self) -> dict[Key, tuple[Verdict, ...]]:
        """Return the verdicts as they count in comparisons."""
        start = tuple(level(verdict, self.excused) for verdict in self.entries.get(START, ()))
        return {key: start if key == START else verdicts for key, verdicts in self.entries.items()}

    @property
    def level(self) -> Verdict:
        """Return the worst of all levels, or the module's verdict if there are no entry points."""
        return worst((verdict for verdicts in self.levels.values() for verdict in verdicts), self.verdict)


class Lock(NamedTuple):
    """A lock file with its pins by path; the paths are relative to the folder of the file, with slashes."""

    path: Path
    pins: Mapping[str, Pin]

    @property
    def files(self) -> tuple[str, ...]:
        """Return the paths of the pinned files, as reports show them."""
        return tuple(sorted({self.shown(without_number(key)) for key in self.pins}))

    def key(self, path: str) -> str:
        """Return the key in the lock for the module that reports show as `path`."""
        return portable(relative(path, self.path.parent))

    def shown(self, key: str) -> str:
        """Return the path that reports show for the module with this key in the lock."""
        return normal(self.path.parent / native(key))


def worst_first(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """Return the verdicts sorted from worst to best, the order of a pin."""
    return tuple(sorted(verdicts, key=lambda verdict: verdict.rank, reverse=True))


def pin_of(judgement: Judgement, sha256: str, size: int) -> Pin:
    """Return the pin for a judged module."""
    entries = {key: worst_first(map(_pinned, group)) for key, group in grouped(judgement).items()}
    verdict = worst(map(_pinned, judgement.entries), judgement.verdict)
    return Pin(sha256, size, verdict, entries, any(entry.excused for entry in judgement.entries))


def _pinned(entry: Entry) -> Verdict:
    """Return the verdict on memories that a host sees, so that exporting a private memory is noticed."""
    return entry.verdict if entry.seen is None else entry.seen


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
        return b"\0" not in name.encode("utf-8", "surrogateescape")
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
