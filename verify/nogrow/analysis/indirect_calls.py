"""Find the functions that indirect calls may call, by type (WebAssembly 3.0, section 3.3: matching)."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from nogrow.analysis.escape import References
from nogrow.wasm.model import Kind, Module
from nogrow.wasm.scan import Dispatch, Scan


class _ByType(NamedTuple):
    """Functions by the canonical index of their type; those in `linked` may be of a subtype of it."""

    declared: dict[int, list[int]]
    linked: dict[int, list[int]]


class Targets:
    """Finds the vertices that each dispatch can go to: functions, and stand-ins for the host's functions."""

    def __init__(self, module: Module, scan: Scan, references: References, *, opened: bool = False) -> None:
        """With `opened`, the host puts each function that it can get wherever it can put one.

        Functions are grouped by type once for each set of them.
        """
        self._module = module
        self._scan = scan
        self._references = references
        self._opened = opened
        self._host = len(module.functions)
        self._imports = module.imported(Kind.FUNCTION)
        self._children = module.types.children()
        self._imported = frozenset(range(len(self._imports)))
        self._sorted: dict[frozenset[int], _ByType] = {}
        self._wider: dict[frozenset[int], frozenset[int]] = {}

    def of(self, dispatch: Dispatch) -> list[int]:
        """Return all vertices that `dispatch` may call."""
        hosts = self._stand_ins(dispatch)
        functions = self._inside(dispatch)
        if hosts and self._opened:
            functions = self._with_held(functions)
        if dispatch.type is None:
            return sorted(functions) + hosts
        return sorted(self._matching(self._by_type(functions), dispatch.type)) + hosts

    def left_out(self) -> frozenset[int]:
        """Return the stand-ins for the host where the module's own functions could be, unfollowed."""
        if self._opened:
            return frozenset()
        open_to_own: set[int] = set()
        more: dict[frozenset[int], _ByType] = {}
        for dispatch in self._scan.dispatches:
            hosts = self._stand_ins(dispatch)
            if not hosts or open_to_own.issuperset(hosts):
                continue
            inside = self._inside(dispatch)
            if inside not in more:
                more[inside] = self._by_type(self._references.held - inside)
            outside = more[inside]
            fitting = outside.declared if dispatch.type is None else self._matching(outside, dispatch.type)
            if any(True for _ in fitting):
                open_to_own.update(hosts)
        return frozenset(open_to_own)

    def _with_held(self, functions: frozenset[int]) -> frozenset[int]:
        if functions not in self._wider:
            self._wider[functions] = functions | self._references.held
        return self._wider[functions]

    def _inside(self, dispatch: Dispatch) -> frozenset[int]:
        """Return the functions that the module itself may have put where `dispatch` calls, of any type."""
        references = self._references
        if dispatch.table is None or dispatch.type is None:
            return references.taken
        return references.contents[dispatch.table]

    def _stand_ins(self, dispatch: Dispatch) -> list[int]:
        """Return the vertices for the host's functions that `dispatch` may call."""
        references = self._references
        if dispatch.table is not None:
            return [self._host + dispatch.table] if dispatch.table in references.host_tables else []
        hosts: list[int] = []
        if references.host_references or dispatch.type is None:
            hosts = [self._host + len(self._module.tables)]
        if not self._scan.tables_apart:
            hosts += [self._host + table for table in sorted(references.host_tables)]
        return hosts

    def constant_calls(self) -> dict[int, int]:
        """Return the functions at constant indices into tables that never change, by the node of the call."""
        calls: dict[int, int] = {}
        for call in self._scan.constant_indices:
            slots = self._references.fixed_slots.get(call.table)
            function = slots.get(call.index) if slots is not None else None
            # The dispatch covers calls that trap because of a null reference or of another type.
            if function is not None and function >= 0 and self._scan.tables_apart:
                dispatch = self._scan.dispatches[call.vertex - self._scan.first_dispatch]
                if dispatch.type is not None and self._fits(function, dispatch.type):
                    calls[call.node] = function
        return calls

    def _fits(self, function: int, kind: int) -> bool:
        """Return whether the function may be of the canonical type `kind`."""
        types, own = self._module.types, self._module.functions[function]
        below = self._is_linked(function) and types.canonical[own] in types.supertypes(kind)
        return below or kind in types.supertypes(own)

    def _is_linked(self, function: int) -> bool:
        """Return whether the host may have linked a function of a subtype of the declared type."""
        return function < len(self._imports) and not self._imports[function].exact

    def _by_type(self, functions: frozenset[int]) -> _ByType:
        # A table can hold tens of thousands of functions, of few types.
        if functions not in self._sorted:
            declared: dict[int, list[int]] = defaultdict(list)
            linked: dict[int, list[int]] = defaultdict(list)
            canonical, types = self._module.types.canonical, self._module.functions
            for function in functions:
                declared[canonical[types[function]]].append(function)
            for function in filter(self._is_linked, functions & self._imported):
                linked[canonical[types[function]]].append(function)
            self._sorted[functions] = _ByType(declared, linked)
        return self._sorted[functions]

    def _matching(self, functions: _ByType, kind: int) -> Iterator[int]:
        """Yield the functions that may be of the canonical type `kind`."""
        types = self._module.types
        waiting = [kind]
        while waiting:
            below = waiting.pop()
            yield from functions.declared.get(below, ())
            waiting += self._children.get(below, ())
        for above in types.supertypes(kind):
            if above != kind:
                yield from functions.linked.get(above, ())
