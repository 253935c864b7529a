"""Scans the code of a module in the background and collects what the scan found.

The nodes of the flow graph stay in the kernel's memory; `scan.wat` describes them.
"""

import enum
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from nogrow.errors import ModuleError
from nogrow.util.background import Background
from nogrow.wasm.code_section import NODE_INIT, Bodies, Nodes
from nogrow.wasm.decode import decode
from nogrow.wasm.model import Module
from nogrow.wasm.runtime import Engine, Workspace
from nogrow.wasm.vectors import VectorReader


class Grow(NamedTuple):
    """A `memory.grow`: its node, function and memory indices, offset in the file, and constant operand."""

    node: int
    function: int
    memory: int
    offset: int
    operand: int | None


class TableMove(NamedTuple):
    """A `table.init` (from a segment) or `table.copy` (from a table) into table `table`."""

    from_segment: bool
    source: int
    table: int


@dataclass(frozen=True, slots=True)
class ConstantIndex:
    """A `call_indirect` through table `table` with a constant index.

    `node` is its CALL, `vertex` the dispatch that it calls.
    """

    node: int
    vertex: int
    table: int
    index: int


class Dispatch(NamedTuple):
    """The target of all indirect calls of canonical type `type` through `table`.

    `table` is None for calls by reference, and if the module has too many tables to distinguish them. `type`
    is None for calls of any function.
    """

    table: int | None
    type: int | None


class Exceptions(enum.IntFlag):
    """The kinds of instructions that handle or throw exceptions (the numbers are the kernel's)."""

    LEGACY_TRY = 1
    TRY_TABLE = 2
    THROW = 4


class Scan(NamedTuple):
    """The result of a scan. Vertices are functions, then stand-ins for host functions, then `dispatches`."""

    workspace: Workspace
    nodes: Nodes
    node_count: int
    call_count: int
    has_handlers: bool
    """Whether a handler encloses any call."""
    ranges: int
    first_dispatch: int
    data: bytes
    """The bytes of the module, in which the nodes' instructions have their offsets."""
    grows: tuple[Grow, ...]
    dispatches: tuple[Dispatch, ...]
    moves: tuple[TableMove, ...]
    constant_indices: tuple[ConstantIndex, ...]
    taken: frozenset[int]
    """The functions that `ref.func` instructions refer to."""
    tables_written: frozenset[int]
    tables_read: frozenset[int]
    tables_apart: bool
    """Whether dispatches distinguish tables."""
    direct_calls: int
    indirect_calls: int
    converts_extern: bool
    switches_stacks: bool
    exceptions: Exceptions
    """Which of these instructions occur."""

    def call_offsets(self) -> list[int]:
        """Return the offset of each call, direct or not, in bytes of the file and in file order."""
        memory, nodes = self.workspace.bytes, self.nodes
        places = memory[nodes.places : nodes.places + 4 * self.node_count].cast("I")
        calls = memory[nodes.calls : nodes.calls + 4 * self.call_count].cast("I")
        return [places[node] for node in calls]


def scan(module: Module, engine: Engine) -> Scan:
    """Scan all function bodies of `module`; raises `ModuleError` with an offset for unreadable code."""
    return Scanning(module, engine).result()


def begin(data: bytes, engine: Engine) -> "Scanning":
    """Begin to scan the core module in `data` while the rest of the module is being decoded.

    Raises `ModuleError` with the offset in the file. No scan is running any more when it does.
    """
    scans: list[Scanning] = []
    try:
        vectors = VectorReader(engine)
        module = decode(data, lambda outline: scans.append(Scanning(outline, engine)), vectors)
    except (ModuleError, MemoryError):
        # The callers go on to other modules. Abandoned scans, each with a memory of its own, would pile up.
        while scans:
            scans.pop().wait()
        raise
    scans[0].module = module
    return scans[0]


class Scanning:
    """A running scan. The kernel runs outside of the interpreter's lock, so other work can go on."""

    def __init__(self, module: Module, engine: Engine) -> None:
        """Start the scan of `module`; raises `ModuleError` if there is no room."""
        self.module = module
        self._bodies = Bodies(module, engine)
        self._running = Background(self._bodies.read)

    def wait(self) -> None:
        """Wait until the kernel no longer runs."""
        self._running.wait()

    def result(self) -> Scan:
        """Wait for the flow graph; raises `ModuleError` with an offset for code that can't be read."""
        self._running.result()
        module, bodies = self.module, self._bodies
        workspace, kernel, nodes = bodies.workspace, bodies.kernel, bodies.nodes
        functions, types, tables = len(module.functions), len(module.types.defined), len(module.tables)
        keys = workspace.read_u32s(bodies.dispatch_keys, kernel.number("dispatch_count"))
        flags = bytes(workspace.bytes[bodies.table_flags : bodies.table_flags + tables])
        starts = workspace.bytes[bodies.ranges : bodies.ranges + 4 * functions].cast("I")
        return Scan(
            workspace=workspace,
            nodes=nodes,
            node_count=kernel.number("node_count"),
            call_count=(kernel.number("call_list_end") - nodes.calls) // 4,
            has_handlers=bool(kernel.number("has_handlers")),
            ranges=bodies.ranges,
            first_dispatch=bodies.first_dispatch,
            data=module.data,
            grows=_grows(nodes, kernel.number("last_grow"), starts),
            dispatches=tuple(_dispatch(key, types, tables if bodies.tables_apart else 0) for key in keys),
            moves=_moves(nodes, kernel.number("last_table_move")),
            constant_indices=_constant_indices(nodes, kernel.number("last_constant_index")),
            taken=_marked(bytes(workspace.bytes[bodies.taken : bodies.taken + functions])),
            tables_written=frozenset(index for index, flag in enumerate(flags) if flag & 1),
            tables_read=frozenset(index for index, flag in enumerate(flags) if flag & 2),
            tables_apart=bodies.tables_apart,
            direct_calls=kernel.number("direct_calls"),
            indirect_calls=kernel.number("indirect_calls"),
            converts_extern=bool(kernel.number("converts_extern")),
            switches_stacks=bool(kernel.number("switches_stacks")),
            exceptions=Exceptions(kernel.number("exceptions")),
        )


def _marked(flags: bytes) -> frozenset[int]:
    indices = []
    index = flags.find(1)
    while index >= 0:
        indices.append(index)
        index = flags.find(1, index + 1)
    return frozenset(indices)


def _dispatch(key: int, types: int, tables: int) -> Dispatch:
    row, canonical = divmod(key, types)
    if row > tables:
        return Dispatch(None, None)
    return Dispatch(row if row < tables else None, canonical)


def _linked(nodes: Nodes, index: int, link: int) -> Iterator[tuple[int, tuple[int, int, int, int]]]:
    """Yield the nodes of a list with their indices, the last one first; field `link` leads to the next."""
    while index:
        node = nodes.node(index)
        yield index, node
        index = node[link]


def _grows(nodes: Nodes, last: int, starts: memoryview) -> tuple[Grow, ...]:
    """Return the growth sites in file order; `starts` has the first node of each function."""
    sites: list[Grow] = []
    for index, (_, memory, _, at) in _linked(nodes, last, 2):
        _, low, high, known = nodes.node(index + 1)
        operand = low | high << 32 if known else None
        sites.append(Grow(index, bisect_right(starts, index) - 1, memory, at, operand))
    return tuple(reversed(sites))


def _moves(nodes: Nodes, last: int) -> tuple[TableMove, ...]:
    moves = {
        TableMove(True, first, second) if kind == NODE_INIT else TableMove(False, second, first)
        for _, (kind, first, second, _) in _linked(nodes, last, 3)
    }
    return tuple(moves)


def _constant_indices(nodes: Nodes, last: int) -> tuple[ConstantIndex, ...]:
    indices = [
        ConstantIndex(index - 1, nodes.node(index - 1)[1], table, value)
        for index, (_, table, value, _) in _linked(nodes, last, 3)
    ]
    return tuple(reversed(indices))
