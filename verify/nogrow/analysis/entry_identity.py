"""Match the entry points of two builds of a module, and tell when one of them became worse.

An export is known by its name and the start function is the only one. A function that escapes has only an
index, which moves with every build: it is known by its debug name, and those of one name, or of none, are
compared as a group, the worst with the worst.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import TypeVar

from nogrow.analysis.judgement import Entry, EntryKind, Judgement, Verdict
from nogrow.util.demangle import demangle

# The name of an export or of a function; empty for the start function, and where there is no name.
Key = tuple[EntryKind, str]

# A new entry point may be this bad: it detaches no views.
HARMLESS = Verdict.UNREACHABLE

_Old = TypeVar("_Old")
_New = TypeVar("_New")


def key_of(entry: Entry) -> Key:
    """Return the key that `entry` has in every build; names of functions are demangled, without hashes."""
    match entry.kind:
        case EntryKind.EXPORT:
            return entry.kind, entry.name
        case EntryKind.START:
            return entry.kind, ""
        case _:
            return entry.kind, demangle(entry.function.name) if entry.function.name else ""


def level(verdict: Verdict, excused: bool) -> Verdict:
    """Return the verdict as it counts in comparisons: growth that is excused is harmless."""
    return HARMLESS if excused and verdict.grows else verdict


def level_of(entry: Entry) -> Verdict:
    """Return the verdict of `entry` as it counts in comparisons: on memories that a host sees."""
    return entry.seen if entry.seen is not None else level(entry.verdict, entry.excused)


def grouped(judgement: Judgement) -> dict[Key, list[Entry]]:
    """Return the entry points by key, the worst of each group first."""
    groups: dict[Key, list[Entry]] = {}
    for entry in judgement.entries:
        groups.setdefault(key_of(entry), []).append(entry)
    for group in groups.values():
        # The sort is stable: equally bad ones stay in the module's order.
        group.sort(key=lambda entry: level_of(entry).rank, reverse=True)
    return groups


def paired(
    old: Mapping[Key, Sequence[_Old]],
    new: Mapping[Key, Sequence[_New]],
    old_level: Callable[[_Old], Verdict],
    new_level: Callable[[_New], Verdict],
) -> Iterator[tuple[Key, _Old | None, _New | None]]:
    """Yield each key with an old and a new item, None where there is none; the old keys first.

    Both sides must have the worst of a group first. Equal items are paired first, the others in their order:
    then, if any pairing exists in which no new item is worse than its partner, this is one.
    """
    for key in (*old, *(key for key in new if key not in old)):
        before, after = list(old.get(key, ())), list(new.get(key, ()))
        if len(before) > 1 or len(after) > 1:
            yield from ((key, *equal) for equal in _equal(before, after, old_level, new_level))
        yield from ((key, was, now) for was, now in zip_longest(before, after))


def _equal(
    old: list[_Old],
    new: list[_New],
    old_level: Callable[[_Old], Verdict],
    new_level: Callable[[_New], Verdict],
) -> Iterator[tuple[_Old, _New]]:
    """Yield the pairs with equal verdicts and remove them from both lists."""
    by_level: dict[Verdict, list[_Old]] = {}
    for was in reversed(old):
        by_level.setdefault(old_level(was), []).append(was)
    left: list[_New] = []
    for now in new:
        same = by_level.get(new_level(now))
        if same:
            yield same.pop(), now
        else:
            left.append(now)
    new[:] = left
    levels = sorted(by_level, key=lambda verdict: verdict.rank, reverse=True)
    old[:] = [was for verdict in levels for was in reversed(by_level[verdict])]
