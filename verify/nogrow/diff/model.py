"""What differs between two builds, as plain data: made by `compare.py`, rendered by its neighbours."""

import enum
from typing import NamedTuple

from nogrow.analysis.entry_identity import HARMLESS, level
from nogrow.analysis.judgement import EntryKind, Memory, Verdict


class Direction(enum.Enum):
    """Where a change leads, by the order of the verdicts."""

    WORSE = "worse"
    BETTER = "better"
    SAME = "same"


class EntryChange(NamedTuple):
    """An entry point that is not as it was.

    `before` and `after` are None if it was not there, or is no longer. `old_name` is what it was called, if
    that was something else; `function` is the demangled debug name of its function. Growth that is
    `excused`, in the start function before any view or of a memory that no host sees, makes nothing worse.
    """

    name: str
    kind: EntryKind
    before: Verdict | None
    after: Verdict | None
    old_name: str | None = None
    function: str | None = None
    excused: tuple[bool, bool] = (False, False)

    @property
    def direction(self) -> Direction:
        """Worse or better; what is new is worse if it can grow, what is gone is better if it could."""
        was, now = self.excused
        before = HARMLESS if self.before is None else level(self.before, was)
        after = HARMLESS if self.after is None else level(self.after, now)
        if self.before is None or self.after is None:
            # What is harmless may come and go.
            before, after = before.joined(HARMLESS), after.joined(HARMLESS)
        if not after.at_most(before):
            return Direction.WORSE
        return Direction.SAME if after is before else Direction.BETTER


class MemoryChange(NamedTuple):
    """A memory whose declaration is not as it was; None where there was, or is, none."""

    number: int
    before: Memory | None
    after: Memory | None


class ModuleDifference(NamedTuple):
    """A core module before and after; a path is None if the module was not there, or is no longer.

    `unchanged` counts the entry points that are as they were, `sites` the grow sites. `imports_new` and
    `imports_gone` are host functions that an entry point reaches, `assumed_new` and `assumed_gone` are
    sentences on what is assumed.
    """

    old: str | None
    new: str | None
    verdicts: tuple[Verdict | None, Verdict | None]
    same_bytes: bool
    entries: tuple[EntryChange, ...]
    unchanged: int
    memories: tuple[MemoryChange, ...]
    sites: tuple[int, int]
    imports_new: tuple[str, ...]
    imports_gone: tuple[str, ...]
    assumed_new: tuple[str, ...] = ()
    assumed_gone: tuple[str, ...] = ()

    @property
    def direction(self) -> Direction:
        """Worse if anything is; better if something is and nothing is worse."""
        found = {entry.direction for entry in self.entries}
        before, after = self.verdicts
        # Entry points that are exchanged, or none, may hide that the module has grow sites now.
        excused = any(any(entry.excused) for entry in self.entries)
        if before is not None and after is not None and not after.at_most(before) and not excused:
            return Direction.WORSE
        return next((one for one in Direction if one in found), Direction.SAME)


class Difference(NamedTuple):
    """All modules of two builds, and sentences on what was left out."""

    modules: tuple[ModuleDifference, ...]
    notes: tuple[str, ...] = ()

    @property
    def direction(self) -> Direction:
        """Worse if any module is; better if one is and none is worse."""
        found = {module.direction for module in self.modules}
        return next((one for one in Direction if one in found), Direction.SAME)
