"""The flow graph to answers: drives the search kernel (`search.wat`).

In: a scan, the targets of indirect calls, what imports may do. Out: for each vertex whether and how it can
grow a memory and be left, with the path, and the imports it reaches.
"""

import enum
from array import array
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from nogrow.errors import ModuleError
from nogrow.util.lazy import LazySequence
from nogrow.wasm.runtime import NO_ROOM
from nogrow.wasm.scan import Scan

KERNEL = Path(__file__).with_name("reachability.wat")
_RETURNS, _THROWS, _RUNS_AFTER, _FOLLOWED = 1, 2, 8, 0x20
_HOST_GROWS = _GROWS_ITSELF = 0xFFFFFFFF
_SET_SIZE = 64
NO_CALLBACKS: Mapping[int, Sequence[int]] = {}


class Exit(enum.IntEnum):
    """A way out of a function (the numbers are the kernel's)."""

    NORMAL = 0
    EXCEPTION = 1


class WitnessEdge(NamedTuple):
    """One step towards a growth: the instruction at `offset` (bytes, in the file) of `vertex`."""

    vertex: int
    offset: int
    opcode: int


class SearchResult:
    """What a search for the growths of one memory found. It keeps no hold of the kernel's memory."""

    def __init__(self, first_dispatch: int, shift: int, calls: "Steps", exits: "Steps") -> None:
        """Made by `Search.find`: the steps by vertex, and by vertex and way out.

        `shift` is what to add to an address in a step to get the offset in the file.
        """
        self._first_dispatch = first_dispatch
        self._shift = shift
        self._calls = calls
        self._exits = exits
        self._growers: dict[bool, dict[int, int | None]] = {}

    def exits(self, vertices: Sequence[int]) -> list[int]:
        """For each of `vertices` the worst that it can do.

        0: no path of calls leads to a growth, 1: one does, 2: it can grow the memory and be left by an
        exception, 3: it can grow the memory and return.
        """
        calls, exits = self._calls.hops, self._exits.hops.cast("B").cast("Q")
        # The normal exit stands in the lower half.
        return [
            (3 if both & 0xFFFFFFFF else 2) if both else 1 if calls[vertex] else 0
            for vertex, both in zip(vertices, map(exits.__getitem__, vertices), strict=True)
        ]

    def path(self, vertex: int, way: Exit | None) -> tuple[LazySequence[WitnessEdge], int | None]:
        """The shortest path of calls from `vertex` to a growth, and the import that grows if one does.

        With a `way` it is a path after which `vertex` can be left by that way. Dispatches are passed over:
        the step to one goes on in the function called.
        """
        steps = self._calls if way is None else self._exits
        places = array("I")
        place = vertex if way is None else 2 * vertex + way
        end: int | None = None
        while True:
            hop = steps.hops[place]
            if hop == _HOST_GROWS:
                end = vertex
                break
            if vertex < self._first_dispatch:
                places.append(place)
            vertex = steps.steps[3 * place]
            if vertex == _GROWS_ITSELF:
                break
            place = vertex if way is None else 2 * vertex + (hop & 1)

        def made(number: int) -> WitnessEdge:
            place = places[number]
            _, at, opcode = steps.steps[3 * place : 3 * place + 3]
            return WitnessEdge(place if way is None else place >> 1, at + self._shift, opcode)

        return LazySequence(len(places), made), end

    def grower(self, vertex: int, way: Exit | None) -> int | None:
        """The import that grows at the end of the path that `path` gives, None if a function does."""
        steps = self._calls if way is None else self._exits
        known = self._growers.setdefault(way is None, {})
        passed = []
        place = vertex if way is None else 2 * vertex + way
        # Thousands of paths end in the same few steps.
        while place not in known:
            passed.append(place)
            hop = steps.hops[place]
            if hop == _HOST_GROWS:
                known[place] = place if way is None else place >> 1
                break
            vertex = steps.steps[3 * place]
            if vertex == _GROWS_ITSELF:
                known[place] = None
                break
            place = vertex if way is None else 2 * vertex + (hop & 1)
        end = known[place]
        known.update(dict.fromkeys(passed, end))
        return end


class Steps(NamedTuple):
    """Hops as the kernel keeps them, and for each the vertex called, the address and the opcode."""

    hops: memoryview
    steps: memoryview


class Search:
    """The graph of a module, to be searched for the growths of one memory after the other."""

    def __init__(
        self,
        scan: Scan,
        functions: int,
        targets: Callable[[int], Sequence[int]],
        hosts: dict[int, bool],
        exact: dict[int, int],
        callbacks: Mapping[int, Sequence[int]] = NO_CALLBACKS,
    ) -> None:
        """`functions` counts the functions; `targets` gives the vertices called by `scan.dispatches[i]`.

        `exact` gives, by node, the only vertex that an indirect call can go to where that is known.
        `hosts` are the vertices that stand for functions of the host, each with whether it may throw.
        `callbacks` are the imports that may call back, each with all that a call of it may call: calls of
        such an import go to a dispatch vertex of its own. Raises `ModuleError` when there is no room.
        """
        self._scan = scan
        self._workspace = workspace = scan.workspace
        self._kernel = workspace.kernel(KERNEL)
        first_callback = scan.first_dispatch + len(scan.dispatches)
        self._vertices = count = first_callback + len(callbacks)
        instead = {vertex: first_callback + place for place, vertex in enumerate(callbacks)}
        nodes = self._add_dispatches(functions, targets, callbacks, instead)
        for call, callee in exact.items():
            scan.nodes.retarget(call, instead.get(callee, callee))
        calls = (self._kernel.number("calls_end") - scan.nodes.calls) // 4
        self._state = workspace.area(count)
        self._incoming = incoming = workspace.area(4 * (count + 1))
        callers = workspace.area(8 * calls)
        self._hops = workspace.area(4 * count)
        self._way_hops = workspace.area(8 * count)
        queue = workspace.area(8 * count)
        order = workspace.area(4 * count)
        self._stack = stack = workspace.area(max(16 * nodes + 8 * count, 24 * count))
        self._sets = workspace.area(8 * count)
        self._arguments = workspace.area(4 * max(len(hosts), 1))
        for vertex, throws in hosts.items():
            workspace.bytes[self._state + vertex] = _FOLLOWED | _RETURNS | (_THROWS if throws else 0)
        self._kernel.call(
            "set_areas", scan.ranges, count, self._state, incoming, callers, self._hops, self._way_hops,
            queue, order, stack, self._sets, workspace.area(4 * count),
        )  # fmt: skip

    def compute_summaries(self) -> None:
        """Finds out which functions return and which throw: the first thing to be called."""
        self._kernel.call("index_callers")
        self._kernel.call("compute_summaries")

    def _add_dispatches(
        self,
        functions: int,
        targets: Callable[[int], Sequence[int]],
        callbacks: Mapping[int, Sequence[int]],
        instead: Mapping[int, int],
    ) -> int:
        """Writes the nodes of every dispatch behind the scan's; the number of nodes then.

        Calls of the vertices in `instead` are made calls of what stands there.
        """
        scan, workspace, nodes = self._scan, self._workspace, self._scan.nodes
        self._kernel.call(
            "set_graph", nodes.kinds, nodes.targets, nodes.extras, nodes.places, nodes.calls,
            nodes.calls + 4 * scan.call_count, int(scan.has_handlers),
        )  # fmt: skip
        if instead:
            redirected = workspace.area(4 * functions)
            for vertex, dispatch in instead.items():
                workspace.write_u32s(redirected + 4 * vertex, [dispatch])
            self._kernel.call("redirect_calls", redirected, functions)
        node, calls = scan.node_count, scan.call_count
        ranges = [node] * (scan.first_dispatch - functions)
        scratch, end = workspace.rest()
        # The import itself stays the first that its own dispatch calls.
        every = chain(
            ((targets(place), None) for place in range(len(scan.dispatches))),
            ((called, vertex) for vertex, called in callbacks.items()),
        )
        for vertices, itself in every:
            called = [one if one == itself else instead.get(one, one) for one in vertices]
            ranges.append(node)
            calls += len(called)
            full = node + 3 * len(called) >= nodes.room or calls > nodes.call_room
            if full or scratch + 4 * len(called) > end:
                raise ModuleError(NO_ROOM)
            workspace.write_u32s(scratch, called)
            node = self._kernel.call("add_dispatch", node, scratch, len(called))
            # What is handed out later is to be fresh.
            workspace.bytes[scratch : scratch + 4 * len(called)] = bytes(4 * len(called))
        workspace.write_u32s(scan.ranges + 4 * functions, [*ranges, node])
        return node

    def called(self, vertex: int) -> bool:
        """Whether any instruction can call `vertex`."""
        first, end = self._workspace.read_u32s(self._incoming + 4 * vertex, 2)
        return first != end

    def find(self, memory: int, growers: Sequence[int], trapping: Sequence[int] = ()) -> SearchResult:
        """Searches for growths of `memory`; `growers` are the imports behind which it grows.

        Behind those in `trapping` it grows as well, but only a trap can follow.
        """
        first = self._scan.grows[-1].node if self._scan.grows else 0
        self._workspace.write_u32s(self._arguments, [*growers, *trapping])
        self._kernel.call("backward_calls", memory, first, self._arguments, len(growers) + len(trapping))
        self._kernel.call("backward_exits", memory, first, self._arguments, len(growers))
        return SearchResult(
            self._scan.first_dispatch,
            self._scan.code_shift,
            self._steps(self._hops, self._vertices, 0),
            self._steps(self._way_hops, 2 * self._vertices, 1),
        )

    def _steps(self, hops: int, count: int, shift: int) -> Steps:
        self._kernel.call("describe_edges", hops, count, shift)
        memory = self._workspace.bytes
        return Steps(
            memoryview(bytes(memory[hops : hops + 4 * count])).cast("I"),
            memoryview(bytes(memory[self._stack : self._stack + 12 * count])).cast("I"),
        )

    def follow_growth(self, memory: int, vertices: Sequence[int]) -> None:
        """Follows what may run after a growth of `memory`, the one last searched for.

        Only runs of `vertices` are followed.
        """
        self._workspace.write_u32s(self._stack, list(vertices))
        self._kernel.call("forward_after_growth", memory, self._stack, len(vertices))

    def runs_after_growth(self, vertex: int) -> bool:
        """Whether `vertex` may be called after a growth of any memory whose growth was followed."""
        return bool(self._workspace.bytes[self._state + vertex] & _RUNS_AFTER)

    def reached_by(self, hosts: Sequence[int], vertices: Sequence[int], together: int = 1) -> list[int]:
        """For each of `vertices` those of `hosts` that paths of calls lead to.

        Bit i stands for `hosts[i]`, or for so many `together` from `i * together` on.
        """
        batches = []
        for first in range(0, len(hosts), _SET_SIZE * together):
            batch = hosts[first : first + _SET_SIZE * together]
            self._workspace.write_u32s(self._arguments, list(batch))
            self._kernel.call("propagate_imports", self._arguments, len(batch), together)
            sets = self._workspace.bytes[self._sets : self._sets + 8 * self._vertices].cast("Q")
            batches.append(list(map(sets.__getitem__, vertices)))
        # Few different sets are found, so each is put together once.
        found = list(zip(*batches, strict=True)) if batches else [()] * len(vertices)
        whole = {
            parts: sum(bits << _SET_SIZE * place for place, bits in enumerate(parts)) for parts in set(found)
        }
        return list(map(whole.__getitem__, found))
