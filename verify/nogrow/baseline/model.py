"""What a lock holds, as plain data: made of judgements or by `read.py`, read by all that compares."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePath
from typing import NamedTuple

from nogrow.analysis.entry_identity import Key, grouped, level
from nogrow.analysis.judgement import Entry, EntryKind, Judgement, Verdict, worst
from nogrow.contract.clause_lines import without_number

START: Key = (EntryKind.START, "")


class Pin(NamedTuple):
    """What was found of one core module: digest and size (bytes) of its file, and the verdicts.

    `entries` has the verdicts of each key, the worst first. `excused` says that growth in the start function
    came before any view of the memory.
    """

    sha256: str
    size: int
    verdict: Verdict
    entries: Mapping[Key, tuple[Verdict, ...]]
    excused: bool = False

    @property
    def levels(self) -> dict[Key, tuple[Verdict, ...]]:
        """The verdicts as they count in comparisons."""
        excused = {START: tuple(level(one, self.excused) for one in self.entries.get(START, ()))}
        return {key: excused.get(key, verdicts) for key, verdicts in self.entries.items()}

    @property
    def level(self) -> Verdict:
        """The worst of all levels; without entry points, whether there were grow sites."""
        return worst((one for verdicts in self.levels.values() for one in verdicts), self.verdict)


class Lock(NamedTuple):
    """A lock file; the modules' paths are relative to its folder, with slashes."""

    path: Path
    pins: Mapping[str, Pin]

    @property
    def files(self) -> tuple[str, ...]:
        """The files of the modules, as reports call them."""
        return tuple(sorted({self.shown(without_number(key)) for key in self.pins}))

    def key(self, path: str) -> str:
        """What the lock calls the module that reports call `path`."""
        relative = os.path.relpath(path, self.path.parent)
        return PurePath(relative).as_posix()

    def shown(self, key: str) -> str:
        """What reports call the module that the lock calls `key`."""
        return os.path.normpath(self.path.parent / key)


def worst_first(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """The verdicts in the order of a pin."""
    return tuple(sorted(verdicts, key=lambda verdict: verdict.rank, reverse=True))


def pin_of(judgement: Judgement, sha256: str, size: int) -> Pin:
    """The pin of a module that was judged."""
    entries = {key: worst_first(map(_pinned, group)) for key, group in grouped(judgement).items()}
    excused = any(entry.excused for entry in judgement.entries)
    verdict = worst(map(_pinned, judgement.entries), judgement.verdict)
    return Pin(sha256, size, verdict, entries, excused)


def _pinned(entry: Entry) -> Verdict:
    """Return the verdict to pin: were it that on a memory no host sees, exporting it would change nothing."""
    return entry.verdict if entry.seen is None else entry.seen
