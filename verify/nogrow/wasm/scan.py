"""The code section to a flow graph: fills the scan kernel's tables, runs it, and says what went wrong.

In: a decoded module. Out: a `Scan`, whose nodes stay in the kernel's memory (`scan.wat` describes them).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import wasmtime

from nogrow.background import Background
from nogrow.errors import ModuleError
from nogrow.wasm.descriptors import COUNT, instruction_tables
from nogrow.wasm.kernel import NO_ROOM, Engine, Workspace
from nogrow.wasm.model import Kind, Module
from nogrow.wasm.opcodes import Immediate

KERNEL = Path(__file__).with_name("scan.wat")
NODE_CALL, NODE_INIT, NODE_COPY = 2, 6, 7
EXCEPTIONAL_EXIT = 0xFFFFFFFE
# Working memory for each byte of code: itself, at worst a node, half a control frame of 16 bytes, and what
# the search keeps.
_ROOM_PER_BYTE = 56
# The nodes of a dispatch for each function that it may call.
_NODES_PER_TARGET = 3
# Beyond so many pairs of table and type, all tables share one row: more targets, never fewer.
_MOST_PAIRS = 1 << 22
# An `end` at every address behind the code stops a body that runs past it.
_SENTINEL = b"\x0b" * 32


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


class Nodes(NamedTuple):
    """Where the parts of the nodes stand in a workspace, and the list of those that are calls.

    There is room for `room` nodes and `call_room` calls, each in an array of its own.
    """

    workspace: Workspace
    room: int
    call_room: int
    kinds: int
    targets: int
    extras: int
    places: int
    calls: int

    @classmethod
    def reserve(cls, workspace: Workspace, room: int, calls: int) -> "Nodes":
        """Room for so many nodes and calls; raises `ModuleError` without room."""
        area = workspace.area
        # The search keeps something of its own in the two bytes before the first kind.
        kinds = area(room + 16) + 16
        return cls(
            workspace, room, calls, kinds, area(4 * room), area(4 * room), area(4 * room), area(4 * calls)
        )

    def node(self, index: int) -> tuple[int, int, int, int]:
        """The node's kind, target, extra and place, as `scan.wat` calls them.

        A call's extra is a node or an exit.
        """
        kind = self.workspace.bytes[self.kinds + index] & 0xF
        parts = (self.targets, self.extras, self.places)
        target, extra, place = (self.workspace.u32(part + 4 * index) for part in parts)
        return kind, target, extra or EXCEPTIONAL_EXIT if kind == NODE_CALL else extra, place

    def retarget(self, index: int, target: int) -> None:
        """Gives a node another target."""
        self.workspace.write_u32s(self.targets + 4 * index, [target])


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


def host_vertices(module: Module) -> int:
    """How many vertices stand for functions of the host: one for each table, one for references."""
    return len(module.tables) + 1


def scan(module: Module, engine: Engine) -> Scan:
    """The flow graph of all function bodies; raises `ModuleError` with an offset for what can't be read."""
    return Scanning(module, engine).result()


class Scanning:
    """A scan on its way: nearly all of it happens outside of Python, and leaves time for other work."""

    def __init__(self, module: Module, engine: Engine) -> None:
        """Raises `ModuleError` when there is no room."""
        start, end = module.code
        functions, types, tables = len(module.functions), len(module.types.defined), len(module.tables)
        imported = len(module.imported(Kind.FUNCTION))
        self._apart = (tables + 1) * types <= _MOST_PAIRS
        rows = (tables + 1 if self._apart else 1) * types + 1
        fixed = 16 * functions + 8 * rows + 8 * types + 8 * tables + 16 * COUNT + (1 << 20)
        # Vertices cost the search 64 bytes each, nodes with all that the search keeps of them some 40.
        entries = sum(len(item.items) for item in module.segments)
        fixed += 80 * (functions + tables + rows) + 40 * _NODES_PER_TARGET * entries
        self._workspace = workspace = Workspace(engine, fixed + _ROOM_PER_BYTE * (end - start))
        self._kernel = kernel = workspace.kernel(KERNEL)
        self.module = module

        descriptors, fast = map(workspace.store, instruction_tables())
        bounds = workspace.area(4 * len(Immediate) + 4)
        limits = {
            Immediate.FUNCTION: functions,
            Immediate.TYPE: types,
            Immediate.TABLE: tables,
            Immediate.MEMORY: len(module.memories),
            Immediate.TAG: len(module.tags),
            Immediate.ELEMENT: len(module.segments),
        }
        for kind, limit in limits.items():
            workspace.write_u32s(bounds + 4 * kind, [limit])
        canonical = workspace.area(4 * types)
        workspace.write_u32s(canonical, list(module.types.canonical))
        row_starts = workspace.area(4 * tables)
        workspace.write_u32s(row_starts, [index * types if self._apart else 0 for index in range(tables)])
        reference_row = tables * types if self._apart else 0
        dispatch_map = workspace.area(4 * rows)
        self._dispatch_keys = workspace.area(4 * rows)
        self._taken = workspace.area(functions)
        self._table_flags = workspace.area(tables)
        self._ranges = workspace.area(4 * (functions + host_vertices(module) + rows + 1))
        self._code = workspace.area(end - start + len(_SENTINEL))
        # No instruction makes more nodes than it has bytes, and a call has two at least.
        size = end - start + 1
        dispatched = _NODES_PER_TARGET * entries + rows
        self._nodes = nodes = Nodes.reserve(workspace, size + dispatched, size // 2 + entries + 1)
        frames = 8 * size + 16 & ~15
        top = workspace.area(frames)
        self._first_dispatch = functions + host_vertices(module)
        kernel.call(
            "configure", fast, descriptors, bounds, canonical, row_starts, reference_row, dispatch_map,
            self._dispatch_keys, self._first_dispatch, self._taken, self._table_flags,
            self._ranges + 4 * imported, nodes.kinds, nodes.targets, nodes.extras, nodes.places, nodes.room,
            nodes.calls, nodes.calls + 4 * nodes.call_room, top, top + frames,
        )  # fmt: skip
        workspace.write_u32s(self._ranges, [1] * imported)
        self._running = Background(self._run)

    def _run(self) -> None:
        module, code = self.module, self._code
        start, end = module.code
        stop = self._workspace.load(code, module.data, start, end)
        self._workspace.bytes[stop : stop + len(_SENTINEL)] = _SENTINEL
        defined = len(module.functions) - len(module.imported(Kind.FUNCTION))
        kernel = self._kernel
        try:
            kernel.call("scan", code, stop, defined)
        except (wasmtime.Trap, wasmtime.WasmtimeError) as error:
            number = kernel.number("error")
            if number not in _MESSAGES:
                raise ModuleError(f"the scan of the code section failed: {_first_line(error)}") from error
            message = _MESSAGES[number].format(value=kernel.number("error_value"))
            offset = None if number in _NO_PLACE else kernel.number("error_at") + start - code
            raise ModuleError(message, offset) from error

    def result(self) -> Scan:
        """Waits for the flow graph; raises `ModuleError` with an offset for what can't be read."""
        self._running.result()
        module, workspace, kernel, nodes = self.module, self._workspace, self._kernel, self._nodes
        functions, types, tables = len(module.functions), len(module.types.defined), len(module.tables)
        keys = workspace.read_u32s(self._dispatch_keys, kernel.number("dispatch_count"))
        flags = bytes(workspace.bytes[self._table_flags : self._table_flags + tables])
        starts = workspace.read_u32s(self._ranges, functions + 1)
        shift = module.code[0] - self._code
        lists = _Lists(nodes, shift)
        return Scan(
            workspace=workspace,
            nodes=nodes,
            node_count=kernel.number("node_count"),
            call_count=(kernel.number("last_call") - nodes.calls) // 4,
            has_handlers=bool(kernel.number("handlers")),
            ranges=self._ranges,
            first_dispatch=self._first_dispatch,
            code_shift=shift,
            grows=lists.grows(kernel.number("grows"), starts),
            dispatches=tuple(_dispatch(key, types, tables if self._apart else 0) for key in keys),
            moves=lists.moves(kernel.number("table_moves")),
            constant_indices=lists.indices(kernel.number("indexes")),
            taken=_marked(bytes(workspace.bytes[self._taken : self._taken + functions])),
            tables_written=frozenset(index for index, flag in enumerate(flags) if flag & 1),
            tables_read=frozenset(index for index, flag in enumerate(flags) if flag & 2),
            tables_apart=self._apart,
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

    def grows(self, index: int, starts: list[int]) -> tuple[Grow, ...]:
        found: list[Grow] = []
        function = len(starts) - 1
        while index:
            _, memory, link, at = self._node(index)
            _, low, high, known = self._node(index + 1)
            while starts[function] > index:
                function -= 1
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


_MESSAGES = {
    1: "unknown instruction, opcode 0x{value:02x}",
    2: "the function body ends inside an instruction or a block",
    3: "an integer of over {value} bits, or too long a representation",
    4: "unknown type 0x{value:02x}",
    5: "unknown flags 0x{value:x}",
    6: "index {value} out of range",
    7: NO_ROOM,
    8: "label {value} out of range",
    9: "else, catch or delegate outside the block it belongs to",
    10: "unknown kind of handler 0x{value:02x}",
    11: "the function goes on after its end",
    12: "{value} more function bodies announced than fit into the code section",
    13: "bytes left over in the code section",
}
_NO_PLACE = frozenset((7,))


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__
