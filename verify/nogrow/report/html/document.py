"""Build the JSON document that the page's script reads, compact enough for many entry points.

It consists of lists, dictionaries, strings and numbers only. Verdicts are numbers, the best first; -1 means
that there is none.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from nogrow import __version__
from nogrow.analysis.assumptions import sentences
from nogrow.analysis.judgement import Entry, EntryKind, Judgement, Memory, Verdict
from nogrow.contract.phrases import assuming, entry_name, headline, is_assumed, labels, name_of, shortened
from nogrow.contract.violations import Violation
from nogrow.report.causes import answer
from nogrow.report.escaping import printable
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
from nogrow.report.html.views import views
from nogrow.report.model import ArtifactReport, Report
from nogrow.report.summary import entry_key
from nogrow.scenarios.result import ScenarioResult
from nogrow.source.quote import Quotable, SurroundingLines

if TYPE_CHECKING:
    from nogrow.analysis.causes import GrowthCause

Object = dict[str, object]

# The limits of one page, over all artifacts; JSON has everything.
MOST_ENTRIES = 100_000
STEPS_BY_ENTRY, FEW_STEPS = 2, 5_000
VIOLATIONS_BY_ENTRY, FEW_VIOLATIONS = 2, 100
MOST_SITES = 5_000
MOST_CAUSES = 200
MOST_MEMBERS, MOST_MEMBERS_OF_PARTS = 2_000, 200
MOST_CALLS = 2_000
MOST_LINES = 4_000
LONGEST_LINE = 200

KINDS = (EntryKind.EXPORT, EntryKind.START, EntryKind.ESCAPED)
AIRTIGHT, EXCUSED, UNSEEN = 1, 2, 4
_ENTRY_NUMBERS = (
    *("kind", "function", "verdict", "memory", "step", "imports", "after"),
    *("host", "grower", "assuming", "flags"),
)


class _Room(NamedTuple):
    """How much of one artifact the page has room for; `names` counts characters."""

    entries: int
    steps: int
    violations: int
    names: int
    lines: int


def _rooms(artifacts: Sequence[ArtifactReport]) -> list[_Room]:
    """Return the room of each artifact: small artifacts fit whole, large ones share the rest."""
    counts = [len(artifact.judgement.entries) if artifact.judgement else 0 for artifact in artifacts]
    left, shares = MOST_ENTRIES, [0] * len(counts)
    for done, index in enumerate(sorted(range(len(counts)), key=counts.__getitem__)):
        shares[index] = min(counts[index], left // (len(counts) - done))
        left -= shares[index]
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
    """Return the document of the report's page."""
    quotable = Quotable(report.quotable, report.host_files)
    rooms = _rooms(report.artifacts)
    return {
        "tool": f"nogrow {__version__}",
        "contract": report.contract and shown(report.contract),
        "outcome": report.outcome.value,
        "verdicts": [verdict.label for verdict in Verdict],
        "kinds": [kind.value for kind in KINDS],
        "artifacts": [_artifact(*pair, quotable) for pair in zip(report.artifacts, rooms, strict=True)],
    }


def _artifact(artifact: ArtifactReport, room: _Room, quotable: Quotable) -> Object:
    judgement = artifact.judgement
    return {
        "path": shown(artifact.path),
        "sha256": artifact.sha256,
        "size": artifact.size,
        "host": artifact.host,
        "views": views(artifact, quotable),
        "outcome": artifact.outcome.value,
        "verdict": judgement.verdict.rank if judgement else -1,
        "validated": artifact.validated,
        "notes": [shown(note) for note in artifact.notes],
        "growers": {shown(grower.label): shown(grower.place) for grower in artifact.growers},
        "scenarios": [_scenario(scenario) for scenario in artifact.scenarios],
        **_judged(artifact, judgement or Judgement((), (), (), ()), room, SurroundingLines(quotable)),
    }


def _judged(
    artifact: ArtifactReport, judgement: Judgement, room: _Room, source_lines: SurroundingLines
) -> Object:
    strings, functions = Strings(), Functions()
    sources = Sources(strings, artifact.sources, source_lines)
    steps = Steps(functions, strings, room.steps)
    sets = Sets(strings)
    all_entries = judgement.entries
    order = sorted(range(len(all_entries)), key=lambda number: _order(all_entries[number]))[: room.entries]
    columns = _Columns(map(all_entries.__getitem__, order), functions, steps, sets, strings)
    sites = sorted(judgement.sites, key=attrgetter("offset"))
    verdicts = judgement.verdict_table.verdicts
    assumed = headline(judgement).removeprefix(judgement.verdict.label).lstrip(",; ")
    facts: Object = {
        "memories": list(map(_memory, sorted(judgement.memories, key=attrgetter("index")))),
        "siteCount": len(sites),
        "sites": [
            [functions.number(site.function), site.memory, site.offset, site.operand, sources.at(site.offset)]
            for site in sites[:MOST_SITES]
        ],
        "indirect": [judgement.indirect_calls, judgement.indirect_exact],
        "assumptions": [shown(sentence) for sentence in sentences(judgement.assumptions)],
        "assumed": shown(assumed) if assumed else None,
        "counts": [verdicts.count(verdict) for verdict in Verdict],
        "entries": columns.document(room.names),
        "answer": answer(judgement) if artifact.causes else None,
        "causes": _causes(artifact, columns.indices),
        "violations": _violations(artifact, columns.indices, strings, room),
        "violationCount": len(artifact.violations),
    }
    # The order matters: the sites and steps ask for source lines, and everything adds strings.
    facts["steps"] = steps.columns(sources.of)
    facts["sets"] = sets.all()
    facts["functions"] = functions.columns(room.names)
    facts["excerpts"] = {
        strings.number(file): {number: _source_line(line) for number, line in lines.items()}
        for file, lines in source_lines.by_file(room.lines).items()
    }
    facts["strings"] = strings.all()
    return facts


def _source_line(line: str) -> str:
    text = printable(line.expandtabs(4))
    return text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]}..."


def _order(entry: Entry) -> tuple[int, int, str, int]:
    escaped = entry.kind is EntryKind.ESCAPED
    return -entry.verdict.rank, KINDS.index(entry.kind), "" if escaped else entry.name, entry.function.index


class _Columns:
    """The columns of the entry points, and the index of each by its key."""

    def __init__(
        self, entries: Iterable[Entry], functions: Functions, steps: Steps, sets: Sets, strings: Strings
    ) -> None:
        """Read the entry points once, because all together they take more memory than the columns."""
        self.indices: dict[tuple[str, str, int], int] = {}
        self._names: list[str] = []
        self._by_index: list[bool] = []
        self._numbers: dict[str, list[int]] = {name: [] for name in _ENTRY_NUMBERS}
        for index, entry in enumerate(entries):
            self.indices[entry_key(entry)] = index
            self._names.append(entry.name if entry.source_name is None else entry_name(entry))
            # Most entry points of a large module are named after their index.
            self._by_index.append(entry.name == f"func[{entry.function.index}]")
            numbers = (
                KINDS.index(entry.kind),
                functions.number(entry.function),
                entry.verdict.rank,
                -1 if entry.memory is None else entry.memory,
                steps.number(entry.witness),
                sets.number(entry.imports),
                sets.number(entry.imports_after_growth),
                strings.optional(entry.host_grows),
                strings.optional(entry.grower),
                strings.optional(assuming(entry.assumptions) if is_assumed(entry) else None),
                AIRTIGHT * entry.airtight + EXCUSED * entry.excused + UNSEEN * (entry.seen is not None),
            )
            for column, number in zip(self._numbers.values(), numbers, strict=True):
                column.append(number)

    def document(self, room: int) -> Object:
        """Return the columns; `room` is the number of characters for all names. 0 is the name by an index."""
        names, cut = shown_names(self._names, room)
        shown_or_0 = [0 if by_index else name for by_index, name in zip(self._by_index, names, strict=True)]
        return {"name": shown_or_0, "cut": cut, **self._numbers}


def _violations(
    artifact: ArtifactReport, indices: Mapping[tuple[str, str, int], int], strings: Strings, room: _Room
) -> Object:
    # The page shows an entry point's violations with it; without the entry point, they are left out.
    indexed = (
        (violation, -1 if violation.about is None else indices.get(entry_key(violation.about)))
        for violation in artifact.violations
        if violation.view is None
    )
    rules, kept, named, texts, allowed = [], [], [], [], []
    for violation, index in islice((pair for pair in indexed if pair[1] is not None), room.violations):
        is_named, text = _text(violation)
        rules.append(strings.number(f"{violation.rule.id} {violation.rule.label}"))
        kept.append(index)
        named.append(is_named)
        texts.append(strings.number(text))
        allowed.append(strings.optional(labels(violation.allowed) or None))
    return {"rule": rules, "entry": kept, "named": named, "text": texts, "allowed": allowed}


def _causes(artifact: ArtifactReport, indices: Mapping[tuple[str, str, int], int]) -> list[Object]:
    """Return the causes, each with the indices of those of its entry points that the page has."""
    judgement = artifact.judgement

    def shown_cause(cause: "GrowthCause", most: int) -> Object:
        members = (judgement.entries[number] for number in cause.entries) if judgement else ()
        known = (indices.get(entry_key(entry)) for entry in members)
        return {
            "function": cause.function.index,
            "name": shown(name_of(cause.function)),
            "imported": cause.imported,
            "verdict": cause.verdict.rank,
            "size": len(cause.entries),
            "entries": list(islice((index for index in known if index is not None), most)),
            "narrower": [shown_cause(part, MOST_MEMBERS_OF_PARTS) for part in cause.narrower],
        }

    return [shown_cause(cause, MOST_MEMBERS) for cause in artifact.causes[:MOST_CAUSES]]


def _text(violation: Violation) -> tuple[int, str]:
    """Return 1 and the headline without the entry point's name at its start, or 0 and the whole headline."""
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
        # JavaScript's numbers are not exact above 2**53, and a 64-bit memory can have more pages.
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
