"""The code section to a flow graph: has the bodies read, and gathers what was found.

In: a decoded module. Out: a `Scan`, whose nodes stay in the kernel's memory (`scan.wat` describes them).
"""

from bisect import bisect_right
from dataclasses import dataclass
from typing import NamedTuple

from nogrow.util.background import Background
from nogrow.wasm.code_section import Bodies
from nogrow.wasm.decode import decode
from nogrow.wasm.flow_graph import NODE_INIT, Nodes
from nogrow.wasm.model import Module
from nogrow.wasm.runtime import Engine, Workspace


class Grow(NamedTuple):
    """A `memory.grow`: its node, its function's index, its offset in the file and its operand if constant."""

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
    """A `call_indirect` on table `table` whose index is a constant.

    `node` is its call, `vertex` the dispatch that it goes to.
    """

    node: int
    vertex: int
    table: int
    index: int


class Dispatch(NamedTuple):
    """The indirect calls of canonical type `type` through `table`.

    `table` is None for a call by reference, or where tables are too many to be told apart;
    `type` is None for a call of any function.
    """

    table: int | None
    type: int | None


class Scan(NamedTuple):
    """What the scan found; vertices are functions, then host stand-ins, then `dispatches`."""

    workspace: Workspace
    nodes: Nodes
    node_count: int
    call_count: int
    has_handlers: bool
    """Whether an exception out of any call can go to a handler around it."""
    ranges: int
    first_dispatch: int
    code_shift: int
    """What to add to an address in the workspace to get the offset in the file."""
    grows: tuple[Grow, ...]
    dispatches: tuple[Dispatch, ...]
    moves: tuple[TableMove, ...]
    constant_indices: tuple[ConstantIndex, ...]
    taken: frozenset[int]
    """Functions that a `ref.func` instruction refers to."""
    tables_written: frozenset[int]
    tables_read: frozenset[int]
    tables_apart: bool
    """Whether dispatches tell tables apart."""
    direct_calls: int
    indirect_calls: int
    converts_extern: bool
    switches_stacks: bool


def scan(module: Module, engine: Engine) -> Scan:
    """The flow graph of all function bodies; raises `ModuleError` with an offset for what can't be read."""
    return Scanning(module, engine).result()


def begin(data: bytes, engine: Engine) -> "Scanning":
    """The scan of the core module in `data`, begun while the rest of the module is still being decoded.

    Raises `ModuleError` with the offset in the file.
    """
    begun: list[Scanning] = []
    module = decode(data, lambda outline: begun.append(Scanning(outline, engine)))
    begun[0].module = module
    return begun[0]


class Scanning:
    """A scan on its way: nearly all of it happens outside of Python, and leaves time for other work."""

    def __init__(self, module: Module, engine: Engine) -> None:
        """Raises `ModuleError` when there is no room."""
        self.module = module
        self._bodies = Bodies(module, engine)
        self._running = Background(self._bodies.read)

    def result(self) -> Scan:
        """Waits for the flow graph; raises `ModuleError` with an offset for what can't be read."""
        self._running.result()
        module, bodies = self.module, self._bodies
        workspace, kernel, nodes = bodies.workspace, bodies.kernel, bodies.nodes
        functions, types, tables = len(module.functions), len(module.types.defined), len(module.tables)
        keys = workspace.read_u32s(bodies.dispatch_keys, kernel.number("dispatch_count"))
        flags = bytes(workspace.bytes[bodies.table_flags : bodies.table_flags + tables])
        starts = workspace.bytes[bodies.ranges : bodies.ranges + 4 * functions].cast("I")
        shift = module.code[0] - bodies.code
        lists = _Lists(nodes, shift)
        return Scan(
            workspace=workspace,
            nodes=nodes,
            node_count=kernel.number("node_count"),
            call_count=(kernel.number("call_list_end") - nodes.calls) // 4,
            has_handlers=bool(kernel.number("has_handlers")),
            ranges=bodies.ranges,
            first_dispatch=bodies.first_dispatch,
            code_shift=shift,
            grows=lists.grows(kernel.number("last_grow"), starts),
            dispatches=tuple(_dispatch(key, types, tables if bodies.tables_apart else 0) for key in keys),
            moves=lists.moves(kernel.number("last_table_move")),
            constant_indices=lists.indices(kernel.number("last_constant_index")),
            taken=_marked(bytes(workspace.bytes[bodies.taken : bodies.taken + functions])),
            tables_written=frozenset(index for index, flag in enumerate(flags) if flag & 1),
            tables_read=frozenset(index for index, flag in enumerate(flags) if flag & 2),
            tables_apart=bodies.tables_apart,
            direct_calls=kernel.number("direct_calls"),
            indirect_calls=kernel.number("indirect_calls"),
            converts_extern=bool(kernel.number("converts_extern")),
            switches_stacks=bool(kernel.number("switches_stacks")),
        )


def _marked(flags: bytes) -> frozenset[int]:
    found = []
    position = flags.find(1)
    while position >= 0:
        found.append(position)
        position = flags.find(1, position + 1)
    return frozenset(found)


def _dispatch(key: int, types: int, tables: int) -> Dispatch:
    row, canonical = divmod(key, types)
    if row > tables:
        return Dispatch(None, None)
    return Dispatch(row if row < tables else None, canonical)


class _Lists:
    """The kernel's linked lists of nodes, as tuples in file order."""

    def __init__(self, nodes: Nodes, shift: int) -> None:
        self._node = nodes.node
        self._shift = shift

    def grows(self, index: int, starts: memoryview) -> tuple[Grow, ...]:
        """`starts` are the first nodes of all functions: that of the next function ends one."""
        found: list[Grow] = []
        while index:
            _, memory, link, at = self._node(index)
            _, low, high, known = self._node(index + 1)
            function = bisect_right(starts, index) - 1
            operand = low | high << 32 if known else None
            found.append(Grow(index, function, memory, at + self._shift, operand))
            index = link
        return tuple(reversed(found))

    def moves(self, index: int) -> tuple[TableMove, ...]:
        found: set[TableMove] = set()
        while index:
            kind, first, second, link = self._node(index)
            if kind == NODE_INIT:
                found.add(TableMove(True, first, second))
            else:
                found.add(TableMove(False, second, first))
            index = link
        return tuple(found)

    def indices(self, index: int) -> tuple[ConstantIndex, ...]:
        found: list[ConstantIndex] = []
        while index:
            _, table, value, link = self._node(index)
            _, vertex, _, _ = self._node(index - 1)
            found.append(ConstantIndex(index - 1, vertex, table, value))
            index = link
        return tuple(reversed(found))
