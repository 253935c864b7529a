"""Explain the entry points of a judgement that can grow a memory; those with the same cause share one."""

from collections.abc import Sequence
from functools import cache
from itertools import islice
from typing import NamedTuple

from nogrow.analysis.causes import GrowthCause
from nogrow.analysis.judgement import Entry, EntryKind, Judgement
from nogrow.contract.phrases import unmistakable
from nogrow.explain.advice import Advice, advice_for
from nogrow.explain.cause import Cause, Demangle, cause_of
from nogrow.explain.toolchain import Toolchain
from nogrow.jshost.model import Grower
from nogrow.source.model import Frames

# A bundle can have 17,000 entry points that grow a memory: at most this many are explained if none is named.
MOST_FOLLOWED = 400
# No further entry point is explained once the paths have this many steps in all.
MOST_STEPS = 200_000


class Explanation(NamedTuple):
    """A cause, the entry points that have it, and the advice; the cause's path is that of the first."""

    entries: tuple[Entry, ...]
    cause: Cause
    advice: tuple[Advice, ...]


class Explained(NamedTuple):
    """The explanations for one core module.

    `harmless` are the requested entry points that cannot grow a memory; `growing` is the number of entry
    points that can. `by_name` says that an entry point was requested. `growers` are the imports that grow the
    memory according to the glue code. `notes` are for the user. `causes` group all entry points that can grow
    a memory, if none was requested.
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
    causes: tuple[GrowthCause, ...] = ()


def chosen(judgement: Judgement, name: str | None) -> list[Entry]:
    """Return the entry points of that name, or, without a name, those with the worst verdicts."""
    entries = judgement.entries
    if name is not None:
        exact = [entry for entry in entries if unmistakable(entry.name, entry.kind) == name]
        return exact or [entry for entry in entries if entry.name == name]
    worst: list[Entry] = []
    steps = 0
    for index in islice(growing(judgement), MOST_FOLLOWED):
        worst.append(entries[index])
        steps += len(entries[index].witness)
        if steps > MOST_STEPS:
            break
    return worst


def growing(judgement: Judgement) -> list[int]:
    """Return the indices of the entry points that can grow a memory: the worst first, the excused last."""
    table = judgement.verdict_table
    indices = [index for index, verdict in enumerate(table.verdicts) if verdict.grows]
    return sorted(
        indices,
        key=lambda index: (index in table.excused or index in table.seen, -table.verdicts[index].rank),
    )


def names_of(judgement: Judgement) -> dict[int, str]:
    """Return the export names of functions, by function index."""
    exported = (entry for entry in judgement.entries if entry.kind is EntryKind.EXPORT)
    return {entry.function.index: entry.source_name or entry.name for entry in exported}


def explanations(
    judgement: Judgement,
    entries: Sequence[Entry],
    sources: Frames,
    demangle: Demangle,
    toolchain: Toolchain,
) -> list[Explanation]:
    """Return the explanations for the entry points: the worst first, then those of the most entry points.

    `sources` has the frames by the offsets of the steps in the witnesses.
    """
    names = names_of(judgement)
    # Thousands of entry points share most of their paths.
    readable = cache(demangle)
    by_cause: dict[object, Explanation] = {}
    for entry in entries:
        if not entry.witness:
            continue
        cause = cause_of(entry, sources, readable, names)
        key = _key(entry, cause)
        if key in by_cause:
            known = by_cause[key]
            by_cause[key] = known._replace(entries=(*known.entries, entry))
        else:
            memory = None if entry.memory is None else judgement.memories[entry.memory]
            shared = memory is not None and memory.shared
            advice = advice_for(entry, cause, toolchain, shared=shared)
            by_cause[key] = Explanation((entry,), cause, advice)
    return sorted(by_cause.values(), key=_weight)


def _weight(explanation: Explanation) -> tuple[bool, int, bool, int]:
    entries = explanation.entries
    first = entries[0]
    unnamed = all(entry.kind is EntryKind.ESCAPED for entry in entries)
    return first.excused or first.seen is not None, -first.verdict.rank, unnamed, -len(entries)


def _key(entry: Entry, cause: Cause) -> object:
    """Return a key that is equal for the entry points that one explanation covers."""
    blamed = cause.blamed
    if blamed is None or cause.vague:
        position: object = None
    elif blamed.frame is None:
        position = (blamed.function, blamed.step.offset)
    else:
        position = (blamed.frame.file, blamed.frame.line, blamed.frame.column)
    return entry.verdict, entry.memory, entry.host_grows, entry.excused, cause.use, position
