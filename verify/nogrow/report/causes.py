"""Prepare the causes of growth for the formats that people read: the answer, and each cause with examples.

With few entry points that grow, these formats list the entry points instead.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from nogrow.analysis.causes import GrowthCause
from nogrow.analysis.judgement import Entry, EntryKind, Judgement, Verdict
from nogrow.contract.phrases import counted, entry_name, labels, listed, name_of, path_of
from nogrow.contract.violations import Rule, Violation, growth_violations
from nogrow.report.model import MOST_LISTED, ArtifactReport
from nogrow.report.steps import frames_of
from nogrow.source.model import Frames
from nogrow.util.lazy import LazySequence

MOST_EXAMPLES = 3
MOST_NARROWER = 3
# An example is chosen from so many entry points.
_CANDIDATES = 200

_ACTS = {
    Verdict.REACHABLE: "can grow {} and return",
    Verdict.CAPPED: "can grow {} by 0 pages and return",
    Verdict.TRAP_ONLY: "can grow {} before a trap",
    Verdict.THROW_ONLY: "can grow {} before an exception",
    Verdict.CAPPED_AND_THROW_ONLY: "can grow {} before an exception, and another memory by 0 pages",
}
_ONLY = {
    Verdict.CAPPED: "by 0 pages",
    Verdict.TRAP_ONLY: "before a trap",
    Verdict.THROW_ONLY: "before an exception",
    Verdict.CAPPED_AND_THROW_ONLY: "by 0 pages or before an exception",
}


class ShownCause(NamedTuple):
    """A cause with the violations of the entry points that belong to it.

    `violation` is that of the entry point whose path is shown, `examples` are a few of the `entries`, which
    are numbers of entry points.
    """

    cause: GrowthCause
    violation: Violation
    examples: tuple[Entry, ...]
    entries: Sequence[int]

    @property
    def size(self) -> int:
        """The number of the entry points."""
        return len(self.entries)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the examples."""
        return tuple(map(entry_name, self.examples))

    @property
    def rule(self) -> Rule:
        """The rule that these entry points break."""
        return self.violation.rule


class Grouped(NamedTuple):
    """The violations of an artifact: those about growth by cause, and the indices of the others."""

    causes: tuple[ShownCause, ...]
    others: Sequence[int]

    def others_of(self, artifact: ArtifactReport) -> Sequence[Violation]:
        """Return the violations that are not about growth, each made when somebody reads it."""
        return LazySequence(len(self.others), lambda number: artifact.violations[self.others[number]])


def grouped(artifact: ArtifactReport) -> Grouped | None:
    """Return the violations by cause, None if there are so few that all can be listed."""
    judgement = artifact.judgement
    if judgement is None or not artifact.causes or len(artifact.violations) <= MOST_LISTED:
        return None
    indices = growth_violations(artifact.violations, judgement)
    if len(indices) <= MOST_LISTED:
        return None
    causes: list[ShownCause] = []
    for cause in artifact.causes:
        entries = [number for number in cause.entries if number in indices]
        if entries:
            chosen = _examples(judgement, entries)
            first = artifact.violations[indices[chosen[0]]]
            causes.append(ShownCause(cause, first, _entries(judgement, chosen), entries))
    taken = set(indices.values())
    others = [index for index in range(len(artifact.violations)) if index not in taken]
    return Grouped(tuple(causes), others)


def examples(judgement: Judgement, entries: Sequence[int]) -> tuple[Entry, ...]:
    """Return a few of the entry points, those with names that a person gave them first."""
    return _entries(judgement, _examples(judgement, entries))


def _examples(judgement: Judgement, entries: Sequence[int]) -> list[int]:
    chosen = sorted(entries[:_CANDIDATES], key=lambda number: _strangeness(judgement.entries[number]))
    return chosen[:MOST_EXAMPLES]


def _entries(judgement: Judgement, numbers: Sequence[int]) -> tuple[Entry, ...]:
    return tuple(judgement.entries[number] for number in numbers)


def _strangeness(entry: Entry) -> tuple[bool, bool]:
    return entry.kind is EntryKind.ESCAPED, entry.name.startswith("_")


def answer(judgement: Judgement) -> str:
    """Return a sentence that says how many entry points can grow a memory, and how."""
    table = judgement.verdict_table
    counts = {verdict: table.counting.count(verdict) for verdict in Verdict}
    total = len(table.verdicts)
    parts: list[str] = []
    for verdict in (Verdict.REACHABLE, *_ONLY):
        if counts[verdict]:
            parts.append(_part(counts[verdict], verdict, total, memory_of(judgement), first=not parts))
    harmless = counts[Verdict.UNREACHABLE] + counts[Verdict.ABSENT]
    if harmless:
        parts.append(f"{harmless:,} cannot")
    return "; ".join(parts) + "."


def _part(count: int, verdict: Verdict, total: int, memory: str, *, first: bool) -> str:
    how = f" only {_ONLY[verdict]}" if verdict in _ONLY else ""
    points = "entry point" if total == 1 else "entry points"
    return f"{count:,} of {total:,} {points} can grow {memory}{how}" if first else f"{count:,}{how}"


def memory_of(judgement: Judgement, index: int | None = None) -> str:
    """Return how a sentence names the memory with an index, or the memories of a module."""
    memories = judgement.memories
    if len(memories) > 1 and index is None:
        return "a memory"
    shared = any(memory.shared for memory in memories if index in (None, memory.index))
    name = f"memory {index}" if len(memories) > 1 else "memory"
    return f"the shared {name}" if shared else name if len(memories) > 1 else f"the {name}"


def claim(shown: ShownCause, judgement: Judgement, sources: Frames) -> str:
    """Return a sentence that says what the entry points of a cause can do, and which function causes it.

    `sources` has the frames of the steps by their offsets.
    """
    act = _ACTS[shown.cause.verdict].format(memory_of(judgement, shown.cause.memory))
    passed = f"{subject(shown.cause)}{_place(shown, sources)}"
    if shown.size > 1:
        return f"{entry_points(shown.size)} {act}; all their paths pass {passed}"
    (entry,) = shown.examples
    name = f"`{entry_name(entry)}` {act}"
    if entry.function.index == shown.cause.function.index:
        return f"{name}; its paths have no other function in common"
    return f"{name}; all its paths pass {passed}"


def _place(shown: ShownCause, sources: Frames) -> str:
    """Return where the function of the cause calls on, or grows the memory, if that is known."""
    entry = shown.violation.about
    for step in entry.witness if entry is not None and sources else ():
        if step.offsets and step.function.index == shown.cause.function.index:
            frames = [frame for frame in frames_of(step, sources) if frame.line > 0]
            return f" at {frames[-1]}" if frames else ""
    return ""


def message(shown: ShownCause, judgement: Judgement, sources: Frames) -> str:
    """Return the claim with examples and the allowed verdicts, as one line."""
    examples = f"; for example {listed(shown.names)}" if shown.size > 1 else ""
    path = ""
    if shown.violation.about is not None and shown.violation.about.witness:
        path = f"; path of `{shown.names[0]}`: {path_of(shown.violation.about.witness)}"
    allowed = f"; allowed: {labels(shown.violation.allowed)}" if shown.violation.allowed else ""
    return f"{claim(shown, judgement, sources)}{examples}{path}{allowed}"


def subject(cause: GrowthCause) -> str:
    """Return the function of a cause in backticks."""
    return f"{'the import ' if cause.imported else ''}`{name_of(cause.function)}`"


def narrower(cause: GrowthCause) -> Iterator[str]:
    """Yield how many entry points pass which further functions, for the first of those."""
    for part in cause.narrower[:MOST_NARROWER]:
        yield f"{len(part.entries):,} through {subject(part)}"


def entry_points(count: int) -> str:
    """Return the number of entry points, with its noun."""
    return counted(count, "entry point") if count < 1000 else f"{count:,} entry points"
