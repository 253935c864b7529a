"""Resolves how the core modules of a component are linked: what serves an import, which objects are shared.

All instances of a core module are taken together. So an import may be served by several functions, and
memories that are apart in every instance may count as one: there is a link too many, never one too few.
"""

from collections.abc import Iterator, Sequence

from nogrow.errors import ModuleError
from nogrow.wasm.canonical import FUNCTION, MEMORY, TABLE, Exported, Instantiation, Item
from nogrow.wasm.component import Component, read_component
from nogrow.wasm.decode import decode
from nogrow.wasm.model import Import, Kind, Module

_SORTS = {Kind.FUNCTION: FUNCTION, Kind.TABLE: TABLE, Kind.MEMORY: MEMORY}

# A memory or table: the number of its core module, and its index there.
Place = tuple[int, int]
# Stands for each one that it is not known what it is.
_UNKNOWN: Place = (-1, -1)


class Linking:
    """How the core modules of a component are linked."""

    def __init__(self, component: Component, modules: Sequence[Module | None]) -> None:
        """Resolve the imports of the core modules; `modules` has None for one that can't be decoded."""
        self.unclear = component.unclear
        self.modules = modules
        self._handed_out = component.handed_out
        self._instantiations: list[list[Instantiation]] = [[] for _ in modules]
        for one in component.instantiations:
            self._instantiations[one.module].append(one)
        self._memories = self._joined(Kind.MEMORY)
        self._tables = self._joined(Kind.TABLE)

    def is_instantiated(self, number: int) -> bool:
        """Whether anybody may instantiate core module `number`."""
        known = self.unclear is None and number not in self._handed_out
        return not known or bool(self._instantiations[number])

    def is_handed_out(self, number: int) -> bool:
        """Whether somebody outside of the component may instantiate core module `number` as well."""
        return number in self._handed_out

    def serving(self, number: int, item: Import) -> list[Item | None]:
        """Return what serves an import of core module `number`; None stands for what is not known.

        The list is empty where the component serves it with nothing.
        """
        if self.unclear is not None:
            return [None]
        sort = _SORTS[item.kind]
        instantiations = self._instantiations[number]
        return [served for one in instantiations for served in one.serves(item.module, sort, item.field)]

    def served_by(self, number: int, item: Import) -> frozenset[int]:
        """Return the core modules that serve an import of core module `number`, if nobody else may."""
        items = self.serving(number, item)
        exports = [one.module for one in items if isinstance(one, Exported)]
        return frozenset() if number in self._handed_out or len(exports) < len(items) else frozenset(exports)

    def memory(self, number: int, index: int) -> Place:
        """Return what stands for a memory, and for all that may be the same one."""
        return self._memories.find((number, index))

    def table(self, number: int, index: int) -> Place:
        """Return what stands for a table, and for all that may be the same one."""
        return self._tables.find((number, index))

    def _joined(self, kind: Kind) -> "_Union":
        union = _Union()
        for number, module in enumerate(self.modules):
            if module is None:
                continue
            for item in module.imported(kind):
                for served in self.serving(number, item):
                    union.join((number, item.index), self._place(served, kind))
            if kind is Kind.TABLE:
                # A module may copy functions from each of its tables to the others.
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
        if module is None or not isinstance(item, Exported):
            return _UNKNOWN
        places = ((item.module, one.index) for one in module.exported(kind) if one.name == item.name)
        return next(places, _UNKNOWN)


def read_linking(data: bytes) -> Linking:
    """Return how the core modules of the component `data` are linked; raises `ModuleError` if it is none."""
    component = read_component(data)
    return Linking(component, [_decoded(data[one.start : one.end]) for one in component.modules])


def _decoded(data: bytes) -> Module | None:
    try:
        return decode(data)
    except ModuleError:
        return None


def visible(module: Module, kind: Kind) -> Iterator[int]:
    """Yield the memories or tables of `module` that others may have as well: imported and exported ones."""
    imported = (item.index for item in module.imported(kind))
    exported = (item.index for item in module.exported(kind))
    yield from dict.fromkeys((*imported, *exported))


class _Union:
    """Sets of places that are joined."""

    def __init__(self) -> None:
        self._above: dict[Place, Place] = {}
        self._joined: set[Place] = set()

    def has(self, place: Place) -> bool:
        """Whether anything was joined with `place` itself."""
        return place in self._joined

    def find(self, place: Place) -> Place:
        """Return the place that stands for all of its set."""
        root = place
        while root in self._above:
            root = self._above[root]
        while place != root:
            self._above[place], place = root, self._above[place]
        return root

    def join(self, one: Place, other: Place) -> None:
        """Make one set of the sets of two places."""
        self._joined.update((one, other))
        first, second = self.find(one), self.find(other)
        if first != second:
            self._above[first] = second
