"""A module's bytes to its judgement: what nogrow proves, put together.

In: bytes, and which imports are trusted. Out: a `Judgement`.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache

from nogrow.analysis.assumptions import Assumption, Subject
from nogrow.analysis.callbacks import Callbacks, effects_of
from nogrow.analysis.emscripten_abi import NO_EFFECTS, Effects
from nogrow.analysis.entry_points import EntryPoints, host_labels
from nogrow.analysis.escape import References, find_references
from nogrow.analysis.host_assumptions import HostSide, assumptions
from nogrow.analysis.indirect_calls import Targets
from nogrow.analysis.judgement import (
    NO_CONDITIONS,
    Conditions,
    Entries,
    Entry,
    Function,
    Judgement,
    Memory,
    Resting,
    Site,
    Step,
    Verdict,
    VerdictTable,
    Witness,
)
from nogrow.analysis.linked_imports import NOT_LINKED, Linked
from nogrow.analysis.reachability import NO_CALLBACKS, Search, WitnessEdge
from nogrow.analysis.reachable_imports import Hosts
from nogrow.analysis.worst_verdicts import LEFT_BY, Finding, Findings
from nogrow.errors import ModuleError
from nogrow.util.background import Background
from nogrow.util.lazy import LazySequence
from nogrow.wasm.model import Kind, Module
from nogrow.wasm.names import FunctionNames
from nogrow.wasm.opcodes import INSTRUCTIONS
from nogrow.wasm.runtime import Engine
from nogrow.wasm.scan import Scanning, begin

Trust = Callable[[str], bool]

# Every entry point of a report lists the imports that it reaches: 27 million times in all in DuckDB.
MOST_REACHED = 200_000_000


def judge(
    data: bytes,
    trusts: Trust,
    engine: Engine | None = None,
    growers: frozenset[str] = frozenset(),
    conditions: Conditions = NO_CONDITIONS,
    linked: Linked = NOT_LINKED,
    effects: Effects = NO_EFFECTS,
) -> Judgement:
    """The judgement of the core module in `data`.

    `trusts` says of an import, given as `module.field`, whether it neither grows the memory, nor calls
    back in, nor throws. `engine` is for callers that judge several modules. `growers` are imports that
    grow the memory, besides those known by their names, and `effects` what others do. `conditions` are the
    contract's. `linked` is what the component around the module says of its imports. Raises `ModuleError`,
    with the offset in bytes, for what can't be judged.
    """
    return prove(begin(data, engine or Engine()), trusts, growers, conditions, linked, effects)


def prove(
    scanning: Scanning,
    trusts: Trust,
    growers: frozenset[str] = frozenset(),
    conditions: Conditions = NO_CONDITIONS,
    linked: Linked = NOT_LINKED,
    effects: Effects = NO_EFFECTS,
) -> Judgement:
    """The judgement of a core module whose scan has begun; see `judge`."""
    module = scanning.module
    scanned = scanning.result()
    references = find_references(module, scanned)
    memories = _memories(module)
    labels = host_labels(module, references)
    untrusted = {vertex for vertex, label in labels.items() if not trusts(label)}
    targets = Targets(module, scanned, references, opened=conditions.open_tables)
    exact = targets.constant_calls()
    known = effects_of(module, untrusted, effects)
    search = Search(
        scanned,
        len(module.functions),
        lambda place: targets.of(scanned.dispatches[place]),
        {vertex: vertex in untrusted for vertex in labels},
        exact,
        Callbacks(module, scanned, references, targets).of(known) if known else NO_CALLBACKS,
    )
    # The search runs outside of Python and leaves time for this.
    naming = Background(lambda: FunctionNames(module))
    search.settle()
    ways = EntryPoints(module, references)
    growing = {
        item.index: item.label
        for item in module.imported(Kind.FUNCTION)
        if item.index in untrusted
        and (item.label in growers or any(effect.grows for effect in known.get(item.index, ())))
    }
    entered = set(ways.functions)
    behind = {vertex: label for vertex, label in labels.items() if vertex in untrusted}
    growing |= {vertex: label for vertex, label in behind.items() if label in linked.growing}
    trapping = [vertex for vertex, label in behind.items() if label in linked.trapping]

    def is_called(vertex: int) -> bool:
        return vertex in entered or search.called(vertex)

    findings = Findings(
        scanned,
        memories,
        list(filter(is_called, growing)),
        ways,
        search,
        list(filter(is_called, trapping)),
        private=conditions.private_memories,
        linked=bool(linked.labels),
    )
    hosts = Hosts(labels, is_called)
    reached = search.reached_by(hosts.vertices, ways.functions, hosts.together)
    _check_size(hosts, reached)
    running = frozenset(filter(search.runs_after_growth, hosts.vertices))
    after = hosts.bits(running.__contains__)

    # Thousands of ways in share most of their paths and of what they reach.
    @cache
    def function(index: int) -> Function:
        return Function(index, naming.result().get(index))

    @cache
    def step(hop: WitnessEdge) -> Step:
        return Step(function(hop.vertex), hop.offset, INSTRUCTIONS[hop.opcode, None].name)

    def steps(finding: Finding) -> Sequence[Step]:
        hops, _ = finding.path()
        return LazySequence(len(hops), lambda place: step(hops[place]))

    @cache
    def listed(found: int) -> tuple[str, ...]:
        return hosts.listed(found)

    # A known grower that was followed is no assumption; behind a fixed memory it is not followed.
    followed = set(growing) if findings.hosted else set[int]()
    served = {vertex for vertex, label in labels.items() if label in linked.served}
    # What the ABI says of a function is all that it does.
    told = {index for index, done in known.items() if any(effect.whole for effect in done)}
    own = targets.left_out()
    side = HostSide(
        memories,
        labels,
        _host_tables(module, references),
        untrusted - followed - served - (told - growing.keys()),
        own,
        growth=any(
            findings.seen.get(place, verdict) is not Verdict.ABSENT
            for place, verdict in enumerate(findings.verdicts)
        ),
    )

    @cache
    def assumed(found: int) -> tuple[Assumption, ...]:
        return side.behind(hosts.behind(found))

    @cache
    def listed_after(found: int) -> tuple[str, ...]:
        return hosts.listed(found, running.__contains__)

    def entry(place: int) -> Entry:
        finding = findings.at(place)
        grower = findings.growers.get(place)
        before_exit = finding.verdict in LEFT_BY and place not in findings.seen
        return Entry(
            name=ways.name(place),
            kind=ways.kind(place),
            function=function(ways.functions[place]),
            verdict=finding.verdict,
            memory=finding.memory,
            witness=Witness(lambda: steps(finding)) if finding.found else (),
            imports=listed(reached[place]),
            imports_after_growth=listed_after(reached[place] & after) if before_exit else (),
            host_grows=None if grower is None else labels[grower],
            grower=None if grower is None else linked.labels.get(labels[grower]),
            airtight=finding.airtight,
            excused=place in findings.excused,
            seen=findings.seen.get(place),
            assumptions=assumed(reached[place]),
        )

    before_exits = {
        reached[place]
        for place, verdict in enumerate(findings.verdicts)
        if verdict in LEFT_BY and place not in findings.seen
    }
    imports = _union(reached)
    better = [
        place
        for place, verdict in enumerate(findings.verdicts)
        if reached[place] and findings.seen.get(place, verdict) is not Verdict.REACHABLE
    ]
    resting = [place for place in better if assumed(reached[place])]
    return Judgement(
        memories,
        tuple(Site(function(one.function), one.memory, one.offset, one.operand) for one in scanned.grows),
        Entries(
            VerdictTable(
                findings.verdicts,
                findings.excused,
                {place: labels[grower] for place, grower in findings.growers.items()},
                findings.seen,
            ),
            entry,
        ),
        assumptions(
            assumed(imports),
            memories,
            after=listed_after(_union(before_exits) & after),
            switches_stacks=scanned.switches_stacks,
        ),
        scanned.indirect_calls,
        len(exact),
        frozenset(listed(imports)),
        Resting(
            assumed(_union(reached[place] for place in resting)),
            LazySequence(len(resting), lambda number: ways.name(resting[number])),
        ),
    )


def _check_size(hosts: Hosts, reached: Sequence[int]) -> None:
    counts = Counter(reached)
    if sum(hosts.count(found) * times for found, times in counts.items()) > MOST_REACHED:
        raise ModuleError(
            f"{len(reached):,} entry points reach so many of {len(hosts.vertices):,} imports "
            f"that a report would list more than {MOST_REACHED:,}"
        )


def _host_tables(module: Module, references: References) -> dict[int, Subject | None]:
    """By vertex the table in which it stands for the host's functions, None for those behind references."""
    exported = {item.index: item.name for item in reversed(module.exported(Kind.TABLE))}
    imported = {item.index: item.label for item in module.imported(Kind.TABLE)}
    first = len(module.functions)
    tables: dict[int, Subject | None] = {first + len(module.tables): None}
    for index in references.host_tables:
        name = imported.get(index, exported.get(index))
        tables[first + index] = Subject(index, index in imported, name)
    return tables


def _union(sets: Iterable[int]) -> int:
    union = 0
    for one in set(sets):
        union |= one
    return union


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
