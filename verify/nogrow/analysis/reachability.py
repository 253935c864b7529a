"""Search the flow graph of a module by means of the reachability kernel (`reachability.wat`).

The searches tell for each vertex whether it can grow a memory, by which exits it can be left afterwards,
along which path, and which imports it reaches.
"""

from array import array
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from nogrow.analysis.dominators import DOMINATORS, TABLES, DominatorTree
from nogrow.analysis.growth_paths import LEFT_BY, RECORD, Exit, Paths, SearchResult, worst_outcomes
from nogrow.errors import ModuleError
from nogrow.wasm.runtime import NO_ROOM
from nogrow.wasm.scan import Grow, Scan

KERNEL = Path(__file__).with_name("reachability.wat")
_RETURNS, _THROWS, _RUNS_AFTER, _FOLLOWED, _REACHED = 1, 2, 8, 0x20, 0x40
_GROWN = 0x80
# As a hop: an import grows the memory.
_GROWS = 0xFFFFFFFF
_SET_SIZE = 64
# A record for each exit.
_STACK_PER_VERTEX = 2 * 4 * RECORD
# For dominators, an entry in each table, and two words on the stack.
_BYTES_OF_TABLES = 4 * (len(TABLES) + 2)
# How many starts of paths the kernel gets at a time.
_STARTS = 1 << 16
NO_CALLBACKS: Mapping[int, Sequence[int]] = {}


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
            "stack": max(16 * nodes + 8 * count, _STACK_PER_VERTEX * count, _BYTES_OF_TABLES * (count + 2)),
            "sets": 8 * count,
            "outcomes": count,
            "starts": 4 * _STARTS,
            # Only pages that paths pass are ever touched.
            "known": 8 * count,
            "classes": 4 * count,
        }
        self._areas = areas = {name: workspace.area(size) for name, size in sizes.items()}
        own = ("outcomes", "starts", "known", "classes")
        known = {name: address for name, address in areas.items() if name not in own}
        self._kernel.set_numbers(ranges=scan.ranges, vertices=count, **known)
        # By memory: the sources of its growth, and those among them behind which only a trap can follow.
        self._sources: dict[int, tuple[list[int], list[int]]] = {}
        self._searched: int | None = None
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

    def find_growths(
        self, memory: int, entered: Sequence[int], growers: Sequence[int], trapping: Sequence[int] = ()
    ) -> SearchResult:
        """Search for growths of `memory`; `growers` are the imports behind which it grows.

        It grows behind the imports in `trapping`, too, but only a trap can follow. `entered` are the
        functions of the entry points, whose paths the result has.
        """
        sites = [number for grow in self._grows[memory] for number in (grow.function, grow.node)]
        followed = [number for vertex in growers for number in (vertex, _GROWS)]
        ending = [number for vertex in trapping for number in (vertex, _GROWS)]
        self._sources[memory] = sites + followed, ending
        self._search_backwards(memory)
        self._kernel.call("describe_exits", self._areas["outcomes"])
        first = self._areas["outcomes"]
        outcomes = bytes(self._workspace.bytes[first : first + self._vertices])
        worst = worst_outcomes(outcomes, entered)
        if self._scan.switches_stacks:
            # Control may leave a function by paths that are not followed.
            worst = bytes(map(bool, worst))
        return SearchResult(
            self._scan.first_dispatch,
            self._callbacks,
            outcomes,
            {LEFT_BY[way]: self._paths(LEFT_BY[way], entered, worst, way) for way in set(worst) if way},
        )

    def _search_backwards(self, memory: int) -> None:
        """Find the hops towards the growths of `memory`, whose sources are known."""
        returning, ending = self._sources[memory]
        start, end = self._arguments, self._arguments + 4 * len(returning)
        self._workspace.write_u32s(start, returning + ending)
        self._kernel.call("backward_calls", start, end + 4 * len(ending))
        self._kernel.call("backward_exits", start, end)
        self._searched = memory

    def dominators(self, memory: int, vertices: Sequence[int], left_by: Exit | None) -> DominatorTree:
        """Return which vertices all paths from `vertices` to the growths of `memory` pass.

        With `left_by` the paths are those after which the vertex can be left by that exit. The memory has
        been searched before. Other searches are lost.
        """
        if self._searched != memory:
            self._search_backwards(memory)
        workspace, areas, count = self._workspace, self._areas, self._vertices
        returning, ending = self._sources[memory]
        sources = returning if left_by is not None else returning + ending
        workspace.write_u32s(self._arguments, sources)
        size = 4 * (count + 2)
        workspace.clear(areas["stack"], (len(TABLES) + 2) * size)
        workspace.clear(areas["sets"], count)
        tables = {name: areas["stack"] + (number + 2) * size for number, name in enumerate(TABLES)}
        shared = ("first_calls", "state", "incoming", "callers")
        kernel = workspace.kernel(DOMINATORS)
        kernel.set_numbers(
            kinds=self._scan.nodes.kinds, targets=self._scan.nodes.targets, extras=self._scan.nodes.extras,
            calls_end=self._kernel.number("calls_end"), handlers=int(self._has_handlers),
            ranges=self._scan.ranges, hops=areas["hops" if left_by is None else "exit_hops"],
            of_exits=int(left_by is not None), marks=areas["sets"], work=areas["stack"],
            **tables, **{name: areas[name] for name in shared},
        )  # fmt: skip
        for number in range(0, len(vertices), _STARTS):
            batch = vertices[number : number + _STARTS]
            workspace.write_u32s(areas["starts"], batch)
            kernel.call("mark_paths", areas["starts"], len(batch), left_by or 0)
        numbers = kernel.call("number_vertices", self._arguments, self._arguments + 4 * len(sources)) + 1
        kernel.call("find_dominators")
        return DominatorTree(
            workspace.copy_u32s(tables["vertex_of"], numbers),
            workspace.copy_u32s(tables["dominator"], numbers),
        )

    def _paths(self, left_by: Exit | None, entered: Sequence[int], ways: bytes, way: int) -> Paths:
        """Copy the paths from those functions in `entered` for which `ways` has the number `way`."""
        workspace, out, records = self._workspace, self._areas["stack"], 0
        exits = left_by is not None
        hops = self._areas["exit_hops" if exits else "hops"]
        selected = [number for number, other in enumerate(ways) if other == way]
        functions = map(entered.__getitem__, selected)
        # Hops of exits have two places for each vertex.
        starts = list(functions) if left_by is None else [2 * vertex + left_by for vertex in functions]
        first = array("I", b"\xff" * 4 * len(entered))
        for begin in range(0, len(starts), _STARTS):
            batch = starts[begin : begin + _STARTS]
            workspace.write_u32s(self._areas["starts"], batch)
            records = self._kernel.call(
                "copy_paths", hops, exits, self._areas["starts"], len(batch), self._areas["known"], out,
                records,
            )  # fmt: skip
            found = workspace.copy_u32s(self._areas["starts"], len(batch))
            if len(starts) == len(entered):
                first[begin : begin + _STARTS] = found
            else:
                for number, record in zip(selected[begin : begin + _STARTS], found, strict=True):
                    first[number] = record
        self._kernel.call("forget_paths", self._areas["known"], out, records)
        copied = workspace.copy_u32s(out, RECORD * records)
        opcodes = bytes(map(self._scan.data.__getitem__, copied[2::RECORD]))
        return Paths(first, copied, opcodes, int(exits))

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

    def byte_at(self, offset: int) -> int:
        """Return the byte at an offset in the file."""
        return self._scan.data[offset]

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
        if not hosts:
            return ReachedSets(array("I", bytes(4 * len(vertices))), [0])
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
