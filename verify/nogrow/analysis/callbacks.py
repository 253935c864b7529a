"""Find the vertices that imports may call when they call back into the module."""

from collections.abc import Mapping
from functools import cached_property

from nogrow.analysis.emscripten_abi import ANY, Effect, Effects, arity_of, effect_of, fits, is_signature
from nogrow.analysis.escape import References
from nogrow.analysis.indirect_calls import Targets
from nogrow.jshost.model import HostCall, Route
from nogrow.wasm.model import Import, Kind, Module
from nogrow.wasm.scan import Dispatch, Scan
from nogrow.wasm.types import ValueType

# By import: the vertices that it may call, with the calls in host code on the way. The first match counts.
Routes = dict[int, tuple[tuple[frozenset[int], Route], ...]]

_MALLOC = frozenset(("malloc", "_malloc"))


def effects_of(module: Module, untrusted: set[int], served: Effects) -> dict[int, tuple[Effect, ...]]:
    """Return what the untrusted imports are known to do, by their names and by the host code (`served`)."""
    by_import: dict[int, tuple[Effect, ...]] = {}
    for item in module.imported(Kind.FUNCTION):
        known = (effect_of(item.field), *served.get(item.label, ()))
        effects = tuple(effect for effect in known if effect is not None)
        if effects and item.index in untrusted:
            by_import[item.index] = effects
    return by_import


class Callbacks:
    """Finds the vertices that imports may call, by what is known about the imports."""

    def __init__(self, module: Module, scan: Scan, references: References, targets: Targets) -> None:
        """Index the exports by name."""
        self._module = module
        self._scan = scan
        self._taken = references.taken
        self._targets = targets
        self._imports = module.imported(Kind.FUNCTION)
        self.routes: Routes = {}
        # Hundreds of imports can call back, with few different signatures.
        self._fitting: dict[tuple[str, tuple[ValueType, ...], tuple[ValueType, ...]], tuple[int, ...]] = {}
        self._of_kinds: dict[tuple[int, ...], frozenset[int]] = {}
        self._sorted: dict[frozenset[int], list[int]] = {}

    def of(self, effects: Mapping[int, tuple[Effect, ...]]) -> dict[int, list[int]]:
        """Return for each import that calls back all vertices that a call of it may call, itself first."""
        callees: dict[int, list[int]] = {}
        for index, known in effects.items():
            if not any(effect.calls_back for effect in known):
                continue
            item = self._imports[index]
            # A route through host code explains more than a name.
            by_route = [
                (self._called(item, effect), effect.route or _by_name(item, effect))
                for effect in sorted(known, key=lambda effect: not effect.route)
            ]
            self.routes[index] = tuple(by_route)
            first, *others = (called for called, _ in by_route)
            called = first.union(*others) if others else first
            if called not in self._sorted:
                self._sorted[called] = sorted(called)
            callees[index] = [index, *(vertex for vertex in self._sorted[called] if vertex != index)]
        return callees

    def _called(self, item: Import, effect: Effect) -> frozenset[int]:
        called = frozenset(self._exports[name] for name in effect.exports if name in self._exports)
        if effect.allocates:
            allocators = [index for name, index in self._exports.items() if name in _MALLOC]
            # Where names are minified, any export may be the allocator.
            hidden = not allocators and not effect.exports and effect_of(item.field) is None
            called |= frozenset(self._exports.values() if hidden else allocators)
        if effect.signature is not None:
            of_table = self._of_table(item, effect.signature)
            called = called | of_table if called else of_table
        return called

    def _of_table(self, item: Import, signature: str) -> frozenset[int]:
        wanted = self._types(item, signature)
        if wanted is None:
            return self._taken
        if wanted not in self._of_kinds:
            self._of_kinds[wanted] = frozenset(
                vertex
                for table in self._tables
                for kind in wanted
                for vertex in self._targets.of(Dispatch(table, kind))
            )
        return self._of_kinds[wanted]

    @cached_property
    def _exports(self) -> dict[str, int]:
        return {item.name: item.index for item in self._module.exported(Kind.FUNCTION)}

    @cached_property
    def _tables(self) -> list[int | None]:
        """Return the tables that host code can access, or all if there is none."""
        if not self._scan.tables_apart:
            return [None]
        accessible = {item.index for item in self._module.imported(Kind.TABLE)}
        accessible |= self._module.exports.indices_of(Kind.TABLE)
        return [*(sorted(accessible) or range(len(self._module.tables)))]

    @cached_property
    def _by_arity(self) -> dict[tuple[int, int], list[int]]:
        """Return the indices of the function types by their numbers of parameters and results."""
        by_arity: dict[tuple[int, int], list[int]] = {}
        types = self._module.types
        for index, item in enumerate(types.defined):
            if types.is_function(index):
                by_arity.setdefault((len(item.parts), len(item.results)), []).append(index)
        return by_arity

    def _types(self, item: Import, signature: str) -> tuple[int, ...] | None:
        """Return the canonical types of the functions that are called, None if they are unknown.

        Without BigInt, an i64 is passed as two i32: the import's own type then says less than the letters.
        """
        types = self._module.types
        own = types.defined[self._module.functions[item.index]]
        if not is_signature(signature) or not own.parts:
            return None
        key = signature, own.parts[1:], own.results
        if key not in self._fitting:
            arities = {arity_of(signature), (len(key[1]), len(key[2]))}
            candidates = [index for arity in arities for index in self._by_arity.get(arity, ())]
            fitting = {
                types.canonical[index]
                for index in candidates
                if (types.defined[index].parts, types.defined[index].results) == key[1:]
                or fits(types.defined[index], signature)
            }
            self._fitting[key] = tuple(sorted(fitting))
        return self._fitting[key]


def _by_name(item: Import, effect: Effect) -> Route:
    """Return a step that says that the name of the import tells what it calls."""
    if effect.signature is not None:
        of_type = "" if effect.signature == ANY else f" of the type {effect.signature}"
        called = f"an entry of the table{of_type}"
    else:
        called = "an export" if effect.exports else "the allocator of the module"
    return (HostCall(item.label, f"{called}, as its name says"),)
