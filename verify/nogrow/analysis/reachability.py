"""Search the flow graph of a module by means of the reachability kernel (`reachability.wat`).

The searches tell for each vertex whether it can grow a memory, by which exits it can be left afterwards,
along which path, and which imports it reaches.
"""

import enum
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from nogrow.errors import ModuleError
from nogrow.util.lazy import LazySequence
from nogrow.wasm.runtime import NO_ROOM
from nogrow.wasm.scan import Grow, Scan

KERNEL = Path(__file__).with_name("reachability.wat")
_RETURNS, _THROWS, _RUNS_AFTER, _FOLLOWED, _REACHED = 1, 2, 8, 0x20, 0x40
_GROWN = 0x80
# As a hop: an import grows the memory. As the vertex that a hop calls: the function grows it itself.
_GROWS = 0xFFFFFFFF
_SET_SIZE = 64
# Edges of both exits take 24 bytes; a hash table and the sets in it, 32.
_STACK_PER_VERTEX = 40
NO_CALLBACKS: Mapping[int, Sequence[int]] = {}


class Exit(enum.IntEnum):
    """An exit of a function (the numbers are the kernel's)."""

    NORMAL = 0
    EXCEPTION = 1


class WitnessEdge(NamedTuple):
    """One step of a path to a growth: the instruction at `offset` (bytes, in the file) of `vertex`.

    `host` has the import and what it calls, if the step is in host code.
    """

    vertex: int
    offset: int
    opcode: int
    host: tuple[int, int] | None = None


class FlowGraph(NamedTuple):
    """The nodes and vertices of a module as the kernel has them; the fields of nodes are those in `scan.wat`.

    `ranges` has the first node of each vertex, and the end. `exceptional` says whether handlers count.
    """

    kinds: memoryview
    targets: memoryview
    extras: memoryview
    places: memoryview
    ranges: memoryview
    states: memoryview
    exceptional: bool

    def returns(self, vertex: int) -> bool:
        """Return whether a call of `vertex` may return."""
        return bool(self.states[vertex] & _RETURNS)

    def throws(self, vertex: int) -> bool:
        """Return whether an exception may leave `vertex`."""
        return bool(self.states[vertex] & _THROWS)


class SearchResult:
    """The paths to the growths of one memory. Does not keep the kernel's memory alive, and can be pickled."""

    def __init__(
        self,
        first_dispatch: int,
        callbacks: Mapping[int, int],
        shift: int,
        outcomes: bytes,
        calls: "_Hops",
        exits: "_Hops",
    ) -> None:
        """`calls` has the hops by vertex, `exits` by twice the vertex plus the exit.

        `callbacks` has the imports that call back, by the vertices of their dispatches. `shift` is added to
        an address in a hop to get the offset in the file. `outcomes` has a byte for each vertex, as `exits`
        explains.
        """
        self._first_dispatch = first_dispatch
        self._callbacks = callbacks
        self._shift = shift
        self._outcomes = outcomes
        self._calls = calls
        self._exits = exits

    def exits(self, vertices: Sequence[int]) -> bytes:
        """Return for each of `vertices` a byte for the worst that it can do.

        0: no path of calls leads to a growth, 1: one does, 2: it can grow the memory and be left by an
        exception, 3: it can grow the memory and return.
        """
        return bytes(map(self._outcomes.__getitem__, vertices))

    def left_after_growth(self, vertex: int, left_by: Exit) -> bool:
        """Return whether `vertex` can grow the memory and be left by this exit then."""
        return self._exits.nodes[2 * vertex + left_by] != 0

    def path(self, vertex: int, left_by: Exit | None) -> LazySequence[WitnessEdge]:
        """Return the shortest path of calls from `vertex` to a growth.

        With `left_by` it is a path after which `vertex` can be left by that exit. Dispatches of indirect
        calls are left out: the step to one goes on in the function called. So is an import that grows the
        memory.
        """
        hops = self._calls if left_by is None else self._exits
        per_vertex = 1 if left_by is None else 2
        keys = array("I")
        for key in self._keys(vertex, left_by):
            is_function = key < per_vertex * self._first_dispatch
            if hops.nodes[key] != _GROWS and (is_function or key // per_vertex in self._callbacks):
                keys.append(key)

        def edge(number: int) -> WitnessEdge:
            key = keys[number]
            callee, address, opcode = hops.edges[3 * key : 3 * key + 3]
            vertex = key // per_vertex
            caller = self._callbacks.get(vertex)
            host = None if caller is None else (caller, self._callbacks.get(callee, callee))
            return WitnessEdge(vertex, address + self._shift, opcode, host)

        return LazySequence(len(keys), edge)

    def growers(self, vertices: Sequence[int], left_by: Exit | None) -> list[int]:
        """Return for each of `vertices` the import plus 1 that grows at the end of the path from `path`.

        It is 0 where a function of the module grows the memory.
        """
        ends = self._calls.ends if left_by is None else self._exits.ends
        keys = vertices if left_by is None else [2 * vertex + left_by for vertex in vertices]
        return [0 if end == _GROWS else end for end in map(ends.__getitem__, keys)]

    def passed(self, vertices: Iterable[int], left_by: Exit | None) -> set[int]:
        """Return all vertices on the paths from any of `vertices`, dispatches included."""
        hops = self._calls if left_by is None else self._exits
        keys: set[int] = set()
        for vertex in vertices:
            for key in self._keys(vertex, left_by):
                # Thousands of paths end in the same few steps.
                if key in keys:
                    break
                keys.add(key)
        return keys if hops is self._calls else {key >> 1 for key in keys}

    def _keys(self, vertex: int, left_by: Exit | None) -> Iterator[int]:
        """Yield the place of each hop on the path from `path`, those of dispatches and imports included."""
        hops = self._calls if left_by is None else self._exits
        key = vertex if left_by is None else 2 * vertex + left_by
        while True:
            yield key
            hop, callee = hops.nodes[key], hops.edges[3 * key]
            if _GROWS in (hop, callee):
                break
            key = callee if left_by is None else 2 * callee + (hop & 1)


class _Hops(NamedTuple):
    """Hops as the kernel has them, and three numbers for each: the vertex called, the address, the opcode.

    `ends` says for each what grows the memory at the end of the path: an import plus 1, or -1 for a function.
    """

    nodes: "array[int]"
    edges: "array[int]"
    ends: "array[int]"


class Search:
    """The graph of a module, which can be searched for the growths of one memory after the other."""

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

        `exact` has the nodes of the indirect calls that can go to one vertex only, with that vertex.
        `hosts` are the vertices that stand for functions of the host, each with whether it may throw.
        `callbacks` are the imports that may call back, each with all vertices that a call of it may call:
        such an import gets a dispatch vertex of its own. Raises `ModuleError` when there is no room.
        """
        self._scan = scan
        self._workspace = workspace = scan.workspace
        self._kernel = workspace.kernel(KERNEL)
        self._grows: dict[int, list[Grow]] = defaultdict(list)
        for grow in reversed(scan.grows):
            self._grows[grow.memory].append(grow)
        # Host code may catch what the functions that it calls throw.
        self._has_handlers = scan.has_handlers or bool(callbacks)
        first_callback = scan.first_dispatch + len(scan.dispatches)
        self._vertices = count = first_callback + len(callbacks)
        instead = {vertex: first_callback + number for number, vertex in enumerate(callbacks)}
        self._callbacks = {dispatch: vertex for vertex, dispatch in instead.items()}
        nodes = self._add_dispatches(functions, targets, callbacks, instead)
        for call, callee in exact.items():
            scan.nodes.retarget(call, instead.get(callee, callee))
        calls = (self._kernel.number("calls_end") - scan.nodes.calls) // 4
        sizes = {
            "state": count,
            "incoming": 4 * (count + 1),
            "callers": 8 * calls,
            "first_calls": 4 * count,
            "hops": 4 * count,
            "exit_hops": 8 * count,
            "queue": 8 * count,
            "order": 4 * count,
            "stack": max(16 * nodes + 8 * count, _STACK_PER_VERTEX * count),
            "sets": 8 * count,
            "outcomes": count,
            "ends": 8 * count,
            "classes": 4 * count,
        }
        self._areas = areas = {name: workspace.area(size) for name, size in sizes.items()}
        own = ("outcomes", "ends", "classes")
        known = {name: address for name, address in areas.items() if name not in own}
        self._kernel.set_numbers(ranges=scan.ranges, vertices=count, **known)
        # Growth may be followed and be trapping behind the same import.
        self._arguments = workspace.area(8 * (len(scan.grows) + 2 * len(hosts)))
        for vertex, throws in hosts.items():
            workspace.bytes[areas["state"] + vertex] = _FOLLOWED | _RETURNS | (_THROWS if throws else 0)

    @property
    def first_dispatch(self) -> int:
        """Return the first vertex that is a dispatch."""
        return self._scan.first_dispatch

    @property
    def vertices(self) -> range:
        """Return the numbers of all vertices."""
        return range(self._vertices)

    def compute_summaries(self) -> None:
        """Find out which functions return and which throw; call this before all other searches."""
        self._kernel.call("index_callers")
        self._kernel.call("compute_summaries")

    def _add_dispatches(
        self,
        functions: int,
        targets: Callable[[int], Sequence[int]],
        callbacks: Mapping[int, Sequence[int]],
        instead: Mapping[int, int],
    ) -> int:
        """Write the nodes of every dispatch behind the scan's; return how many nodes there are then.

        Calls of a vertex in `instead` become calls of the vertex that `instead` has for it.
        """
        scan, workspace, nodes = self._scan, self._workspace, self._scan.nodes
        self._kernel.set_numbers(
            kinds=nodes.kinds, targets=nodes.targets, extras=nodes.extras, places=nodes.places,
            calls=nodes.calls, calls_end=nodes.calls + 4 * scan.call_count, handlers=int(self._has_handlers),
        )  # fmt: skip
        if instead:
            redirected = workspace.area(4 * functions)
            for vertex, dispatch in instead.items():
                workspace.write_u32s(redirected + 4 * vertex, [dispatch])
            self._kernel.call("redirect_calls", redirected, functions)
        node, calls = scan.node_count, scan.call_count
        ranges = [node] * (scan.first_dispatch - functions)
        scratch, end = workspace.rest()
        # The dispatch of an import that calls back calls that import itself, not the dispatch once more.
        called_by_dispatches = chain(
            ((targets(number), None) for number in range(len(scan.dispatches))),
            ((called, vertex) for vertex, called in callbacks.items()),
        )
        for vertices, itself in called_by_dispatches:
            called = [vertex if vertex == itself else instead.get(vertex, vertex) for vertex in vertices]
            ranges.append(node)
            calls += len(called)
            full = node + 3 * len(called) + 2 >= nodes.room or calls > nodes.call_room
            if full or scratch + 4 * len(called) > end:
                raise ModuleError(NO_ROOM)
            workspace.write_u32s(scratch, called)
            node = self._kernel.call("add_dispatch", node, scratch, len(called), int(itself is not None))
            # Areas that are handed out later have to be zero.
            workspace.bytes[scratch : scratch + 4 * len(called)] = bytes(4 * len(called))
        workspace.write_u32s(scan.ranges + 4 * functions, [*ranges, node])
        return node

    def called(self, vertex: int) -> bool:
        """Return whether any instruction can call `vertex`."""
        first, end = self._workspace.read_u32s(self._areas["incoming"] + 4 * vertex, 2)
        return first != end

    def find_growths(self, memory: int, growers: Sequence[int], trapping: Sequence[int] = ()) -> SearchResult:
        """Search for growths of `memory`; `growers` are the imports behind which it grows.

        It grows behind the imports in `trapping`, too, but only a trap can follow.
        """
        sites = [number for grow in self._grows[memory] for number in (grow.function, grow.node)]
        followed = [number for vertex in growers for number in (vertex, _GROWS)]
        ending = [number for vertex in trapping for number in (vertex, _GROWS)]
        start, end = self._arguments, self._arguments + 4 * len(sites + followed)
        self._workspace.write_u32s(start, sites + followed + ending)
        self._kernel.call("backward_calls", start, end + 4 * len(ending))
        self._kernel.call("backward_exits", start, end)
        outcomes, count = self._areas["outcomes"], self._vertices
        self._kernel.call("describe_exits", outcomes)
        return SearchResult(
            self._scan.first_dispatch,
            self._callbacks,
            self._scan.code_shift,
            bytes(self._workspace.bytes[outcomes : outcomes + count]),
            self._described(self._areas["hops"], count, 0),
            self._described(self._areas["exit_hops"], 2 * count, 1),
        )

    def _described(self, hops: int, count: int, shift: int) -> _Hops:
        edges, ends = self._areas["stack"], self._areas["ends"]
        self._kernel.call("describe_edges", hops, count, shift)
        self._kernel.call("describe_ends", hops, count, shift, ends)
        read = self._workspace.copy_u32s
        return _Hops(read(hops, count), read(edges, 3 * count), read(ends, count))

    def follow_growth(self, memory: int, vertices: Sequence[int]) -> None:
        """Follow what may run after a growth of `memory`, which must be the one last searched for.

        Only runs that begin in `vertices` are followed.
        """
        self._workspace.write_u32s(self._areas["stack"], list(vertices))
        self._kernel.call("forward_after_growth", memory, self._areas["stack"], len(vertices))

    def forget_growth(self) -> None:
        """Forget what `follow_growth` found, so that another memory can be followed alone."""
        for first, count, kept in (
            (self._scan.nodes.kinds, self._scan.node_count, ~_GROWN),
            (self._areas["state"], self._vertices, ~(_RUNS_AFTER | _REACHED)),
        ):
            cleared = bytes(byte & kept for byte in range(256))
            area = self._workspace.bytes[first : first + count]
            area[:] = bytes(area).translate(cleared)

    def byte_at(self, address: int) -> int:
        """Return the byte of the code at an address."""
        return self._workspace.bytes[address]

    def graph(self) -> FlowGraph:
        """Return the graph; its memory belongs to the kernel."""
        memory, nodes = self._workspace.bytes, self._scan.nodes
        count = self._workspace.u32(self._scan.ranges + 4 * self._vertices)

        def numbers(start: int, length: int) -> memoryview:
            return memory[start : start + 4 * length].cast("I")

        return FlowGraph(
            memory[nodes.kinds : nodes.kinds + count],
            numbers(nodes.targets, count),
            numbers(nodes.extras, count),
            numbers(nodes.places, count),
            numbers(self._scan.ranges, self._vertices + 1),
            memory[self._areas["state"] : self._areas["state"] + self._vertices],
            self._has_handlers,
        )

    def runs_after_growth(self, vertex: int) -> bool:
        """Return whether `vertex` may be called after a growth of any memory whose growth was followed."""
        return bool(self._workspace.bytes[self._areas["state"] + vertex] & _RUNS_AFTER)

    def reached_by(self, hosts: Sequence[int], vertices: Sequence[int], together: int = 1) -> "ReachedSets":
        """Return those `hosts` that paths of calls lead to from each of `vertices`.

        They are bits of a number: bit i stands for the `together` hosts from `hosts[i * together]` on.
        """
        classes, count = self._areas["classes"], self._vertices
        slots = 1 << (2 * count - 1).bit_length()
        found = self._areas["stack"]
        table = found + 16 * count
        sets = [0]
        self._workspace.clear(classes, 4 * count)
        for number, first in enumerate(range(0, len(hosts), _SET_SIZE * together)):
            batch = hosts[first : first + _SET_SIZE * together]
            self._workspace.write_u32s(self._arguments, list(batch))
            self._kernel.call("propagate_imports", self._arguments, len(batch), together)
            different = self._kernel.call("classify", classes, found, table, slots)
            records = memoryview(bytes(self._workspace.bytes[found : found + 16 * different]))
            before, added = records.cast("I")[::4], records.cast("Q")[1::2]
            sets = [sets[old] | bits << _SET_SIZE * number for old, bits in zip(before, added, strict=True)]
        by_vertex = self._workspace.copy_u32s(classes, count)
        return ReachedSets(array("I", map(by_vertex.__getitem__, vertices)), sets)


class ReachedSets(NamedTuple):
    """The sets of imports that vertices reach, as bits of numbers; few of them differ.

    `numbers` has the number of each vertex's set.
    """

    numbers: "array[int]"
    sets: Sequence[int]
