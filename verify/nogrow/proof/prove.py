"""A module's bytes to its judgement: what nogrow proves, put together.

In: bytes, and which imports are trusted. Out: a `Judgement`.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import NamedTuple

from nogrow.proof.assume import assumptions
from nogrow.proof.growers import is_known_grower
from nogrow.proof.judgement import (
    Entries,
    Entry,
    EntryKind,
    Function,
    Judgement,
    Memory,
    Site,
    Standing,
    Step,
    Verdict,
    Witness,
)
from nogrow.proof.lazily import Lazily
from nogrow.proof.references import References, Targets, find_references
from nogrow.proof.search import Found, Hop, Search, Way
from nogrow.wasm.decode import decode
from nogrow.wasm.kernel import Engine
from nogrow.wasm.model import Export, Kind, Module
from nogrow.wasm.names import FunctionNames
from nogrow.wasm.opcodes import INSTRUCTIONS
from nogrow.wasm.scan import Scan, Scanning

Trust = Callable[[str], bool]
_LEFT_BY = {Verdict.TRAP_ONLY: None, Verdict.THROW_ONLY: Way.EXCEPTION}


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
    return prove(Scanning(decode(data), engine or Engine()), trusts, growers)


def prove(scanning: Scanning, trusts: Trust, growers: frozenset[str] = frozenset()) -> Judgement:
    """The judgement of a core module whose scan has begun; see `judge`."""
    module = scanning.module
    # The scan runs outside of Python and leaves time for this.
    names = FunctionNames(module)
    scanned = scanning.result()
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
    ways = _Ways(module, references)
    growing = {
        item.index: item.label
        for item in module.imported(Kind.FUNCTION)
        if (is_known_grower(item.label) or item.label in growers) and item.index in untrusted
    }
    entered = set(ways.functions)
    called = [index for index in growing if search.called(index) or index in entered]
    findings = _Findings(scanned, memories, called, ways, search)
    hosts = sorted(labels)
    reached = search.reached_by(hosts, ways.functions)
    after = sum(1 << place for place, host in enumerate(hosts) if search.runs_after_growth(host))

    # Thousands of ways in share most of their paths and of what they reach.
    @cache
    def function(index: int) -> Function:
        return Function(index, names.get(index))

    @cache
    def step(hop: Hop) -> Step:
        return Step(function(hop.vertex), hop.offset, INSTRUCTIONS[hop.opcode, None].name)

    def steps(finding: _Finding) -> Sequence[Step]:
        hops, _ = finding.path()
        return Lazily(len(hops), lambda place: step(hops[place]))

    @cache
    def listed(found: int) -> tuple[str, ...]:
        return tuple(sorted(labels[host] for place, host in enumerate(hosts) if found >> place & 1))

    def entry(place: int) -> Entry:
        finding = findings.at(place)
        grower = findings.growers.get(place)
        before_exit = finding.verdict in _LEFT_BY
        return Entry(
            name=ways.name(place),
            kind=ways.kind(place),
            function=function(ways.functions[place]),
            verdict=finding.verdict,
            memory=finding.memory,
            witness=Witness(lambda: steps(finding)) if finding.found else (),
            imports=listed(reached[place]),
            imports_after_growth=listed(reached[place] & after) if before_exit else (),
            host_grows=None if grower is None else labels[grower],
            airtight=finding.airtight,
            excused=place in findings.excused,
        )

    before_exits = {
        found
        for verdict, found in zip(findings.verdicts, reached, strict=True)
        if verdict is Verdict.TRAP_ONLY or verdict is Verdict.THROW_ONLY
    }
    imports = _union(reached)
    assumed = sum(1 << place for place, host in enumerate(hosts) if host in untrusted and host not in growing)
    return Judgement(
        memories,
        tuple(Site(function(one.function), one.memory, one.offset, one.operand) for one in scanned.grows),
        Entries(
            Standing(
                findings.verdicts,
                findings.excused,
                {place: labels[grower] for place, grower in findings.growers.items()},
            ),
            entry,
        ),
        assumptions(
            memories,
            imports=listed(imports & assumed),
            after=listed(_union(before_exits) & after),
            growth=any(verdict > Verdict.ABSENT for verdict in findings.verdicts),
            switches_stacks=scanned.switches_stacks,
        ),
        scanned.indirect_calls,
        len(exact),
        frozenset(listed(imports)),
    )


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


class _Ways:
    """The ways in: exports in order of name, the start function, then what escapes in order of index."""

    def __init__(self, module: Module, references: References) -> None:
        self._exports: list[Export] = sorted(module.exported(Kind.FUNCTION), key=lambda item: item.name)
        self._has_start = module.start is not None
        self.functions = [
            *(item.index for item in self._exports),
            *((module.start,) if module.start is not None else ()),
            *sorted(references.escaped),
        ]

    def kind(self, place: int) -> EntryKind:
        past = place - len(self._exports)
        if past < 0:
            return EntryKind.EXPORT
        return EntryKind.START if past == 0 and self._has_start else EntryKind.ESCAPED

    def name(self, place: int) -> str:
        if place < len(self._exports):
            return self._exports[place].name
        return "(start)" if place == self.start else f"func[{self.functions[place]}]"

    @property
    def start(self) -> int | None:
        """The place of the start function."""
        return len(self._exports) if self._has_start else None


class _Finding(NamedTuple):
    """What was found of one way in: the worst over all memories."""

    verdict: Verdict
    memory: int | None = None
    found: Found | None = None
    function: int = 0
    left_by: Way | None = None
    airtight: bool = False

    def path(self) -> tuple[Sequence[Hop], int | None]:
        """The shortest path to the growth, and the import that grows if one does."""
        return self.found.path(self.function, self.left_by) if self.found else ((), None)


class _Findings:
    """What was found of every way in, by place. `growers` are the imports at the ends of paths."""

    verdicts: list[Verdict]
    excused: frozenset[int]
    growers: dict[int, int]
    _found: dict[int, Found]
    _worst: dict[int, int]

    def __init__(
        self,
        scanned: Scan,
        memories: tuple[Memory, ...],
        growers: list[int],
        ways: _Ways,
        search: Search,
    ) -> None:
        hosted = {
            memory.index
            for memory in memories
            if growers and not memory.fixed and (memory.imported or memory.exported)
        }
        growing = sorted(hosted | {grow.memory for grow in scanned.grows})
        self._exact = not scanned.switches_stacks
        self._functions = ways.functions
        self._found = {}
        # A constant operand above 0 at every site: none can succeed at the maximum.
        self._airtight = {
            index for index in growing if all(grow.operand for grow in scanned.grows if grow.memory == index)
        }
        self._worst = {}
        self.verdicts = [Verdict.UNREACHABLE if growing else Verdict.ABSENT] * len(ways.functions)
        # In the start function, growth of the module's own memory comes before any view of it.
        excused = ways.start
        for index in growing:
            self._found[index] = search.find(index, growers if index in hosted else [])
            verdicts = self._add(index, memories[index], ways.functions, exact=self._exact)
            before_exit = [
                function
                for function, verdict in zip(ways.functions, verdicts, strict=True)
                if verdict is Verdict.TRAP_ONLY or verdict is Verdict.THROW_ONLY
            ]
            if before_exit:
                search.follow_growth(index, sorted(set(before_exit)))
            if excused is not None and memories[index].imported and verdicts[excused] > Verdict.UNREACHABLE:
                excused = None
        found = excused is not None and self.verdicts[excused] > Verdict.UNREACHABLE
        self.excused = frozenset((excused,)) if excused is not None and found else frozenset[int]()
        ends = {place: self.at(place).path()[1] for place, index in self._worst.items() if index in hosted}
        self.growers = {place: grower for place, grower in ends.items() if grower is not None}

    def _add(self, index: int, memory: Memory, functions: Sequence[int], *, exact: bool) -> list[Verdict]:
        """Adds what was found for one memory; the verdicts on it alone."""
        # Where stacks are switched, a function may be left in ways that are not followed.
        left = Verdict.CAPPED if memory.fixed else Verdict.REACHABLE
        by_exit = (Verdict.UNREACHABLE, Verdict.TRAP_ONLY if exact else left, Verdict.THROW_ONLY, left)
        verdicts = [by_exit[exit] for exit in self._found[index].exits(functions)]
        for place, verdict in enumerate(verdicts):
            if verdict > self.verdicts[place]:
                self.verdicts[place] = verdict
                self._worst[place] = index
        return verdicts

    def at(self, place: int) -> _Finding:
        """The finding on the way in at a place."""
        verdict = self.verdicts[place]
        index = self._worst.get(place)
        if index is None:
            return _Finding(verdict)
        left_by = _LEFT_BY.get(verdict, Way.NORMAL) if self._exact else None
        airtight = verdict is Verdict.CAPPED and index in self._airtight
        return _Finding(verdict, index, self._found[index], self._functions[place], left_by, airtight)
