"""Solve where memory may have grown since the host last had control, function by function.

A forward data-flow analysis of each function that reaches both a growth and an import. A fact says where
control last came from the host on a path (behind a call, or before the function, or a point where several of
these meet), and whether the memory may have grown since then:

    behind a growth, or a call of what can grow the memory and cannot reach an import: it may have grown
    behind a call that can reach an import: it may have grown if the callee's summary says so, or before the
      call, if the callee need not reach it; what was before is also noted at run time, for the import
    behind a call that always reaches an import: control last came from the host here
    where paths meet on which control last came from one place: it may have grown if it may on one of them
    where other paths meet: control last came from here; it may have grown if it may for each of these places

In the last case, the paths from a place for which it may have grown note it at run time, because the others
must not. Whether a function may have grown the memory at its exit is its summary, a least fixpoint over all
calls. Where some callees of an indirect call always reach an import and others need not, the caller notes at
run time which kind was called, and a callee notes itself what happens after its last import.
"""

import enum
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from nogrow.analysis.growth_paths import Exit, SearchResult
from nogrow.analysis.reachability import FlowGraph, Search

_BR, _BR_IF, _CALL, _GROW, _TRAP, _NOTE, _INDEX = 0, 1, 2, 3, 4, 5, 8
_KIND, _LIVE = 0xF, 0x10
_NORMAL_EXIT, _EXCEPTIONAL_EXIT = 0xFFFFFFFF, 0xFFFFFFFE
_START = -1
_OP_IF, _OP_BR_IF = 0x04, 0x0D
_HANDLERS = frozenset((0x06, 0x1F))
"""Before these, control does not stand on a path of their exceptions."""
_CATCH = 0x07


class Note(enum.Enum):
    """When the module has to note that a memory may have grown, relative to an instruction.

    `IF_TRUE` and `IF_FALSE` are about branches: before them, if their operand is not 0, or if it is.
    `UNLESS_HOST` is about indirect calls: when they return, if no import was called in the meantime.
    """

    BEFORE = enum.auto()
    UNLESS_HOST = enum.auto()
    AFTER = enum.auto()
    IF_TRUE = enum.auto()
    IF_FALSE = enum.auto()


class Mark(NamedTuple):
    """A note at the instruction at `offset`, in bytes of the file."""

    offset: int
    note: Note


class _Edge(NamedTuple):
    """An edge from node `source` to `target`; both count from the first node of the vertex."""

    source: int
    target: int
    exceptional: bool


class _Solved(NamedTuple):
    """The points of a vertex that need a mark: calls, and edges, each with whether it had grown before it.

    `exits` are the edges to the normal exit on which it may have grown.
    """

    calls: Collection[int]
    marked: Sequence[tuple[_Edge, bool]]
    exits: Sequence[tuple[_Edge, bool]]


class _Paths(NamedTuple):
    """The edges of a vertex, the beginning of the paths over each, and the places where beginnings meet."""

    edges: Sequence[_Edge]
    begun: Sequence[int | None]
    merged: Sequence[bool]


class GrowthFlow:
    """The analysis of all vertices that reach both a growth of one memory and the host."""

    def __init__(
        self,
        search: Search,
        memory: int,
        found: SearchResult,
        hosts: Collection[int],
        outside: Collection[int],
        *,
        exceptions: bool,
    ) -> None:
        """Take the parameters of `growth_points`, and find which calls reach imports."""
        self._graph: FlowGraph = search.graph()
        self._memory = memory
        self._exceptions = exceptions
        vertices = search.vertices
        self._to_import = _reaching(search, hosts)
        to_outside = _reaching(search, outside)
        self._to_host = [any(both) for both in zip(self._to_import, to_outside, strict=True)]
        exits = found.exits(vertices)
        self._grows = [found.left_after_growth(vertex, Exit.NORMAL) for vertex in vertices]
        self._grows_and_throws = [found.left_after_growth(vertex, Exit.EXCEPTION) for vertex in vertices]
        self._vertices = [
            vertex for vertex in vertices if exits[vertex] and self._to_host[vertex] and vertex not in hosts
        ]
        self._summaries = [False] * len(vertices)
        self._first_dispatch = search.first_dispatch
        self._passes = self._transparent(hosts)
        self._solved: dict[int, _Solved] = {}
        self._paths: dict[int, _Paths] = {}

    def reaches_import(self, vertex: int) -> bool:
        """Return whether calls lead from `vertex` to an import that gets control."""
        return self._to_import[vertex]

    def grown_at_exit(self, vertex: int) -> bool:
        """Return whether the memory may have grown on every path to the normal exit of `vertex`."""
        return self._summaries[vertex] if self._to_import[vertex] else self._grows[vertex]

    def solve(self) -> None:
        """Solve each vertex until no summary changes."""
        callers = self._callers(frozenset(self._vertices))
        waiting = deque(_callees_first(self._vertices, callers))
        queued = set(waiting)
        while waiting:
            vertex = waiting.popleft()
            queued.discard(vertex)
            grown = self._solve(vertex)
            if grown and not self._summaries[vertex]:
                self._summaries[vertex] = True
                again = [caller for caller in callers.get(vertex, ()) if caller not in queued]
                waiting.extend(again)
                queued.update(again)

    def noting(self) -> set[int]:
        """Return the functions in which a growth may have been noted, by themselves or behind a call."""
        return {vertex for vertex in self._vertices if vertex < self._first_dispatch}

    def marks(self, byte_at: Callable[[int], int]) -> frozenset[Mark]:
        """Return all marks; `byte_at` gives the byte at an offset in the file."""
        places = self._graph.places
        marks: set[Mark] = set()
        mixed, noting = self._mixed_dispatches()
        for vertex, solved in self._solved.items():
            if vertex >= self._first_dispatch:
                continue
            first = self._graph.ranges[vertex]
            marks.update(Mark(places[first + node], Note.BEFORE) for node in solved.calls)
            for edge, grown in (*solved.marked, *(solved.exits if vertex in noting else ())):
                node = first + edge.source
                # The operand of a memory.grow and the index of a call have nodes of their own.
                if self._graph.kinds[node] & _KIND in (_NOTE, _INDEX):
                    node -= 1
                note = self._note(node, edge, byte_at(places[node]), grown=grown)
                if note is not None:
                    marks.add(Mark(places[node], note))
            marks.update(
                Mark(places[node], Note.UNLESS_HOST)
                for node in self._nodes(vertex)
                if self._graph.kinds[node] & _KIND == _CALL and self._graph.targets[node] in mixed
            )
        return frozenset(marks)

    def _mixed_dispatches(self) -> tuple[set[int], set[int]]:
        """Return dispatches behind which the caller notes growth, and functions that note it at their exit.

        The summary of such a dispatch says nothing, because some of its callees always reach an import and
        others need not. The caller notes it if one of the others may have grown the memory.
        """
        mixed: set[int] = set()
        noting: set[int] = set()
        for vertex, solved in self._solved.items():
            if vertex < self._first_dispatch or self._summaries[vertex]:
                continue
            first = self._graph.ranges[vertex]
            # Each alternative of a dispatch is a call and a branch to the exit.
            for edge, _ in solved.exits:
                callee = self._graph.targets[first + edge.source - 1]
                if self._passes[callee]:
                    mixed.add(vertex)
                if callee < self._first_dispatch:
                    noting.add(callee)
        return mixed, noting

    def _note(self, node: int, edge: _Edge, opcode: int, *, grown: bool) -> Note | None:
        """Return when the growth on an edge out of `node` is noted; `grown` says that it has grown before it.

        It is None where nothing can be noted on this edge alone.
        """
        kind = self._graph.kinds[node] & _KIND
        if kind == _CALL:
            return Note.BEFORE if edge.exceptional else Note.AFTER
        if kind == _GROW:
            return Note.AFTER
        if kind == _BR or (kind == _BR_IF and grown):
            # Before a `catch` stands the end of the body, and an exception of another tag does not pass it.
            return None if opcode in _HANDLERS or (kind == _BR_IF and opcode == _CATCH) else Note.BEFORE
        if kind != _BR_IF or opcode not in (_OP_BR_IF, _OP_IF):
            return None
        # An `if` goes on at the next node unless its operand is 0, a `br_if` if it is.
        return Note.IF_TRUE if (edge.target == edge.source + 1) == (opcode == _OP_IF) else Note.IF_FALSE

    def _transparent(self, hosts: Collection[int]) -> list[bool]:
        """Return for each vertex whether it may return without a call of one of `hosts`: a least fixpoint.

        An indirect call only counts if all its callees may.
        """
        transparent = [not reaches for reaches in self._to_import]
        undecided = {
            vertex for vertex, reaches in enumerate(self._to_import) if reaches and vertex not in hosts
        }
        callers = self._callers(undecided)
        waiting = deque(sorted(undecided))
        while waiting:
            vertex = waiting.popleft()
            passes = self._passes_through if vertex < self._first_dispatch else self._all_pass
            if vertex in undecided and passes(vertex, transparent):
                undecided.discard(vertex)
                transparent[vertex] = True
                waiting.extend(callers.get(vertex, ()))
        return transparent

    def _all_pass(self, vertex: int, transparent: Sequence[bool]) -> bool:
        graph = self._graph
        callees = (graph.targets[node] for node in self._nodes(vertex) if graph.kinds[node] & _KIND == _CALL)
        return all(transparent[callee] for callee in callees if graph.returns(callee))

    def _passes_through(self, vertex: int, transparent: Sequence[bool]) -> bool:
        """Return whether a path leads through `vertex` on which it only calls what is `transparent`."""
        graph, nodes = self._graph, self._nodes(vertex)
        kinds, targets = graph.kinds, graph.targets
        seen = {nodes.start}
        stack = [nodes.start]
        while stack:
            node = stack.pop()
            if node == nodes.stop:
                return True
            kind, target = kinds[node] & _KIND, targets[node]
            following = []
            if kind == _CALL:
                if graph.returns(target) and transparent[target]:
                    following.append(node + 1)
                if graph.exceptional and graph.extras[node] and graph.throws(target):
                    following.append(graph.extras[node])
            else:
                if kind in (_BR, _BR_IF):
                    following.append(target)
                if kind not in (_BR, _TRAP):
                    following.append(node + 1)
            for place in following:
                if place == _NORMAL_EXIT:
                    return True
                if place != _EXCEPTIONAL_EXIT and place not in seen:
                    seen.add(place)
                    stack.append(place)
        return False

    def _callers(self, callees: Container[int]) -> dict[int, list[int]]:
        """Return for each of `callees` the vertices among them that call it."""
        callers: dict[int, list[int]] = defaultdict(list)
        kinds, targets = self._graph.kinds, self._graph.targets
        for vertex in range(len(self._to_import)):
            if vertex in callees:
                called = {targets[node] for node in self._nodes(vertex) if kinds[node] & _KIND == _CALL}
                for callee in called:
                    if callee in callees:
                        callers[callee].append(vertex)
        return callers

    def _nodes(self, vertex: int) -> range:
        return range(self._graph.ranges[vertex], self._graph.ranges[vertex + 1])

    def _edges(self, vertex: int) -> Iterator[_Edge]:
        """Yield the edges of a vertex in the order of their sources.

        Behind the nodes come the normal exit and the exceptional exit.
        """
        graph, nodes = self._graph, self._nodes(vertex)
        exits = {_NORMAL_EXIT: len(nodes), _EXCEPTIONAL_EXIT: len(nodes) + 1}

        def place(target: int) -> int:
            return exits[target] if target in exits else target - nodes.start

        for source, node in enumerate(nodes):
            kind, target = graph.kinds[node] & _KIND, graph.targets[node]
            if kind == _CALL:
                if graph.throws(target):
                    handler = graph.extras[node] if graph.exceptional else 0
                    yield _Edge(source, place(handler or _EXCEPTIONAL_EXIT), exceptional=True)
                if graph.returns(target):
                    yield _Edge(source, source + 1, exceptional=False)
                continue
            if kind in (_BR, _BR_IF):
                yield _Edge(source, place(target), exceptional=False)
            if kind not in (_BR, _TRAP):
                yield _Edge(source, source + 1, exceptional=False)

    def _solve(self, vertex: int) -> bool:
        """Solve one vertex with the present summaries; return whether it may have grown at its exit."""
        if vertex not in self._paths:
            self._paths[vertex] = self._paths_of(vertex)
        edges, begun, merged = self._paths[vertex]
        count = len(merged)
        incoming, true = [0] * count, [0] * count
        for edge in edges:
            incoming[edge.target] += 1
        # Nothing has grown at the start.
        incoming[0] += 1

        def grown(place: int) -> bool:
            return true[place] == incoming[place] if merged[place] else true[place] > 0

        values = [False] * len(edges)
        changed = True
        while changed:
            changed = False
            for number, edge in enumerate(edges):
                if not values[number] and self._grown_behind(vertex, edge, grown=grown(edge.source)):
                    values[number] = True
                    true[edge.target] += 1
                    changed = changed or edge.target <= edge.source
        first, end = self._graph.ranges[vertex], count - 2
        # Of the paths that meet, those from one beginning have grown if one of them has.
        grown_from = {
            (edge.target, beginning)
            for edge, beginning, value in zip(edges, begun, values, strict=True)
            if value and edge.target <= end and merged[edge.target] and not grown(edge.target)
        }
        marked = [
            (edge, grown(edge.source))
            for edge, beginning, value in zip(edges, begun, values, strict=True)
            if (edge.target, beginning) in grown_from or (self._exceptions and edge.target > end and value)
        ]
        calls = {
            edge.source
            for edge in edges
            if self._graph.kinds[first + edge.source] & _KIND == _CALL
            and self._to_host[self._graph.targets[first + edge.source]]
            and grown(edge.source)
        }
        exits = [
            (edge, grown(edge.source))
            for edge, value in zip(edges, values, strict=True)
            if edge.target == end and value
        ]
        self._solved[vertex] = _Solved(calls, marked, exits)
        return grown(end)

    def _paths_of(self, vertex: int) -> _Paths:
        """Return the edges that control can reach, with the beginnings of the paths over them.

        The beginning of a path is where control last came from the host: the source of an edge, `_START`, or
        a place where several of these meet.
        """
        count = len(self._nodes(vertex)) + 2
        edges = list(self._edges(vertex))
        graph = self._graph
        begins = [
            graph.kinds[node] & _KIND == _CALL and not self._passes[graph.targets[node]]
            for node in self._nodes(vertex)
        ]
        meetings: set[int] = set()
        beginnings: list[int | None] = []
        known = -1
        while known != len(meetings):
            known = len(meetings)
            beginnings = self._beginnings(edges, begins, meetings, count)
        reached = [edge for edge in edges if beginnings[edge.source] is not None]
        begun = [
            _behind(edge.source, count, exceptional=edge.exceptional)
            if begins[edge.source]
            else beginnings[edge.source]
            for edge in reached
        ]
        return _Paths(reached, begun, [place in meetings for place in range(count)])

    def _beginnings(
        self, edges: Sequence[_Edge], begins: Sequence[bool], meetings: set[int], count: int
    ) -> list[int | None]:
        """Return the beginning of the paths to each place, None where none leads; add to `meetings`.

        `begins` says of each node whether paths begin behind it. Where a meeting is found late, behind a loop
        or a handler, the places after it have to be visited again: they know an old beginning.
        """
        beginnings: list[int | None] = [None] * count
        beginnings[0] = _meeting(0) if 0 in meetings else _START
        changed = first = True
        while changed:
            changed = False
            for source, target, exceptional in edges:
                beginning = beginnings[source]
                if beginning is None:
                    continue
                if begins[source]:
                    beginning = _behind(source, count, exceptional=exceptional)
                if target in meetings:
                    beginning = _meeting(target)
                if beginnings[target] is None:
                    beginnings[target] = beginning
                    changed = changed or target <= source
                elif beginnings[target] != beginning:
                    meetings.add(target)
                    if first and target > source:
                        beginnings[target] = _meeting(target)
            first = False
        return beginnings

    def _grown_behind(self, vertex: int, edge: _Edge, *, grown: bool) -> bool:
        """Return whether the memory may have grown on an edge, if it is `grown` before its source."""
        node = self._graph.ranges[vertex] + edge.source
        kind, target = self._graph.kinds[node], self._graph.targets[node]
        if kind & _KIND == _GROW:
            return grown or (bool(kind & _LIVE) and target == self._memory)
        if kind & _KIND != _CALL:
            return grown
        if self._to_import[target]:
            through = grown and self._passes[target]
            return not edge.exceptional and (through or self._summaries[target])
        return grown or (self._grows_and_throws if edge.exceptional else self._grows)[target]


def _reaching(search: Search, vertices: Collection[int]) -> list[bool]:
    """Return for each vertex whether calls lead from it to one of `vertices`."""
    called = sorted(vertices)
    numbers, sets = search.reached_by(called, search.vertices, max(1, len(called)))
    return [bool(sets[number]) for number in numbers]


def _callees_first(vertices: Iterable[int], callers: Mapping[int, Sequence[int]]) -> list[int]:
    """Return the vertices so that most callees come before their callers, as the reverse of a postorder."""
    order: list[int] = []
    seen: set[int] = set()
    for root in vertices:
        stack = [] if root in seen else [(root, iter(callers.get(root, ())))]
        seen.add(root)
        while stack:
            vertex, rest = stack[-1]
            caller = next((caller for caller in rest if caller not in seen), None)
            if caller is None:
                order.append(vertex)
                stack.pop()
            else:
                seen.add(caller)
                stack.append((caller, iter(callers.get(caller, ()))))
    return order[::-1]


def _behind(source: int, count: int, *, exceptional: bool) -> int:
    """Return the beginning of the paths behind a call, one of `count` places, by one of its two exits."""
    return source + count if exceptional else source


def _meeting(place: int) -> int:
    """Return the beginning of the paths that meet at a place; no other beginning has this number."""
    return -2 - place
