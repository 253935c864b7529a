"""Make entry points, with their witnesses, from the arrays that a proof leaves."""

from collections.abc import Mapping, MutableMapping, Sequence
from copy import copy
from functools import partial
from typing import TypeVar, overload

from nogrow.analysis.assumptions import Assumption, HostSide
from nogrow.analysis.callbacks import Routes
from nogrow.analysis.entry_points import EntryPoints
from nogrow.analysis.growth_paths import WitnessEdge
from nogrow.analysis.judgement import Entry, EntryKind, Function, Step, Witness
from nogrow.analysis.reachable_imports import ReachedHosts
from nogrow.analysis.worst_verdicts import LEFT_BY, Findings
from nogrow.jshost.model import Route
from nogrow.util.lazy import LazySequence
from nogrow.wasm.names import FunctionNames
from nogrow.wasm.opcodes import INSTRUCTIONS

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

_MANY = 1000
# A path can have a million steps.
_MOST_CACHED = 1 << 16


class EntryNames(Sequence[str]):
    """The names of some entry points, each of which is decoded when somebody reads it."""

    __slots__ = ("_entry_points", "_numbers")

    def __init__(self, entry_points: EntryPoints, numbers: Sequence[int]) -> None:
        """Remember the numbers of the entry points."""
        self._entry_points = entry_points
        self._numbers = numbers

    @overload
    def __getitem__(self, index: int) -> str: ...

    @overload
    def __getitem__(self, index: slice) -> "EntryNames": ...

    def __getitem__(self, index: int | slice) -> "str | EntryNames":
        if isinstance(index, slice):
            return EntryNames(self._entry_points, self._numbers[index])
        return self._entry_points.name(self._numbers[index])

    def __len__(self) -> int:
        return len(self._numbers)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))


class EntryMaker:
    """Makes entry points by their numbers. Does not keep the search's memory alive, and can be pickled."""

    def __init__(
        self,
        function_names: FunctionNames,
        entry_points: EntryPoints,
        findings: Findings,
        reached: ReachedHosts,
        side: HostSide,
        labels: Mapping[int, str],
        grown_by: Mapping[str, str],
        routes: Routes,
        ends: Mapping[int, tuple[Step, ...]],
    ) -> None:
        """Keep what entry points are made of.

        `labels` are the names of the host's vertices; `grown_by` has the growers behind imports, by the names
        of both. `routes` has the calls in host code between imports and what they call, `ends` the steps
        from an import to the growth behind it.
        """
        self._function_names = function_names
        self._entry_points = entry_points
        self._findings = findings
        self._reached = reached
        self._side = side
        self._labels = labels
        self._grown_by = grown_by
        self._routes = routes
        self._ends = ends
        self._source_names: Mapping[str, str] = {}
        # Thousands of entry points share most of their paths, and the imports that they reach.
        self._functions: dict[int, Function] = {}
        self._steps: dict[WitnessEdge, Step] = {}
        self._assumptions: dict[int, tuple[Assumption, ...]] = {}

    @property
    def keys(self) -> list[tuple[EntryKind, str]]:
        """The kind and name of each entry point."""
        points = self._entry_points
        return [(points.kind(number), points.name(number)) for number in range(len(points.functions))]

    @property
    def export_names(self) -> Mapping[int, str]:
        """The first name under which each exported function is exported."""
        exported = self._entry_points.exported
        if not self._source_names:
            return exported
        return {index: self._source_names.get(name, name) for index, name in exported.items()}

    def named(self, source_names: Mapping[str, str]) -> "EntryMaker":
        """Return what makes the same entry points with names of the source for exports, by their names."""
        maker = copy(self)
        maker._source_names = source_names
        return maker

    def compact(self) -> "EntryMaker":
        """Return what makes the same entry points, without names and paths of functions that none needs."""
        maker = copy(self)
        maker._findings = findings = self._findings.compact()
        functions = set(self._entry_points.functions)
        growing = findings.verdicts.where(lambda verdict: verdict.grows)
        if len(functions) + len(growing) > _MANY:
            # Selecting names takes longer than copying all of them.
            maker._function_names = self._function_names.detached()
        else:
            maker._function_names = self._function_names.restricted(functions | findings.passed())
        maker._functions, maker._steps, maker._assumptions = {}, {}, {}
        return maker

    def most_steps(self) -> int | None:
        """Return how many steps all witnesses have at most; None if some may be in host code."""
        return None if self._routes or self._ends else self._findings.most_steps()

    def function(self, index: int) -> Function:
        """Return the function with an index."""
        if index not in self._functions:
            _limit(self._functions)
            self._functions[index] = Function(index, self._function_names.get(index))
        return self._functions[index]

    def assumptions(self, reached: int) -> tuple[Assumption, ...]:
        """Return what is assumed about the host's functions behind the bits in `reached`."""
        if reached not in self._assumptions:
            self._assumptions[reached] = self._side.behind(self._reached.hosts.behind(reached))
        return self._assumptions[reached]

    def entry(self, number: int) -> Entry:
        """Return the entry point with this number."""
        findings = self._findings
        finding = findings.at(number)
        grower = findings.grower(number)
        label = None if grower is None else self._labels[grower]
        reached = self._reached.of(number)
        left_after_growth = finding.verdict in LEFT_BY and number not in findings.seen
        name, kind = self._entry_points.name(number), self._entry_points.kind(number)
        return Entry(
            name=name,
            kind=kind,
            function=self.function(self._entry_points.functions[number]),
            verdict=finding.verdict,
            memory=finding.memory,
            witness=Witness(partial(self._path, number)) if finding.found else (),
            imports=self._reached.listed(reached),
            imports_after_growth=self._reached.listed_after_growth(reached) if left_after_growth else (),
            host_grows=label,
            grower=None if label is None else self._grown_by.get(label),
            airtight=finding.airtight,
            excused=number in findings.excused,
            seen=findings.seen.get(number),
            assumptions=self.assumptions(reached),
            source_name=self._source_names.get(name) if kind is EntryKind.EXPORT else None,
        )

    def _step(self, edge: WitnessEdge) -> Step:
        if edge not in self._steps:
            _limit(self._steps)
            instruction = INSTRUCTIONS[edge.opcode, None].name
            self._steps[edge] = Step(self.function(edge.vertex), edge.offset, instruction)
        return self._steps[edge]

    def _path(self, number: int) -> Sequence[Step]:
        edges = self._findings.at(number).path()
        grower = self._findings.grower(number)
        end = () if grower is None else self._ends.get(grower, ())
        if not self._routes and not end:
            return LazySequence(len(edges), lambda place: self._step(edges[place]))
        steps: list[Step] = []
        for edge in edges:
            if edge.host is None:
                steps.append(self._step(edge))
            else:
                index = edge.host[0]
                steps += host_steps(index, self._labels[index], self._route(*edge.host))
        return (*steps, *end)

    def _route(self, index: int, callee: int) -> Route:
        ways = (route for called, route in self._routes.get(index, ()) if callee in called)
        return next(ways, ())


def _limit(cache: MutableMapping[_Key, _Value]) -> None:
    if len(cache) >= _MOST_CACHED:
        cache.clear()


def host_steps(index: int, label: str, route: Route) -> tuple[Step, ...]:
    """Return the calls of a route in host code from an import, whose index and name are given, as steps."""
    return tuple(Step(Function(index, label), 0, call.text, call) for call in route)
