"""Find where references to functions can be: in tables, at the host, and behind every indirect call.

All of it errs on the side of too many functions.
WebAssembly 3.0, sections 2.5.5 (tables) and 2.5.6 (element segments).
"""

from itertools import chain
from typing import NamedTuple

from nogrow.analysis.table_contents import Contents, contents_of, reached_by_copies
from nogrow.wasm.model import Kind, Module, SegmentMode
from nogrow.wasm.scan import Scan
from nogrow.wasm.types import ValueType


class References(NamedTuple):
    """The references to functions that can exist while the module runs.

    `taken` are all functions to which references are made. `contents` has the functions that each table can
    hold; `host_tables` are the tables that can hold functions of the host; `host_references` says whether the
    host can hand in references to functions. `escaped` are the functions that the host can get although they
    are not exported, `held` all functions that it can get. `fixed_slots` has the functions by index of each
    table that never changes and is never shared.
    """

    taken: frozenset[int]
    contents: tuple[frozenset[int], ...]
    host_tables: frozenset[int]
    host_references: bool
    escaped: frozenset[int]
    held: frozenset[int]
    fixed_slots: dict[int, dict[int, int | None]]


def find_references(module: Module, scan: Scan) -> References:
    """Follow references to functions from where they are taken to where they can be called."""
    return _Finder(module, scan).references()


class _Finder:
    def __init__(self, module: Module, scan: Scan) -> None:
        self.module = module
        self.scan = scan
        constants = module.initials
        self.taken = scan.taken.union(
            *(constant.functions for constant in constants),
            *(segment.functions for segment in module.segments),
        )
        self.extern = scan.converts_extern or any(constant.converts_extern for constant in constants)
        self.visible = frozenset(
            {item.index for item in module.imported(Kind.TABLE)} | module.exports.indices_of(Kind.TABLE)
        )
        self.exported = frozenset(module.exports.indices_of(Kind.FUNCTION))
        self.imported = frozenset(item.index for item in module.imported(Kind.FUNCTION))

    def references(self) -> References:
        # What escapes depends on what arrives, and the other way round: repeat until nothing changes.
        host_references = False
        escaped: frozenset[int] = frozenset()
        while True:
            contents, host_tables = self._tables(host_references)
            found = escaped.union(*{contents[index] for index in self.visible})
            out, into = self._crossing(found, host_tables, host_references)
            # A structure, once shared, passes functions both ways: either side may write its fields.
            shared = any(self._is_container(item) for item in (*out, *into))
            if shared or any(map(self._holds, out)):
                found |= self.taken
            arrive = shared or any(map(self._holds, into)) or bool(self.scan.tables_read & host_tables)
            if (found, arrive) == (escaped, host_references):
                break
            escaped, host_references = found, arrive
        return References(
            self.taken,
            contents,
            host_tables,
            host_references,
            escaped - self.imported,
            escaped | self.exported,
            self._fixed_slots(),
        )

    def _holds(self, value: ValueType) -> bool:
        return self.module.types.holds_functions(value, extern=self.extern)

    def _is_container(self, value: ValueType) -> bool:
        return self._holds(value) and not self.module.types.is_function_reference(value)

    def _signature(self, type_index: int) -> tuple[tuple[ValueType, ...], tuple[ValueType, ...]]:
        item = self.module.types.function(type_index)
        return item.parts, item.results

    def _tables(self, host_references: bool) -> tuple[Contents, frozenset[int]]:
        """Return the functions in each table, and the tables that can hold functions of the host."""
        module, moves = self.module, self.scan.moves
        anything = set(self.scan.tables_written)
        for index, table in enumerate(module.tables):
            if table.initial and table.initial.function is None:
                anything.add(index)
        unknown = {index for index, segment in enumerate(module.segments) if None in segment.items}
        segments = [module.segments[index] for index in unknown]
        anything.update(segment.table for segment in segments if segment.mode is SegmentMode.ACTIVE)
        anything.update(move.table for move in moves if move.from_segment and move.source in unknown)
        hosts = reached_by_copies(moves, self.visible | anything if host_references else self.visible)
        holding = {index for index, table in enumerate(module.tables) if self._holds(table.element)}
        return contents_of(module, moves, anything, self.taken), frozenset(hosts & holding)

    def _crossing(
        self, escaped: frozenset[int], host_tables: frozenset[int], host_references: bool
    ) -> tuple[set[ValueType], set[ValueType]]:
        """Return the types of values that go from the module to the host, and of those that come in."""
        module = self.module
        out: set[ValueType] = set()
        into: set[ValueType] = set()
        entered = {module.functions[index] for index in chain(self.exported, escaped)}
        for parameters, results in map(self._signature, entered):
            into.update(parameters)
            out.update(results)
        for parameters, results in map(self._signature, self._host_calls(host_tables, host_references)):
            out.update(parameters)
            into.update(results)
        for parameters, _ in map(self._signature, module.tags):
            out.update(parameters)
            into.update(parameters)
        for item in module.imported(Kind.GLOBAL):
            into.add(module.globals[item.index].type)
            if module.globals[item.index].mutable:
                out.add(module.globals[item.index].type)
        shared = [module.globals[index] for index in module.exports.indices_of(Kind.GLOBAL)]
        out.update(item.type for item in {id(item): item for item in shared}.values())
        into.update(item.type for item in {id(item): item for item in shared if item.mutable}.values())
        # Tables of plain function references are followed function by function.
        elements = {module.tables[index].element for index in self.visible}
        out.update(element for element in elements if self._is_container(element))
        return out, into

    def _host_calls(self, host_tables: frozenset[int], host_references: bool) -> set[int]:
        """Return the type indices of all calls that can go to functions of the host."""
        calls = {self.module.functions[item.index] for item in self.module.imported(Kind.FUNCTION)}
        for dispatch in self.scan.dispatches:
            if dispatch.type is None:
                continue
            merged = bool(host_tables) and not self.scan.tables_apart
            to_host = host_references or merged if dispatch.table is None else dispatch.table in host_tables
            if to_host:
                calls.add(dispatch.type)
        return calls

    def _fixed_slots(self) -> dict[int, dict[int, int | None]]:
        """Return the tables whose contents are known slot by slot; other slots are null and trap."""
        module = self.module
        moved = {move.table for move in self.scan.moves}
        changing = self.visible | self.scan.tables_written | moved
        known = {
            index for index, table in enumerate(module.tables) if index not in changing and not table.initial
        }
        slots: dict[int, dict[int, int | None]] = {index: {} for index in known}
        for segment in module.segments:
            if segment.mode is not SegmentMode.ACTIVE or segment.table not in slots:
                continue
            # Indices are followed up to 32 bits; a 64-bit table may have more.
            if segment.offset is None or segment.offset >= 1 << 32:
                del slots[segment.table]
                continue
            # A 32-bit constant may have been decoded as a negative number.
            first = segment.offset & 0xFFFFFFFF
            slots[segment.table].update(enumerate(segment.items, first))
        return slots
