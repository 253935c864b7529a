"""A report to what its page holds: few bytes for many entry points.

In: a report. Out: lists, dictionaries, strings and numbers. Verdicts are numbers,
best first; -1 stands for none.
"""

from collections.abc import Sequence
from itertools import islice
from typing import NamedTuple

from nogrow import __version__
from nogrow.analysis.assumptions import sentences
from nogrow.analysis.judgement import Entry, EntryKind, Judgement, Memory, Verdict
from nogrow.contract.headlines import assuming, headline, is_assumed
from nogrow.contract.phrases import labels, shortened
from nogrow.contract.violation import Violation
from nogrow.report.html.excerpt import Excerpts
from nogrow.report.html.tables import (
    ROOM_FOR_NAMES,
    Functions,
    Sets,
    Sources,
    Steps,
    Strings,
    shown,
    shown_names,
)
from nogrow.report.result import ArtifactReport, Report
from nogrow.scenarios.result import ScenarioResult
from nogrow.source.quote import Quotable

Object = dict[str, object]

# What a page has room for, over all artifacts; JSON has everything.
MOST_ENTRIES = 100_000
STEPS_BY_ENTRY, FEW_STEPS = 2, 5_000
VIOLATIONS_BY_ENTRY, FEW_VIOLATIONS = 2, 100
MOST_SITES = 5_000
MOST_CALLS = 2_000
MOST_LINES = 4_000

KINDS = (EntryKind.EXPORT, EntryKind.START, EntryKind.ESCAPED)
AIRTIGHT, EXCUSED, UNSEEN = 1, 2, 4

_Key = tuple[EntryKind, str, int]


class _Room(NamedTuple):
    """How much of one artifact the page has room for; names in characters."""

    entries: int
    steps: int
    violations: int
    names: int
    lines: int


def _rooms(artifacts: Sequence[ArtifactReport]) -> list[_Room]:
    """The room of each artifact: small ones fit whole, large ones share what is left."""
    counts = [len(one.judgement.entries) if one.judgement else 0 for one in artifacts]
    left, shares = MOST_ENTRIES, [0] * len(counts)
    for behind, place in enumerate(sorted(range(len(counts)), key=counts.__getitem__)):
        shares[place] = min(counts[place], left // (len(counts) - behind))
        left -= shares[place]
    whole = max(1, sum(shares))
    return [
        _Room(
            entries=share,
            steps=share * STEPS_BY_ENTRY + FEW_STEPS,
            violations=share * VIOLATIONS_BY_ENTRY + FEW_VIOLATIONS,
            names=ROOM_FOR_NAMES * share // whole,
            lines=MOST_LINES // len(counts),
        )
        for share in shares
    ]


def document(report: Report) -> Object:
    """Return what the page of `report` holds."""
    quotable = Quotable(report.quotable)
    rooms = _rooms(report.artifacts)
    return {
        "tool": f"nogrow {__version__}",
        "contract": report.contract and shown(report.contract),
        "outcome": report.outcome.value,
        "verdicts": [verdict.label for verdict in Verdict],
        "kinds": [kind.value for kind in KINDS],
        "artifacts": [
            _artifact(artifact, room, quotable)
            for artifact, room in zip(report.artifacts, rooms, strict=True)
        ],
    }


def _artifact(artifact: ArtifactReport, room: _Room, quotable: Quotable) -> Object:
    judgement = artifact.judgement
    return {
        "path": shown(artifact.path),
        "sha256": artifact.sha256,
        "size": artifact.size,
        "outcome": artifact.outcome.value,
        "verdict": judgement.verdict.rank if judgement else -1,
        "validated": artifact.validated,
        "notes": [shown(note) for note in artifact.notes],
        "growers": {shown(one.label): shown(one.place) for one in artifact.growers},
        "scenarios": [_scenario(one) for one in artifact.scenarios],
        **_judged(artifact, judgement or Judgement((), (), (), ()), room, Excerpts(quotable)),
    }


def _judged(artifact: ArtifactReport, judgement: Judgement, room: _Room, excerpts: Excerpts) -> Object:
    strings, functions = Strings(), Functions()
    sources = Sources(strings, artifact.sources, excerpts)
    steps = Steps(functions, strings, room.steps)
    sets = Sets(strings)
    entries = sorted(judgement.entries, key=_order)[: room.entries]
    sites = sorted(judgement.sites, key=lambda site: site.offset)
    verdicts = judgement.verdict_table.verdicts
    said = headline(judgement).removeprefix(judgement.verdict.label)
    found: Object = {
        "memories": [_memory(one) for one in sorted(judgement.memories, key=lambda one: one.index)],
        "siteCount": len(sites),
        "sites": [
            [functions.number(site.function), site.memory, site.offset, site.operand, sources.at(site.offset)]
            for site in sites[:MOST_SITES]
        ],
        "indirect": [judgement.indirect_calls, judgement.indirect_exact],
        "assumptions": [shown(sentence) for sentence in sentences(judgement.assumptions)],
        "assumed": shown(said.lstrip(",; ")) if said else None,
        "counts": [verdicts.count(verdict) for verdict in Verdict],
        "entries": _entries(entries, functions, steps, sets, strings, room.names),
        "violations": _violations(artifact, entries, strings, room),
        "violationCount": len(artifact.violations),
    }
    columns = steps.columns(sources.at)
    # Last, as all of the above adds to them.
    lines = excerpts.found(room.lines)
    excerpted = {strings.number(file): numbered for file, numbered in lines.items()}
    found |= {
        "steps": columns,
        "sets": sets.all(),
        "functions": functions.columns(room.names),
        "excerpts": excerpted,
    }
    return found | {"strings": strings.all()}


def _order(entry: Entry) -> tuple[int, int, str, int]:
    escaped = entry.kind is EntryKind.ESCAPED
    return -entry.verdict.rank, KINDS.index(entry.kind), "" if escaped else entry.name, entry.function.index


def _key(entry: Entry) -> _Key:
    return entry.kind, entry.name, entry.function.index


def _entries(
    entries: list[Entry], functions: Functions, steps: Steps, sets: Sets, strings: Strings, room: int
) -> Object:
    # Most entry points of a large module are called after their index: 0 stands for that name.
    plain = [one.name == f"func[{one.function.index}]" for one in entries]
    names, cut = shown_names([one.name for one in entries], room)
    return {
        "name": [0 if after_index else name for after_index, name in zip(plain, names, strict=True)],
        "cut": cut,
        "kind": [KINDS.index(one.kind) for one in entries],
        "function": [functions.number(one.function) for one in entries],
        "verdict": [one.verdict.rank for one in entries],
        "memory": [-1 if one.memory is None else one.memory for one in entries],
        "step": [steps.number(one.witness) for one in entries],
        "imports": [sets.number(one.imports) for one in entries],
        "after": [sets.number(one.imports_after_growth) for one in entries],
        "host": [strings.optional(one.host_grows) for one in entries],
        "grower": [strings.optional(one.grower) for one in entries],
        "assuming": [
            strings.optional(assuming(one.assumptions) if is_assumed(one) else None) for one in entries
        ],
        "flags": [
            AIRTIGHT * one.airtight + EXCUSED * one.excused + UNSEEN * (one.seen is not None)
            for one in entries
        ],
    }


def _violations(artifact: ArtifactReport, entries: list[Entry], strings: Strings, room: _Room) -> Object:
    places = {_key(entry): place for place, entry in enumerate(entries)}
    # What an entry point breaks is shown with it, or not at all.
    shown_with = (
        (one, -1 if one.about is None else places.get(_key(one.about))) for one in artifact.violations
    )
    kept = list(islice(((one, at) for one, at in shown_with if at is not None), room.violations))
    violations = [one for one, _ in kept]
    texts = [_text(one) for one in violations]
    return {
        "rule": [strings.number(f"{one.rule.id} {one.rule.label}") for one in violations],
        "entry": [at for _, at in kept],
        "named": [named for named, _ in texts],
        "text": [strings.number(text) for _, text in texts],
        "allowed": [strings.optional(labels(one.allowed) or None) for one in violations],
    }


def _text(violation: Violation) -> tuple[int, str]:
    """The headline, and 1 before it if the entry point's name has been taken off its beginning."""
    if violation.entry is not None and violation.about is not None:
        name = f"`{shortened(violation.entry)}`"
        if violation.headline.startswith(name):
            return 1, violation.headline.removeprefix(name)
    return 0, violation.headline


def _memory(memory: Memory) -> Object:
    return {
        "index": memory.index,
        "imported": memory.imported,
        "exported": [shown(name) for name in sorted(memory.exported)[:10]],
        "shared": memory.shared,
        "indexType": memory.index_type,
        "pageSize": memory.page_size,
        # As text: JavaScript's numbers are not exact above 2**53, and a 64-bit memory may have more pages.
        "min": f"{memory.min_pages:,}",
        "max": None if memory.max_pages is None else f"{memory.max_pages:,}",
    }


def _scenario(scenario: ScenarioResult) -> Object:
    growth = scenario.grew_at
    return {
        "name": shown(scenario.name),
        "outcome": scenario.outcome.value,
        "message": scenario.message and shown(scenario.message),
        "calls": len(scenario.pages),
        "pages": list(scenario.pages[:MOST_CALLS]),
        "grewAt": growth and [growth.step, shown(growth.call), growth.pages_before, growth.pages_after],
    }
