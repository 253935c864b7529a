"""Resolves how the core modules of a component are linked: the providers of imports, and shared objects.

All instances of a core module are taken together. So an import may have several providers, and memories that
are distinct in every instance may count as one: there may be a link too many, never one too few.
"""

from collections.abc import Iterator, Sequence

from nogrow.errors import ModuleError
from nogrow.wasm.canonical import FUNCTION, MEMORY, TABLE
from nogrow.wasm.component import Component, read_component
from nogrow.wasm.decode import decode
from nogrow.wasm.model import Exported, Import, Instantiation, Item, Kind, Module

_SORTS = {Kind.FUNCTION: FUNCTION, Kind.TABLE: TABLE, Kind.MEMORY: MEMORY}

# A memory or table: the number of its core module, and its index there.
Place = tuple[int, int]
# Stands for every object that is not known.
_UNKNOWN: Place = (-1, -1)


class Linking:
    """How the core modules of a component are linked."""

    def __init__(self, component: Component, modules: Sequence[Module | None]) -> None:
        """Resolve the imports of the core modules; `modules` has None for a module that can't be decoded."""
        self.unclear = component.unclear
        self.modules = modules
        self._handed_out = component.handed_out
        self._instantiations: list[list[Instantiation]] = [[] for _ in modules]
        for instantiation in component.instantiations:
            self._instantiations[instantiation.module].append(instantiation)
        self._memories = self._joined(Kind.MEMORY)
        self._tables = self._joined(Kind.TABLE)

    def is_instantiated(self, number: int) -> bool:
        """Return whether anything may instantiate core module `number`."""
        known = self.unclear is None and number not in self._handed_out
        return not known or bool(self._instantiations[number])

    def is_handed_out(self, number: int) -> bool:
        """Return whether code outside of the component may instantiate core module `number` as well."""
        return number in self._handed_out

    def serving(self, number: int, item: Import) -> list[Item | None]:
        """Return the providers of an import of core module `number`; None stands for an unknown provider.

        The list is empty if the component never instantiates the module.
        """
        if self.unclear is not None:
            return [None]
        return [
            provider
            for instantiation in self._instantiations[number]
            for provider in instantiation.serves(item.module, _SORTS[item.kind], item.field)
        ]

    def served_by(self, number: int, item: Import) -> frozenset[int]:
        """Return the core modules that provide an import of core module `number`, if nothing else may."""
        providers = self.serving(number, item)
        modules = [provider.module for provider in providers if isinstance(provider, Exported)]
        others = number in self._handed_out or len(modules) < len(providers)
        return frozenset() if others else frozenset(modules)

    def memory(self, number: int, index: int) -> Place:
        """Return the representative of a memory and of all memories that may be the same."""
        return self._memories.find((number, index))

    def table(self, number: int, index: int) -> Place:
        """Return the representative of a table and of all tables that may be the same."""
        return self._tables.find((number, index))

    def _joined(self, kind: Kind) -> "_Union":
        union = _Union()
        for number, module in enumerate(self.modules):
            if module is None:
                continue
            for item in module.imported(kind):
                for provider in self.serving(number, item):
                    union.join((number, item.index), self._place(provider, kind))
            if kind is Kind.TABLE:
                # A module may copy functions between its tables.
                first, *others = [*visible(module, kind)] or [-1]
                for index in others:
                    union.join((number, first), (number, index))
        if self.unclear is not None or union.has(_UNKNOWN):
            for number, module in enumerate(self.modules):
                for index in visible(module, kind) if module else ():
                    union.join((number, index), _UNKNOWN)
        return union

    def _place(self, item: Item | None, kind: Kind) -> Place:
        module = self.modules[item.module] if isinstance(item, Exported) else None
        for export in module.exported(kind) if module else ():
            if isinstance(item, Exported) and export.name == item.name:
                return item.module, export.index
        return _UNKNOWN


def read_linking(data: bytes) -> Linking:
    """Return how the core modules of the component `data` are linked; raises `ModuleError` otherwise."""
    component = read_component(data)
    return Linking(component, [_decoded(data[module.start : module.end]) for module in component.modules])


def _decoded(data: bytes) -> Module | None:
    try:
        return decode(data)
    except ModuleError:
        return None


def visible(module: Module, kind: Kind) -> Iterator[int]:
    """Yield the memories or tables of `module` that other modules may share: imported and exported ones."""
    imported = (item.index for item in module.imported(kind))
    exported = (item.index for item in module.exported(kind))
    yield from dict.fromkeys((*imported, *exported))


class _Union:
    """A union-find structure over memories or tables."""

    def __init__(self) -> None:
        self._above: dict[Place, Place] = {}
        self._joined: set[Place] = set()

    def has(self, place: Place) -> bool:
        """Return whether anything was joined with `place`."""
        return place in self._joined

    def find(self, place: Place) -> Place:
        """Return the representative of the set of `place`."""
        root = place
        while root in self._above:
            root = self._above[root]
        while place != root:
            self._above[place], place = root, self._above[place]
        return root

    def join(self, left: Place, right: Place) -> None:
        """Merge the sets of two places."""
        self._joined.update((left, right))
        first, second = self.find(left), self.find(right)
        if first != second:
            self._above[first] = second
