"""This module defines the content of a lock as plain data, and makes pins from judgements."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePath
from typing import NamedTuple

from nogrow.analysis.entry_identity import Key, grouped, level
from nogrow.analysis.judgement import Entry, EntryKind, Judgement, Verdict, worst
from nogrow.contract.patterns import without_number

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
        return PurePath(os.path.relpath(path, self.path.parent)).as_posix()

    def shown(self, key: str) -> str:
        """Return the path that reports show for the module with this key in the lock."""
        return os.path.normpath(self.path.parent / key)


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
