"""Runs the scan kernel on the code section: lays out its memory, calls it, and words its errors."""

from typing import NamedTuple

import wasmtime

from nogrow.errors import ModuleError
from nogrow.wasm.model import Kind, Module
from nogrow.wasm.opcodes import DESCRIPTORS, Immediate, instruction_tables
from nogrow.wasm.reader import Reader
from nogrow.wasm.runtime import NO_ROOM, SCAN, Engine, Workspace

NODE_CALL, NODE_INIT = 2, 6
EXCEPTIONAL_EXIT = 0xFFFFFFFE

# Working memory for each byte of code: the byte itself, at worst a node and half a control frame of 16 bytes,
# and what the search adds.
_ROOM_PER_BYTE = 56
# The nodes of a dispatch for each function that it may call.
_NODES_PER_TARGET = 3
# Room for functions that several dispatches may call (copied tables, subtypes). Unused room takes no memory.
_SPARE_TARGETS = 1 << 18
# With more pairs of table and type, all tables share one row: calls then have more targets, never fewer.
_MOST_PAIRS = 1 << 22
WINDOW = 1 << 20
"""How many bytes of code are in the workspace at a time, unless a body is larger."""
# A row of `end` after the window stops a body that runs past it.
_SENTINEL = b"\x0b" * 32


class Nodes(NamedTuple):
    """The addresses of the arrays that hold the nodes, one for each field, and of the list of calls.

    `room` is the capacity in nodes, `call_room` in calls. `places` holds the field `at`.
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
        """Reserve room for `room` nodes and `calls` calls; raises `ModuleError` if there is none."""
        # The search kernel uses the two bytes before the first kind itself.
        kinds = workspace.area(room + 16) + 16
        rest = (workspace.area(size) for size in (4 * room, 4 * room, 4 * room, 4 * calls))
        return cls(workspace, room, calls, kinds, *rest)

    def node(self, index: int) -> tuple[int, int, int, int]:
        """Return the kind, target, extra and `at` of a node; the extra of a call is a node or an exit."""
        kind = self.workspace.bytes[self.kinds + index] & 0xF
        fields = (self.targets, self.extras, self.places)
        target, extra, at = (self.workspace.u32(field + 4 * index) for field in fields)
        return kind, target, extra or EXCEPTIONAL_EXIT if kind == NODE_CALL else extra, at

    def retarget(self, index: int, target: int) -> None:
        """Set the target of a node."""
        self.workspace.write_u32s(self.targets + 4 * index, [target])


class Bodies:
    """The function bodies of a module, and the nodes that the kernel makes of them."""

    def __init__(self, module: Module, engine: Engine) -> None:
        """Reserve the memory for `module`; raises `ModuleError` if there is no room."""
        self._module = module
        start, end = module.code
        functions, types, tables = len(module.functions), len(module.types.defined), len(module.tables)
        # The vertices for functions of the host: one for each table, one for references.
        hosts = tables + 1
        self.tables_apart = (tables + 1) * types <= _MOST_PAIRS
        rows = (tables + 1 if self.tables_apart else 1) * types + 1
        fixed = 16 * functions + 8 * rows + 8 * types + 8 * tables + 16 * DESCRIPTORS + (1 << 20)
        # The search needs 102 bytes for each vertex; a node takes 40 bytes, those of the search included.
        entries = _SPARE_TARGETS + sum(len(item.items) for item in module.segments)
        # Each import may need a vertex of its own for calling back.
        imported = len(module.imported(Kind.FUNCTION))
        fixed += 120 * (functions + tables + rows + imported) + 40 * _NODES_PER_TARGET * entries
        self.workspace = workspace = Workspace(engine, fixed + _ROOM_PER_BYTE * (end - start))
        self.kernel = kernel = workspace.kernel(SCAN)

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
        workspace.write_u32s(
            row_starts, [index * types if self.tables_apart else 0 for index in range(tables)]
        )
        reference_row = tables * types if self.tables_apart else 0
        dispatch_map = workspace.area(4 * rows)
        self.dispatch_keys = workspace.area(4 * rows)
        self.taken = workspace.area(functions)
        self.table_flags = workspace.area(tables)
        self.ranges = workspace.area(4 * (functions + hosts + rows + imported + 1))
        self.code = workspace.area(end - start + len(_SENTINEL))
        # No instruction makes more nodes than it has bytes, and a call has at least two bytes. The search
        # adds the nodes of dispatches.
        size = end - start + 1
        dispatched = _NODES_PER_TARGET * entries + rows
        self.nodes = nodes = Nodes.reserve(workspace, size + dispatched, size // 2 + entries + 1)
        frames = 8 * size + 16 & ~15
        top = workspace.area(frames)
        self.first_dispatch = functions + hosts
        kernel.set_numbers(
            fast=fast, descriptors=descriptors, bounds=bounds, canonical=canonical, rows=row_starts,
            reference_row=reference_row, dispatch_map=dispatch_map, dispatch_keys=self.dispatch_keys,
            first_dispatch=self.first_dispatch, taken=self.taken, table_flags=self.table_flags,
            starts=self.ranges + 4 * imported, kinds=nodes.kinds, targets=nodes.targets, extras=nodes.extras,
            places=nodes.places, room=nodes.room, call_list_end=nodes.calls,
            call_list_limit=nodes.calls + 4 * nodes.call_room, top=top, bottom=top + frames,
        )  # fmt: skip
        workspace.write_u32s(self.ranges, [1] * imported)

    def read(self) -> None:
        """Build the nodes; raises `ModuleError` with an offset for code that can't be read."""
        module = self._module
        start, end = module.code
        left = len(module.functions) - len(module.imported(Kind.FUNCTION))
        count, window = left, WINDOW
        while True:
            stop = min(start + window, end)
            left = self._read(start, stop, count - left, left)
            if not left:
                return
            position = self.kernel.number("position") - self.code + start
            if position == start:
                # The next body is larger than the window, which must have the 5 bytes that a size may have.
                reader = Reader(module.data, start, end)
                size = reader.u32()
                window = reader.position - start + max(size, 5)
            else:
                start, window = position, WINDOW

    def _read(self, start: int, stop: int, function: int, count: int) -> int:
        """Read the bodies that are wholly between two offsets in the file; return how many are left."""
        kernel, code = self.kernel, self.code
        self.workspace.load(code, self._module.data, start, stop)
        end = code + stop - start
        self.workspace.bytes[end : end + len(_SENTINEL)] = _SENTINEL
        kernel.set_numbers(base=start - code & 0xFFFFFFFF)
        try:
            return kernel.call("build_flow_graph", code, end, self._module.code[1] - stop, function, count)
        except (wasmtime.Trap, wasmtime.WasmtimeError) as error:
            number = kernel.number("error")
            if number not in _MESSAGES:
                raise ModuleError(f"the scan of the code section failed: {_first_line(error)}") from error
            message = _MESSAGES[number].format(value=kernel.number("error_value"))
            offset = None if message == NO_ROOM else kernel.number("error_at")
            raise ModuleError(message, offset) from error


_MESSAGES = {
    1: "unknown instruction, opcode 0x{value:02x}",
    2: "the function body ends inside an instruction or a block",
    3: "an integer of more than {value} bits, or its representation is too long",
    4: "unknown type 0x{value:02x}",
    5: "unknown flags 0x{value:x}",
    6: "index {value} out of range",
    7: NO_ROOM,
    8: "label {value} out of range",
    9: "else, catch or delegate outside of its block",
    10: "unknown kind of handler 0x{value:02x}",
    11: "the function goes on after its end",
    12: "{value} more function bodies announced than fit into the code section",
    13: "bytes left over in the code section",
    14: "more than 2^32 - 1 locals in the function",
}


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__
