"""A module's bytes to its judgement: what nogrow proves, put together.

In: bytes, and which imports are trusted. Out: a `Judgement`.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import NamedTuple

from nogrow.proof.assume import assumptions
from nogrow.proof.growers import is_known_grower
from nogrow.proof.judgement import (
    Entry,
    EntryKind,
    Function,
    Judgement,
    Memory,
    Site,
    Step,
    Verdict,
    Witness,
)
from nogrow.proof.references import References, Targets, find_references
from nogrow.proof.search import Found, Hop, Search, Way
from nogrow.wasm.decode import decode
from nogrow.wasm.kernel import Engine
from nogrow.wasm.model import Kind, Module
from nogrow.wasm.names import function_names
from nogrow.wasm.opcodes import INSTRUCTIONS
from nogrow.wasm.scan import Scan, scan

Trust = Callable[[str], bool]


class _Way(NamedTuple):
    """A way into the module before it is judged."""

    name: str
    kind: EntryKind
    function: int


class _Finding(NamedTuple):
    """What was found of one way in, for one memory: the worst so far."""

    verdict: Verdict
    memory: int | None = None
    found: Found | None = None
    way: Way | None = None
    grower: int | None = None
    airtight: bool = False


def judge(
    data: bytes,
    trusts: Trust,
    engine: Engine | None = None,
    growers: frozenset[str] = frozenset(),
) -> Judgement:
    """The judgement of the core module in `data`.

    `trusts` says of an import, given as `module.field`, whether it neither grows the memory, nor calls
    back in, nor throws. `engine` is for callers that judge several modules. `growers` are imports that
    grow the memory, besides those known by their names. Raises `ModuleError`, with the offset in bytes,
    for what can't be judged.
    """
    module = decode(data)
    scanned = scan(module, engine or Engine())
    references = find_references(module, scanned)
    memories = _memories(module)
    labels = _host_labels(module, references)
    untrusted = {vertex for vertex, label in labels.items() if not trusts(label)}
    targets = Targets(module, scanned, references)
    exact = targets.constant_calls()
    search = Search(
        scanned,
        len(module.functions),
        lambda place: targets.of(scanned.dispatches[place]),
        {vertex: vertex in untrusted for vertex in labels},
        exact,
    )
    ways = _ways_in(module, references)
    entered = {way.function for way in ways}
    growing = [
        item.index
        for item in module.imported(Kind.FUNCTION)
        if (is_known_grower(item.label) or item.label in growers)
        and item.index in untrusted
        and (search.called(item.index) or item.index in entered)
    ]
    findings, excused = _findings(scanned, memories, growing, ways, search)
    hosts = sorted(labels)
    reached = search.reached_by(hosts, [way.function for way in ways])
    names = function_names(module)

    after = sum(1 << place for place, host in enumerate(hosts) if search.runs_after_growth(host))

    # Thousands of ways in share most of their paths and of what they reach.
    @cache
    def function(index: int) -> Function:
        return Function(index, names.get(index))

    @cache
    def step(hop: Hop) -> Step:
        return Step(function(hop.vertex), hop.offset, INSTRUCTIONS[hop.opcode, None].name)

    def witness(way: _Way, finding: _Finding) -> Sequence[Step]:
        found = finding.found
        if found is None:
            return ()
        return Witness(lambda: tuple(map(step, found.path(way.function, finding.way)[0])))

    @cache
    def listed(found: int) -> tuple[str, ...]:
        return tuple(sorted(labels[host] for place, host in enumerate(hosts) if found >> place & 1))

    entries = tuple(
        Entry(
            name=way.name,
            kind=way.kind,
            function=function(way.function),
            verdict=finding.verdict,
            memory=finding.memory,
            witness=witness(way, finding),
            imports=listed(found),
            imports_after_growth=listed(found & after) if finding.verdict > Verdict.UNREACHABLE else (),
            host_grows=None if finding.grower is None else labels[finding.grower],
            airtight=finding.airtight,
            excused=place in excused,
        )
        for place, (way, finding, found) in enumerate(zip(ways, findings, reached, strict=True))
    )
    sites = tuple(
        Site(function(grow.function), grow.memory, grow.offset, grow.operand) for grow in scanned.grows
    )
    known = {labels[vertex] for vertex in untrusted}
    return Judgement(
        memories,
        sites,
        entries,
        assumptions(memories, entries, known, scanned.switches_stacks),
        scanned.indirect_calls,
        len(exact),
    )


def _memories(module: Module) -> tuple[Memory, ...]:
    exported: dict[int, list[str]] = {}
    for item in module.exported(Kind.MEMORY):
        exported.setdefault(item.index, []).append(item.name)
    return tuple(
        Memory(
            index=index,
            imported=item.imported,
            exported=tuple(sorted(exported.get(index, ()))),
            shared=item.shared,
            index_type=f"i{item.address_bits}",
            page_size=item.page_size,
            min_pages=item.minimum,
            max_pages=item.maximum,
        )
        for index, item in enumerate(module.memories)
    )


def _host_labels(module: Module, references: References) -> dict[int, str]:
    """The vertices that stand for functions of the host, and what reports call them."""
    labels = {item.index: item.label for item in module.imported(Kind.FUNCTION)}
    first = len(module.functions)
    tables = {item.index: f"(table {item.name})" for item in module.exported(Kind.TABLE)}
    tables |= {item.index: item.label for item in module.imported(Kind.TABLE)}
    for index in references.host_tables:
        labels[first + index] = tables.get(index, f"(table {index})")
    labels[first + len(module.tables)] = "(function references)"
    return labels


def _ways_in(module: Module, references: References) -> list[_Way]:
    """Exports in order of name, the start function, then what escapes in order of index."""
    ways = [
        _Way(item.name, EntryKind.EXPORT, item.index)
        for item in sorted(module.exported(Kind.FUNCTION), key=lambda item: item.name)
    ]
    if module.start is not None:
        ways.append(_Way("(start)", EntryKind.START, module.start))
    ways += [_Way(f"func[{index}]", EntryKind.ESCAPED, index) for index in sorted(references.escaped)]
    return ways


def _findings(
    scanned: Scan,
    memories: tuple[Memory, ...],
    growers: list[int],
    ways: list[_Way],
    search: Search,
) -> tuple[list[_Finding], set[int]]:
    """For each way in the worst finding over all memories, and the places of those that are excused."""
    hosted = {
        memory.index
        for memory in memories
        if growers and not memory.fixed and (memory.imported or memory.exported)
    }
    growing = sorted(hosted | {grow.memory for grow in scanned.grows})
    start = _Finding(Verdict.UNREACHABLE if growing else Verdict.ABSENT)
    findings = [start] * len(ways)
    # In the start function, growth of the module's own memory comes before any view of it.
    excused = {place for place, way in enumerate(ways) if way.kind is EntryKind.START}
    for index in growing:
        memory = memories[index]
        found = search.find(index, growers if index in hosted else [])
        constant = all(grow.operand for grow in scanned.grows if grow.memory == index)
        for place, way in enumerate(ways):
            verdict = _verdict(found, way.function, memory, exact=not scanned.switches_stacks)
            if verdict > Verdict.UNREACHABLE and memory.imported:
                excused.discard(place)
            if verdict > findings[place].verdict:
                left_by = {Verdict.TRAP_ONLY: None, Verdict.THROW_ONLY: Way.EXCEPTION}
                exit_by = None if scanned.switches_stacks else left_by.get(verdict, Way.NORMAL)
                grower = found.path(way.function, exit_by)[1] if index in hosted else None
                airtight = verdict is Verdict.CAPPED and constant
                findings[place] = _Finding(verdict, index, found, exit_by, grower, airtight)
    return findings, {place for place in excused if findings[place].verdict > Verdict.UNREACHABLE}


def _verdict(found: Found, function: int, memory: Memory, *, exact: bool) -> Verdict:
    """`exact` is off where stacks are switched: then a function may be left in ways that are not followed."""
    if not found.reaches(function):
        return Verdict.UNREACHABLE
    if not exact or found.leaves(function, Way.NORMAL):
        return Verdict.CAPPED if memory.fixed else Verdict.REACHABLE
    if found.leaves(function, Way.EXCEPTION):
        return Verdict.THROW_ONLY
    return Verdict.TRAP_ONLY
