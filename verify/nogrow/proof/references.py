"""Where references to functions can be: in tables, in the host's hands, and behind every indirect call.

In: a module and its scan. Out: `References`. All of it errs on the side of too many functions.
WebAssembly 3.0, sections 2.5.5 (tables) and 2.5.6 (element segments).
"""

from collections import defaultdict
from dataclasses import dataclass

from nogrow.wasm.model import Kind, Module, SegmentMode
from nogrow.wasm.scan import Dispatch, Scan
from nogrow.wasm.types import ValueType


@dataclass(frozen=True, slots=True)
class References:
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
        self.extern = scan.converts_any or any(constant.converts_any for constant in constants)
        self.visible = frozenset(
            {item.index for item in module.imported(Kind.TABLE)}
            | {item.index for item in module.exported(Kind.TABLE)}
        )
        self.imported = frozenset(item.index for item in module.imported(Kind.FUNCTION))

    def references(self) -> References:
        # Each of the two facts can bring about the other, so both are asked again until nothing changes.
        host_references = False
        escaped: frozenset[int] = frozenset()
        while True:
            contents, host_tables = self._tables(host_references)
            calls = self._host_calls(host_tables, host_references)
            found = self._escaped(contents, escaped, calls)
            arrive = self._references_arrive(found, calls)
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

    def _holds(self, types: tuple[ValueType, ...]) -> bool:
        holds = self.module.types.holds_functions
        return any(holds(item, extern=self.extern) for item in types)

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
        holding = {index for index, table in enumerate(module.tables) if self._holds((table.element,))}
        return tuple(map(frozenset, contents)), frozenset(hosts & holding)

    def _host_calls(
        self, host_tables: frozenset[int], host_references: bool
    ) -> list[tuple[tuple[ValueType, ...], tuple[ValueType, ...]]]:
        """The signatures of all calls that can go to functions of the host."""
        calls = [
            self._signature(self.module.functions[item.index]) for item in self.module.imported(Kind.FUNCTION)
        ]
        for dispatch in self.scan.dispatches:
            if dispatch.type is None:
                continue
            merged = bool(host_tables) and not self.scan.tables_apart
            to_host = host_references or merged if dispatch.table is None else dispatch.table in host_tables
            if to_host:
                calls.append(self._signature(dispatch.type))
        return calls

    def _entered(self, escaped: frozenset[int]) -> list[int]:
        """The functions that the host can call."""
        exported = {item.index for item in self.module.exported(Kind.FUNCTION)}
        return sorted(exported | escaped)

    def _escaped(
        self,
        contents: tuple[frozenset[int], ...],
        escaped: frozenset[int],
        calls: list[tuple[tuple[ValueType, ...], tuple[ValueType, ...]]],
    ) -> frozenset[int]:
        module = self.module
        found = escaped.union(*(contents[index] for index in self.visible))
        mutable_imports = {
            item.index for item in module.imported(Kind.GLOBAL) if module.globals[item.index].mutable
        }
        shown = mutable_imports | {item.index for item in module.exported(Kind.GLOBAL)}
        results = {module.functions[index] for index in self._entered(found)}
        if (
            any(self._holds(parameters) for parameters, _ in calls)
            or any(self._holds(self._signature(index)[1]) for index in results)
            or any(self._holds(self._signature(index)[0]) for index in module.tags)
            or any(self._holds((module.globals[index].type,)) for index in shown)
        ):
            found |= self.taken
        return found

    def _references_arrive(
        self,
        escaped: frozenset[int],
        calls: list[tuple[tuple[ValueType, ...], tuple[ValueType, ...]]],
    ) -> bool:
        module = self.module
        given = {item.index for item in module.imported(Kind.GLOBAL)}
        given |= {item.index for item in module.exported(Kind.GLOBAL) if module.globals[item.index].mutable}
        read = self.scan.tables_read & self.visible
        parameters = {module.functions[index] for index in self._entered(escaped)}
        return (
            any(self._holds(results) for _, results in calls)
            or any(self._holds(self._signature(index)[0]) for index in parameters)
            or any(self._holds(self._signature(index)[0]) for index in module.tags)
            or any(self._holds((module.globals[index].type,)) for index in given)
            or any(self._holds((module.tables[index].element,)) for index in read)
        )

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
            if segment.offset is None:
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

    def at(self, table: int, index: int, dispatch: Dispatch) -> int | None:
        """The one function that a constant index into a table that never changes leads to, if it is known."""
        slots = self._references.fixed_slots.get(table)
        function = slots.get(index) if slots is not None else None
        if function is None or function < 0 or dispatch.type is None:
            return None
        return function if function in self._matching(dispatch.table).get(dispatch.type, []) else None

    def _matching(self, table: int | None) -> dict[int, list[int]]:
        if table not in self._by_type:
            references = self._references
            functions = references.taken if table is None else references.contents[table]
            matching: dict[int, list[int]] = defaultdict(list)
            for function in sorted(functions):
                for canonical in self._module.types.supertypes(self._module.functions[function]):
                    matching[canonical].append(function)
            self._by_type[table] = matching
        return self._by_type[table]
