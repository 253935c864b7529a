"""This module defines the difference between two builds as plain data.

`comparison.py` computes it; the other modules of the package write it.
"""

import enum
from typing import NamedTuple

from nogrow.analysis.entry_identity import HARMLESS, level
from nogrow.analysis.judgement import EntryKind, Memory, Verdict


class Direction(enum.Enum):
    """Whether a change is worse or better, by the order of the verdicts."""

    WORSE = "worse"
    BETTER = "better"
    SAME = "same"


class EntryChange(NamedTuple):
    """An entry point that has changed.

    `before` is None for a new entry point, `after` for a removed one. `old_name` is its former name if it was
    renamed; `function` is the demangled debug name of its function. `excused` says, before and after, whether
    its growth counts for nothing: in the start function before any view exists, or of a memory that no host
    sees.
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
        """Return the direction; a new entry point that can grow is worse, and removing one is better."""
        was, now = self.excused
        before = HARMLESS if self.before is None else level(self.before, was)
        after = HARMLESS if self.after is None else level(self.after, now)
        if self.before is None or self.after is None:
            # Adding or removing a harmless entry point changes nothing.
            before, after = before.joined(HARMLESS), after.joined(HARMLESS)
        if not after.at_most(before):
            return Direction.WORSE
        return Direction.SAME if after is before else Direction.BETTER


class MemoryChange(NamedTuple):
    """A memory whose declaration has changed; `before` is None if it is new, `after` if it was removed."""

    number: int
    before: Memory | None
    after: Memory | None


def declared(memory: Memory | None) -> dict[str, object] | None:
    """Return what a module declares of its memory, None if there is no memory."""
    keys = ("imported", "shared", "page_size", "min_pages", "max_pages")
    return None if memory is None else {key: getattr(memory, key) for key in keys}


class ModuleDifference(NamedTuple):
    """A core module before and after; `old` or `new` is the path, None if that build lacks the module.

    `unchanged` counts the entry points without a change, `sites` the grow sites before and after.
    `imports_new` and `imports_gone` are the host functions that entry points now reach or no longer reach,
    `assumed_new` and `assumed_gone` are the assumptions that were added or dropped, as sentences.
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
        """Return worse if any change is worse, else better if any change is better, else the same."""
        directions = {entry.direction for entry in self.entries}
        before, after = self.verdicts
        # With other entry points, or none, only the module's verdict shows that it has grow sites now.
        excused = any(any(entry.excused) for entry in self.entries)
        if before is not None and after is not None and not after.at_most(before) and not excused:
            return Direction.WORSE
        return _leading(directions)


class Difference(NamedTuple):
    """The differences of all modules of two builds, and notes on files that were left out."""

    modules: tuple[ModuleDifference, ...]
    notes: tuple[str, ...] = ()

    @property
    def direction(self) -> Direction:
        """Return worse if any module is worse, else better if any module is better, else the same."""
        return _leading({module.direction for module in self.modules})


def _leading(directions: set[Direction]) -> Direction:
    return next((direction for direction in Direction if direction in directions), Direction.SAME)
