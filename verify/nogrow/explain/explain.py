"""A judgement to explanations: entry points with the same cause share one."""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from typing import NamedTuple

from nogrow.analysis.judgement import Entry, EntryKind, Judgement
from nogrow.contract.phrases import unmistakable
from nogrow.explain.advice import Advice, advice_for
from nogrow.explain.cause import Cause, Demangle, Sources, cause_of
from nogrow.explain.provenance import origin_of
from nogrow.explain.toolchain import Toolchain
from nogrow.jshost.glue_model import Grower

# A bundle can have 17,000 entry points that grow: so many are followed when none is named.
MOST_FOLLOWED = 400
# No more are followed when their paths have so many steps in all.
MOST_STEPS = 200_000


class Explanation(NamedTuple):
    """One cause, the entry points that have it (the first one's path is the cause's), and what to do."""

    entries: tuple[Entry, ...]
    cause: Cause
    advice: tuple[Advice, ...]


class Explained(NamedTuple):
    """All that is explained of one core module.

    `harmless` are entry points that were asked for and can't grow a memory, `growing` is how many can.
    `by_name` says that an entry point was asked for. `growers` are the imports that grow it, as glue says.
    `notes` are for whoever asked.
    """

    path: str
    judgement: Judgement
    toolchain: Toolchain
    explanations: tuple[Explanation, ...]
    harmless: tuple[Entry, ...]
    growing: int
    by_name: bool
    growers: tuple[Grower, ...] = ()
    notes: tuple[str, ...] = ()


def chosen(judgement: Judgement, name: str | None) -> list[Entry]:
    """Return the entry points of that name, or, without a name, the worst ones that can grow."""
    entries = judgement.entries
    if name is not None:
        exact = [entry for entry in entries if unmistakable(entry.name, entry.kind) == name]
        return exact or [entry for entry in entries if entry.name == name]
    found: list[Entry] = []
    steps = 0
    for place in islice(_growing(judgement), MOST_FOLLOWED):
        found.append(entries[place])
        steps += len(entries[place].witness)
        if steps > MOST_STEPS:
            break
    return found


def growing(judgement: Judgement) -> int:
    """Return how many entry points can grow a memory."""
    return sum(1 for _ in _growing(judgement))


def _growing(judgement: Judgement) -> Iterator[int]:
    """The places of the entry points that can grow a memory, the worst first, the excused ones last."""
    verdict_table = judgement.verdict_table
    places = [place for place, one in enumerate(verdict_table.verdicts) if one.grows]
    places.sort(
        key=lambda place: (
            place in verdict_table.excused or place in verdict_table.seen,
            -verdict_table.verdicts[place].rank,
        )
    )
    return iter(places)


def names_of(judgement: Judgement) -> dict[int, str]:
    """Return the names by which functions are exported, by their index."""
    exported = (entry for entry in judgement.entries if entry.kind is EntryKind.EXPORT)
    return {entry.function.index: entry.name for entry in exported}


def explanations(
    judgement: Judgement,
    entries: Sequence[Entry],
    sources: Sources,
    demangle: Demangle,
    toolchain: Toolchain,
) -> list[Explanation]:
    """Return what explains the growth of each of the entry points: the worst first, then the most frequent.

    `sources` gives the frames at the offsets of their witnesses' steps.
    """
    names = names_of(judgement)
    # Thousands of ways in share most of their paths.
    readable, origin = cache(demangle), cache(origin_of)
    found: dict[object, Explanation] = {}
    for entry in entries:
        if not entry.witness:
            continue
        cause = cause_of(entry, sources, readable, names, origin)
        key = _key(entry, cause)
        if key in found:
            one = found[key]
            found[key] = one._replace(entries=(*one.entries, entry))
        else:
            found[key] = Explanation((entry,), cause, advice_for(entry, cause, toolchain))
    return sorted(found.values(), key=_weight)


def _weight(one: Explanation) -> tuple[bool, int, bool, int]:
    first = one.entries[0]
    unnamed = all(entry.kind is EntryKind.ESCAPED for entry in one.entries)
    return first.excused or first.seen is not None, -first.verdict.rank, unnamed, -len(one.entries)


def _key(entry: Entry, cause: Cause) -> object:
    """What causes have in common that one explanation serves for."""
    place = cause.place
    if place is None or cause.vague:
        where: object = None
    elif place.frame is None:
        where = (place.function, place.step.offset)
    else:
        where = (place.frame.file, place.frame.line, place.frame.column)
    return entry.verdict, entry.memory, entry.host_grows, entry.excused, cause.use, where
