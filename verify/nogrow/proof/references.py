"""Where references to functions can be: in tables, in the host's hands, and behind every indirect call.

In: a module and its scan. Out: `References`. All of it errs on the side of too many functions.
WebAssembly 3.0, sections 2.5.5 (tables) and 2.5.6 (element segments).
"""

from collections import defaultdict
from typing import NamedTuple

from nogrow.wasm.model import Kind, Module, SegmentMode
from nogrow.wasm.scan import Dispatch, Scan
from nogrow.wasm.types import ValueType


class References(NamedTuple):
    """What references to functions the module's run can meet.

    `contents` are, by table, the functions it can hold; `host_tables` the tables that can hold functions
    of the host; `host_references` says whether the host can hand in references to functions.
    `escaped` are the functions that the host can come to hold without their being exported.
    `fixed_slots` are, by table that never changes and is never shared, its functions by index.
    """

    taken: frozenset[int]
    contents: tuple[frozenset[int], ...]
    host_tables: frozenset[int]
    host_references: bool
    escaped: frozenset[int]
    fixed_slots: dict[int, dict[int, int | None]]


def find_references(module: Module, scan: Scan) -> References:
    """Follows references to functions from where they are taken to where they can be called."""
    return _Finder(module, scan).references()


class _Finder:
    def __init__(self, module: Module, scan: Scan) -> None:
        self.module = module
        self.scan = scan
        initials = [item.initial for item in module.globals] + [item.initial for item in module.tables]
        constants = [constant for constant in initials if constant is not None]
        self.taken = scan.taken.union(
            *(constant.functions for constant in constants),
            *(segment.functions for segment in module.segments),
        )
        self.extern = scan.converts_extern or any(constant.converts_extern for constant in constants)
        self.visible = frozenset(
            {item.index for item in module.imported(Kind.TABLE)}
            | {item.index for item in module.exported(Kind.TABLE)}
        )
        self.imported = frozenset(item.index for item in module.imported(Kind.FUNCTION))

    def references(self) -> References:
        # What escapes and what arrives can bring about each other: asked again until nothing changes.
        host_references = False
        escaped: frozenset[int] = frozenset()
        while True:
            contents, host_tables = self._tables(host_references)
            found = escaped.union(*(contents[index] for index in self.visible))
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
            self._fixed_slots(),
        )

    def _holds(self, value: ValueType) -> bool:
        return self.module.types.holds_functions(value, extern=self.extern)

    def _is_container(self, value: ValueType) -> bool:
        return self._holds(value) and not self.module.types.is_function_reference(value)

    def _signature(self, type_index: int) -> tuple[tuple[ValueType, ...], tuple[ValueType, ...]]:
        item = self.module.types.function(type_index)
        return item.parts, item.results

    def _tables(self, host_references: bool) -> tuple[tuple[frozenset[int], ...], frozenset[int]]:
        """By table the functions in it, and the tables that can hold functions of the host."""
        module = self.module
        contents: list[set[int]] = [set() for _ in module.tables]
        anything = set(self.scan.tables_written)
        for index, table in enumerate(module.tables):
            if table.initial:
                contents[index].update(table.initial.functions)
                if table.initial.function is None:
                    anything.add(index)
        for segment in module.segments:
            if segment.mode is SegmentMode.ACTIVE:
                contents[segment.table].update(segment.functions)
                if None in segment.items:
                    anything.add(segment.table)
        for move in self.scan.moves:
            if move.from_segment:
                segment = module.segments[move.source]
                contents[move.table].update(segment.functions)
                if None in segment.items:
                    anything.add(move.table)
        hosts = set(self.visible)
        for index in anything:
            contents[index] |= self.taken
            if host_references:
                hosts.add(index)
        changed = True
        while changed:
            changed = False
            for move in self.scan.moves:
                if move.from_segment:
                    continue
                if not contents[move.source] <= contents[move.table]:
                    contents[move.table] |= contents[move.source]
                    changed = True
                if move.source in hosts and move.table not in hosts:
                    hosts.add(move.table)
                    changed = True
        holding = {index for index, table in enumerate(module.tables) if self._holds(table.element)}
        return tuple(map(frozenset, contents)), frozenset(hosts & holding)

    def _crossing(
        self, escaped: frozenset[int], host_tables: frozenset[int], host_references: bool
    ) -> tuple[set[ValueType], set[ValueType]]:
        """The types of what goes from the module to the host, and of what comes in from it."""
        module = self.module
        out: set[ValueType] = set()
        into: set[ValueType] = set()
        exported = {item.index for item in module.exported(Kind.FUNCTION)}
        entered = {module.functions[index] for index in exported | escaped}
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
        for export in module.exported(Kind.GLOBAL):
            out.add(module.globals[export.index].type)
            if module.globals[export.index].mutable:
                into.add(module.globals[export.index].type)
        # What tables of plain function references pass on is followed function by function.
        elements = {module.tables[index].element for index in self.visible}
        out.update(element for element in elements if self._is_container(element))
        return out, into

    def _host_calls(self, host_tables: frozenset[int], host_references: bool) -> set[int]:
        """The type indices of all calls that can go to functions of the host."""
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
        """Tables whose contents are known slot by slot: a slot without function is null and traps."""
        module = self.module
        moved = {move.table for move in self.scan.moves}
        known = {
            index
            for index, table in enumerate(module.tables)
            if index not in self.visible | self.scan.tables_written | moved and not table.initial
        }
        slots: dict[int, dict[int, int | None]] = {index: {} for index in known}
        for segment in module.segments:
            if segment.mode is not SegmentMode.ACTIVE or segment.table not in slots:
                continue
            # Indices are followed up to 32 bits; a 64-bit table may have more.
            if segment.offset is None or segment.offset >= 1 << 32:
                del slots[segment.table]
                continue
            # The operand of a 32-bit constant may have been read as negative.
            first = segment.offset & 0xFFFFFFFF
            slots[segment.table].update(enumerate(segment.items, first))
        return slots


class Targets:
    """The vertices that each dispatch can go to: functions, and stand-ins for the host's."""

    def __init__(self, module: Module, scan: Scan, references: References) -> None:
        """Functions are sorted by type once for each set that dispatches ask about."""
        self._module = module
        self._scan = scan
        self._references = references
        self._host = len(module.functions)
        self._by_type: dict[int | None, dict[int, list[int]]] = {}

    def of(self, dispatch: Dispatch) -> list[int]:
        """All vertices that `dispatch` may call."""
        references = self._references
        hosts: list[int] = []
        if dispatch.table is not None:
            if dispatch.table in references.host_tables:
                hosts = [self._host + dispatch.table]
        else:
            if references.host_references or dispatch.type is None:
                hosts = [self._host + len(self._module.tables)]
            if not self._scan.tables_apart:
                hosts += [self._host + table for table in sorted(references.host_tables)]
        if dispatch.type is None:
            return sorted(references.taken) + hosts
        return self._matching(dispatch.table).get(dispatch.type, []) + hosts

    def constant_calls(self) -> dict[int, int]:
        """By node, the function that a constant index into a table that never changes leads to."""
        calls: dict[int, int] = {}
        for call in self._scan.constant_indices:
            slots = self._references.fixed_slots.get(call.table)
            function = slots.get(call.index) if slots is not None else None
            # What traps, on a null reference or on another type, is left to the dispatch.
            if function is not None and self._scan.tables_apart:
                dispatch = self._scan.dispatches[call.vertex - self._scan.first_dispatch]
                if dispatch.type is not None and function in self._matching(call.table)[dispatch.type]:
                    calls[call.node] = function
        return calls

    def _matching(self, table: int | None) -> dict[int, list[int]]:
        if table not in self._by_type:
            references = self._references
            functions = references.taken if table is None else references.contents[table]
            types = self._module.types
            # A table can hold tens of thousands of functions, of few types.
            by_type: dict[tuple[int, bool], list[int]] = defaultdict(list)
            imports = self._module.imported(Kind.FUNCTION)
            for function in functions:
                linked = function < len(imports) and not imports[function].exact
                by_type[self._module.functions[function], linked].append(function)
            matching: dict[int, list[int]] = defaultdict(list)
            for (index, linked), members in by_type.items():
                found = set(types.supertypes(index))
                if linked:
                    # The host may have linked a function of a subtype of the declared type.
                    found |= types.subtypes(index)
                for canonical in found:
                    matching[canonical] += members
            for members in matching.values():
                members.sort()
            self._by_type[table] = matching
        return self._by_type[table]
