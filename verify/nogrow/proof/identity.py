"""Which entry points of two builds of a module are the same one, and when one of them is worse.

An export is known by its name and the start function is the only one. A function that escapes has only an
index, which moves with every build: it is known by its debug name, and those of one name, or of none, are
compared as a group, the worst with the worst.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from nogrow.demangle import demangle
from nogrow.proof.judgement import Entry, EntryKind, Judgement, Verdict

# The name is that of an export or of a function's; the empty one is the start function, or no name.
Key = tuple[EntryKind, str]

# What is new may be this bad: nobody who holds views is harmed by it.
HARMLESS = Verdict.UNREACHABLE

_Old = TypeVar("_Old")
_New = TypeVar("_New")


def key_of(entry: Entry) -> Key:
    """The key that `entry` has in every build; names of functions are demangled, without hashes."""
    match entry.kind:
        case EntryKind.EXPORT:
            return entry.kind, entry.name
        case EntryKind.START:
            return entry.kind, ""
        case _:
            return entry.kind, demangle(entry.function.name) if entry.function.name else ""


def level(verdict: Verdict, excused: bool) -> Verdict:
    """The verdict as it counts in comparisons: growth that is excused harms nobody."""
    return min(verdict, HARMLESS) if excused else verdict


def level_of(entry: Entry) -> Verdict:
    """The verdict of `entry` as it counts in comparisons: on memories that a host sees."""
    return entry.seen if entry.seen is not None else level(entry.verdict, entry.excused)


def grouped(judgement: Judgement) -> dict[Key, list[Entry]]:
    """The entry points by key, the worst of each group first."""
    groups: dict[Key, list[Entry]] = {}
    for entry in judgement.entries:
        groups.setdefault(key_of(entry), []).append(entry)
    for group in groups.values():
        # The sort is stable: of equally bad ones the first in the module's order.
        group.sort(key=level_of, reverse=True)
    return groups


def paired(
    old: Mapping[Key, Sequence[_Old]], new: Mapping[Key, Sequence[_New]]
) -> Iterator[tuple[Key, _Old | None, _New | None]]:
    """Each key with what it was and what it is, None where there was or is none; the old ones first.

    Both sides have the worst of a group first. Paired in that order, no new one is worse than its partner
    exactly if for no verdict there are more as bad as that than there were.
    """
    for key in (*old, *(key for key in new if key not in old)):
        before, after = old.get(key, ()), new.get(key, ())
        for place in range(max(len(before), len(after))):
            yield (
                key,
                before[place] if place < len(before) else None,
                after[place] if place < len(after) else None,
            )
