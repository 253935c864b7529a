"""Prove how each entry point of a module stands to growth: from the module's bytes to its `Judgement`.

The steps of a proof are in other modules of this package; this one puts them together.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from nogrow.analysis.assumptions import HostSide, assumptions
from nogrow.analysis.callbacks import Callbacks, effects_of
from nogrow.analysis.entry_points import EntryPoints, ExportedFunctions, host_labels, host_tables
from nogrow.analysis.entry_table import EntryMaker, EntryNames, host_steps
from nogrow.analysis.escape import References, find_references
from nogrow.analysis.indirect_calls import Targets
from nogrow.analysis.judgement import (
    Entries,
    Function,
    HostGrowth,
    Judgement,
    Memory,
    Resting,
    Site,
    Step,
    Verdict,
    VerdictTable,
)
from nogrow.analysis.reachability import NO_CALLBACKS, Search
from nogrow.analysis.reachable_imports import Hosts, ReachedHosts
from nogrow.analysis.surroundings import NOTHING_KNOWN, Surroundings
from nogrow.analysis.worst_verdicts import LEFT_BY, Findings
from nogrow.errors import ModuleError
from nogrow.wasm.model import Kind, Module
from nogrow.wasm.names import FunctionNames
from nogrow.wasm.runtime import Engine
from nogrow.wasm.scan import Scan, Scanning, begin
from nogrow.wasm.vectors import VectorReader

if TYPE_CHECKING:
    from nogrow.analysis.causes import CauseFinder
    from nogrow.analysis.growth_points import GrowthPoints

Trust = Callable[[str], bool]


def judge(
    data: bytes,
    trusts: Trust,
    engine: Engine | None = None,
    surroundings: Surroundings = NOTHING_KNOWN,
) -> Judgement:
    """Return the judgement of the core module in `data`.

    `trusts` says about an import, given as `module.field`, whether it neither grows the memory, nor calls
    back in, nor throws. Callers that judge several modules pass one `engine`. Raises `ModuleError`, with the
    offset in bytes, for a module that can't be judged.
    """
    return prove(begin(data, engine or Engine()), trusts, surroundings)


def prove(scanning: Scanning, trusts: Trust, surroundings: Surroundings = NOTHING_KNOWN) -> Judgement:
    """Return the judgement of a core module whose scan has begun; see `judge`."""
    return _Proof(scanning, trusts, surroundings).judgement()


class PointsToGrowth(NamedTuple):
    """The judgement of a module, and the points at which each memory that the host sees may have grown."""

    module: Module
    judgement: Judgement
    points: tuple["GrowthPoints", ...]
    references: References
    scan: Scan


def prove_with_points(
    scanning: Scanning,
    surroundings: Surroundings = NOTHING_KNOWN,
    quiet: frozenset[int] = frozenset(),
    *,
    every: bool = False,
) -> PointsToGrowth:
    """Return the judgement of a core module whose scan has begun, with the points after growth.

    No import is trusted; those in `quiet` do not count as control of the host. With `every`, each memory that
    the host sees counts as grown everywhere. Raises `ModuleError` as `judge` does, and where stacks are
    switched, because control then leaves functions by paths that are not followed.
    """
    proof = _Proof(scanning, lambda label: False, surroundings)
    points = proof.every_point() if every else proof.growth_points(quiet)
    return PointsToGrowth(scanning.module, proof.judgement(), points, proof.references, proof.scan)


class _Proof:
    """The proof about one module: its call graph, and what the search in it finds."""

    def __init__(self, scanning: Scanning, trusts: Trust, surroundings: Surroundings) -> None:
        """Builds the graph and searches it."""
        self._module = module = scanning.module
        # The scan goes on in another thread meanwhile.
        exported = ExportedFunctions(module)
        self.scan = scan = scanning.result()
        self._surroundings = surroundings
        self.references = references = find_references(module, scan)
        self._memories = _memories(module)
        self._labels = labels = host_labels(module, references)
        self._untrusted = {vertex for vertex, label in labels.items() if not trusts(label)}
        self._targets = targets = Targets(
            module, scan, references, opened=surroundings.conditions.open_tables
        )
        self._constant_calls = targets.constant_calls()
        self._effects = effects = effects_of(module, self._untrusted, surroundings.effects)
        callbacks = Callbacks(module, scan, references, targets)
        self._search = Search(
            scan,
            len(module.functions),
            lambda number: targets.of(scan.dispatches[number]),
            {vertex: vertex in self._untrusted for vertex in labels},
            self._constant_calls,
            callbacks.of(effects) if effects else NO_CALLBACKS,
        )
        self._routes = callbacks.routes
        self._names = FunctionNames.of(module, VectorReader(scan.workspace.engine))
        self._search.compute_summaries()
        self._entry_points = EntryPoints(module, references, exported)
        self._entered = set(self._entry_points.functions)
        self._growers = self._find_growers()
        self._findings = self._find_growths()
        hosts = Hosts(labels, self._is_called)
        self._reached = ReachedHosts(hosts, self._search, self._entry_points.functions)

    def judgement(self) -> Judgement:
        """Put together what was found; most of it is made when somebody looks at it."""
        findings, reached = self._findings, self._reached
        table = VerdictTable(
            findings.verdicts, findings.excused, HostGrowth(findings.growers, self._labels), findings.seen
        )
        side = self._host_side(table)
        maker = EntryMaker(
            self._names, self._entry_points, findings, reached, side, self._labels,
            self._surroundings.linked.labels, self._routes, self._ends(),
        )  # fmt: skip
        left_after_growth = (
            number for number in findings.verdicts.where(LEFT_BY.__contains__) if number not in findings.seen
        )
        every = reached.union_of_all()
        return Judgement(
            self._memories,
            tuple(
                Site(maker.function(grow.function), grow.memory, grow.offset, grow.operand)
                for grow in self.scan.grows
            ),
            Entries(table, maker, partial(self._cause_finder, maker)),
            assumptions(
                side.behind(reached.hosts.behind(every)),
                self._memories,
                after=reached.listed_after_growth(reached.union(left_after_growth)),
                switches_stacks=self.scan.switches_stacks,
            ),
            self.scan.indirect_calls,
            len(self._constant_calls),
            frozenset(reached.listed(every)),
            self._resting(maker, table),
        )

    def _cause_finder(self, maker: EntryMaker) -> "CauseFinder":
        # Imported here, because few reports show causes.
        from nogrow.analysis.causes import CauseFinder

        labels, first_outside = self._labels, len(self._module.functions)

        def describe(vertex: int) -> tuple[Function, bool]:
            if vertex in labels:
                return Function(vertex, labels[vertex]), True
            return maker.function(vertex), False

        return CauseFinder(
            partial(self._findings.dominators, self._search),
            self._findings.by_subject,
            self._entry_points.functions,
            describe,
            lambda vertex: vertex < first_outside or vertex in labels,
        )

    def _ends(self) -> dict[int, tuple[Step, ...]]:
        """Return the steps outside of the module that lead to a growth, by the import that grows it."""
        ends = {
            index: host_steps(index, self._labels[index], effect.route)
            for index, effects in self._effects.items()
            for effect in effects
            if effect.grows and effect.route
        }
        linked = self._surroundings.linked.steps
        return ends | {vertex: linked[label] for vertex, label in self._labels.items() if label in linked}

    def growth_points(self, quiet: frozenset[int]) -> "tuple[GrowthPoints, ...]":
        """Return the points after growth of each memory whose growth counts and may succeed.

        `quiet` are imports that do not count as control of the host.
        """
        if self.scan.switches_stacks:
            raise ModuleError(
                "the module switches stacks, so it is not known where control may go after a growth"
            )
        from nogrow.analysis.growth_points import growth_points

        findings, search = self._findings, self._search
        # An import that calls back has a vertex of its own, behind all others.
        callbacks = self.scan.first_dispatch + len(self.scan.dispatches)
        first = len(self._module.functions)
        hosts = {vertex for vertex in self._labels if vertex < first} | set(search.vertices[callbacks:])
        outside = {vertex for vertex in self._labels if vertex >= first}
        return tuple(
            growth_points(
                search, index, findings.search_again(search, index), self._entry_points.functions,
                hosts - quiet, outside,
                exceptions=bool(self.scan.exceptions),
            )
            for index in findings.may_succeed
        )  # fmt: skip

    def every_point(self) -> "tuple[GrowthPoints, ...]":
        """Return points that say of each memory that the host sees that it may have grown everywhere."""
        from nogrow.analysis.growth_points import every_point

        functions, count = self._entry_points.functions, len(self._module.functions)
        return tuple(every_point(item.index, functions, count) for item in self._memories if item.visible)

    def _is_called(self, vertex: int) -> bool:
        return vertex in self._entered or self._search.called(vertex)

    def _find_growers(self) -> dict[int, str]:
        """Return the vertices of the host behind which the memory may grow, with their names.

        Behind those of `Linked.trapping`, which are not among them, only a trap can follow.
        """
        growing = {
            item.index: item.label
            for item in self._module.imported(Kind.FUNCTION)
            if item.index in self._untrusted
            and (
                item.label in self._surroundings.growers
                or any(effect.grows for effect in self._effects.get(item.index, ()))
            )
        }
        linked = self._surroundings.linked
        return growing | {vertex: label for vertex, label in self._behind() if label in linked.growing}

    def _find_growths(self) -> Findings:
        linked = self._surroundings.linked
        trapping = [vertex for vertex, label in self._behind() if label in linked.trapping]
        return Findings(
            self.scan,
            self._memories,
            list(filter(self._is_called, self._growers)),
            self._entry_points,
            self._search,
            list(filter(self._is_called, trapping)),
            private=self._surroundings.conditions.private_memories,
            linked=bool(linked.labels),
        )

    def _behind(self) -> list[tuple[int, str]]:
        """Return the vertices of the host that nobody vouches for, with their names."""
        return [(vertex, label) for vertex, label in self._labels.items() if vertex in self._untrusted]

    def _host_side(self, table: VerdictTable) -> HostSide:
        findings, growing = self._findings, self._growers
        # A known grower that was followed is no assumption; behind a fixed memory it is not followed.
        followed = set(growing) if findings.hosted else set[int]()
        linked = self._surroundings.linked
        served = {vertex for vertex, label in self._labels.items() if label in linked.served}
        # These do only what the ABI says.
        known = {index for index, done in self._effects.items() if any(effect.whole for effect in done)}
        return HostSide(
            self._memories,
            self._labels,
            host_tables(self._module, self.references),
            self._untrusted - followed - served - (known - growing.keys()),
            self._targets.left_out(),
            growth=table.harmful not in (None, Verdict.ABSENT),
        )

    def _resting(self, maker: EntryMaker, table: VerdictTable) -> Resting:
        """Return the assumptions behind verdicts better than `reachable`, and whose verdicts these are."""
        reached = self._reached
        depends = [bool(bits and maker.assumptions(bits)) for bits in reached.sets]
        if not any(depends):
            return Resting()
        better = table.counting.where(lambda verdict: verdict is not Verdict.REACHABLE)
        resting = [number for number in better if depends[reached.numbers[number]]]
        return Resting(maker.assumptions(reached.union(resting)), EntryNames(self._entry_points, resting))


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
