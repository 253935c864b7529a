"""Follow growth across the core modules of a component.

For each module, this finds the imports behind which another module, or the module's own code when it is
called back, grows a memory that the module has access to. It starts from the links between the modules and
from the judgement of each module alone.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from nogrow.analysis.assumptions import REFERENCES
from nogrow.analysis.judgement import Entry, EntryKind, Judgement, Step, Verdict
from nogrow.analysis.surroundings import NOT_LINKED, Linked
from nogrow.errors import ModuleError
from nogrow.wasm.forwarding import filled_slots, forwarders
from nogrow.wasm.linking import Linking, Place, visible
from nogrow.wasm.model import Exported, Import, Item, Kind, Module

# Each edge takes some 50 bytes; real components have some thousands.
MOST_EDGES = 10_000_000

_ANYTHING = 0
_PRIVATE: Place = (-2, -2)


def served(linking: Linking, number: int) -> dict[str, frozenset[int]]:
    """Return the function imports of core module `number` that only core modules of the component serve.

    The values are the numbers of those modules.
    """
    module = linking.modules[number]
    servers_of: dict[str, list[frozenset[int]]] = {}
    for item in module.imported(Kind.FUNCTION) if module else ():
        # Two imports may share a label.
        servers_of.setdefault(item.label, []).append(linking.served_by(number, item))
    return {label: frozenset().union(*servers) for label, servers in servers_of.items() if all(servers)}


class Growth:
    """The call graph of the entry points of all core modules, and who grows which memory in it."""

    def __init__(
        self,
        linking: Linking,
        judgements: Sequence[Judgement | None],
        trusts: Callable[[int, str], bool],
    ) -> None:
        """Follow all calls between the modules; `judgements` has None for a module that could not be judged.

        `trusts` says whether the contract of a module trusts one of its imports by its exact name.
        Raises `ModuleError` where there are too many calls.
        """
        self._linking, self._judgements, self._trusts = linking, judgements, trusts
        self._callees: list[set[int]] = [set()]
        self._edges = 0
        self._entry_of: dict[int, tuple[int, int | None]] = {}
        self._labels: list[dict[str, int]] = [{} for _ in judgements]
        self._tables: dict[Place, int] = {}
        self._synthetic: dict[int, int] = {}
        self._passes_references = any(
            module is None or _passes_references(module) for module in linking.modules
        )
        self._slots = {} if self._passes_references else filled_slots(linking)
        self._entries = [self._add_entries(number) for number in range(len(judgements))]
        self._exports = [
            {
                entry.name: place
                for place, entry in enumerate(_entries(judgement))
                if entry.kind is EntryKind.EXPORT
            }
            for judgement in judgements
        ]
        for number, judgement in enumerate(judgements):
            if judgement is not None:
                self._follow(number, judgement)
        self._nearest = self._search()

    def linked(self, number: int) -> Linked:
        """Return what is known about the imports of core module `number`."""
        module = self._linking.modules[number]
        if module is None:
            return NOT_LINKED
        growing: dict[str, str] = {}
        trapping: dict[str, str] = {}
        steps: dict[str, tuple[Step, ...]] = {}
        memories = {self._linking.memory(number, index) for index in visible(module, Kind.MEMORY)}
        for label, behind in self._labels[number].items() if memories else ():
            for back, by_label in ((True, growing), (False, trapping)):
                near = (self._nearest.get((memory, back), {}) for memory in memories)
                following = next((calls for calls in near if behind in calls), None)
                if following is not None:
                    path = _path(following, behind)
                    by_label[label] = self._name(path[-1])
                    steps.setdefault(label, tuple(self._steps(path, number)))
        return Linked(served(self._linking, number), growing, trapping, steps)

    def at_start(self) -> bool:
        """Return whether any module's start function leads to a growth of any memory."""
        starts = {
            self._entries[number][place]
            for number, judgement in enumerate(self._judgements)
            for place, entry in enumerate(_entries(judgement))
            if entry.kind is EntryKind.START
        }
        return any(not starts.isdisjoint(near) for near in self._nearest.values())

    def _steps(self, path: Sequence[int], caller: int) -> Iterator[Step]:
        """Yield the steps through other modules to the growth at the end of a path of calls."""
        for vertex in path:
            number, place = self._entry_of.get(vertex, (caller, None))
            judgement = self._judgements[number]
            if judgement is None or place is None:
                continue
            entry = judgement.entries[place]
            if vertex == path[-1]:
                yield from (step._replace(module=number) if step.offsets else step for step in entry.witness)
            else:
                yield Step(entry.function, 0, "calls another core module", module=number)

    def _name(self, vertex: int) -> str:
        number, place = self._entry_of[vertex]
        judgement = self._judgements[number]
        if judgement is None or place is None:
            return f"core module {number}, which could not be judged,"
        return f"`{judgement.entries[place].name}` of core module {number}"

    def _vertex(self, callees: Iterable[int] = ()) -> int:
        self._callees.append(set())
        self._add_calls(len(self._callees) - 1, callees)
        return len(self._callees) - 1

    def _add_calls(self, vertex: int, callees: Iterable[int]) -> None:
        before = len(self._callees[vertex])
        self._callees[vertex].update(callees)
        self._edges += len(self._callees[vertex]) - before
        if self._edges > MOST_EDGES:
            raise ModuleError(f"the core modules call each other in more than {MOST_EDGES:,} ways")

    def _add_entries(self, number: int) -> list[int]:
        """Add a vertex for each entry point of the module, or one for a module that could not be judged."""
        judgement = self._judgements[number]
        count = 1 if judgement is None else len(judgement.verdict_table.verdicts)
        vertices = [self._vertex() for _ in range(count)]
        for place, vertex in enumerate(vertices):
            self._entry_of[vertex] = (number, None if judgement is None else place)
        self._add_calls(_ANYTHING, vertices)
        return vertices

    def _follow(self, number: int, judgement: Judgement) -> None:
        """Add the calls of each entry point. Most entry points have the same calls as others."""
        module = self._linking.modules[number]
        forwarded = (forwarders(module) if module else None) or {}
        groups: dict[tuple[str, ...], int] = {}
        for place, vertex in enumerate(self._entries[number]):
            entry = judgement.entries[place]
            slot = forwarded.get(entry.function.index)
            exact = self._slots.get(self._linking.table(number, slot[0])) if slot else None
            if slot is not None and exact is not None:
                self._add_calls(vertex, self._in_slot(exact.get(slot[1], ())))
                continue
            if entry.imports not in groups:
                groups[entry.imports] = self._vertex(self._label(number, label) for label in entry.imports)
            self._add_calls(vertex, (groups[entry.imports],))

    def _label(self, number: int, label: str) -> int:
        """Return the vertex for `label`, which names an import or the host's functions in a table."""
        known = self._labels[number]
        if label not in known:
            known[label] = vertex = self._vertex()
            if not self._trusts(number, label):
                self._add_calls(vertex, self._behind(number, label))
        return known[label]

    def _behind(self, number: int, label: str) -> Iterator[int]:
        module = self._linking.modules[number]
        if module is None or label == REFERENCES:
            yield _ANYTHING
            return
        items = [item for item in module.imported(Kind.FUNCTION) if item.label == label]
        for item in items:
            yield from self._serving(number, item)
        if not items or any(item.label == label for item in module.imported(Kind.TABLE)):
            # References that are passed around can get into the module's own tables, too.
            if self._passes_references:
                yield _ANYTHING
            for index in visible(module, Kind.TABLE):
                yield self._table(self._linking.table(number, index))

    def _serving(self, number: int, item: Import) -> Iterator[int]:
        for server in self._linking.serving(number, item):
            yield from self._item(server)

    def _item(self, item: Item | None) -> Iterator[int]:
        if item is None:
            yield _ANYTHING
        elif isinstance(item, Exported):
            judged = self._judgements[item.module] is not None
            place = self._exports[item.module].get(item.name) if judged else 0
            yield _ANYTHING if place is None else self._entries[item.module][place]
        else:
            if id(item) not in self._synthetic:
                # A destructor may itself be a function that calls destructors.
                self._synthetic[id(item)] = vertex = self._vertex()
                for called in item.calls:
                    self._add_calls(vertex, self._item(called))
            yield self._synthetic[id(item)]

    def _table(self, table: Place) -> int:
        """Return the vertex for all functions that modules with access to the table may have put into it."""
        if table in self._tables:
            return self._tables[table]
        self._tables[table] = vertex = self._vertex((_ANYTHING,) if self._passes_references else ())
        for number, module in enumerate(self._linking.modules):
            judgement = self._judgements[number]
            if module is None or judgement is None:
                continue
            if any(self._linking.table(number, index) == table for index in visible(module, Kind.TABLE)):
                entries = zip(self._entries[number], judgement.entries, strict=True)
                self._add_calls(vertex, (at for at, entry in entries if entry.kind is EntryKind.ESCAPED))
                for item in module.imported(Kind.FUNCTION):
                    self._add_calls(vertex, self._serving(number, item))
        return vertex

    def _in_slot(self, functions: Iterable[tuple[int, int]]) -> Iterator[int]:
        """Yield the vertices for functions, each given by its module and its index there."""
        for number, index in functions:
            module, entries = self._linking.modules[number], enumerate(_entries(self._judgements[number]))
            imported = module.imported(Kind.FUNCTION) if module else ()
            if index < len(imported):
                yield from self._serving(number, imported[index])
            else:
                places = (place for place, entry in entries if entry.function.index == index)
                place = next(places, None)
                yield _ANYTHING if place is None else self._entries[number][place]

    def _search(self) -> dict[tuple[Place, bool], dict[int, int]]:
        """Return the next call on the way to the nearest grower, by memory and whether control comes back.

        A vertex that grows the memory itself is its own next. Control comes back unless only a trap can
        follow.
        """
        callers: list[list[int]] = [[] for _ in self._callees]
        for vertex, callees in enumerate(self._callees):
            for callee in callees:
                callers[callee].append(vertex)
        sources: dict[tuple[Place, bool], list[int]] = {}
        for number, judgement in enumerate(self._judgements):
            for memory in self._grown(number):
                if judgement is None:
                    sources.setdefault((memory, True), []).append(self._entries[number][0])
                    continue
                for place, verdict in enumerate(judgement.verdict_table.verdicts):
                    if verdict.grows:
                        key = memory, verdict is not Verdict.TRAP_ONLY
                        sources.setdefault(key, []).append(self._entries[number][place])
        if len(sources) * self._edges > MOST_EDGES:
            raise ModuleError(f"{len(sources):,} growths of memories and {self._edges:,} calls: too many")
        return {key: _backwards(callers, vertices) for key, vertices in sources.items()}

    def _grown(self, number: int) -> set[Place]:
        """Return the memories that a module may grow; all that no other module has count as one."""
        linking, judgement = self._linking, self._judgements[number]
        module = linking.modules[number]
        if judgement is None or module is None:
            return {
                linking.memory(owner, index)
                for owner, owning in enumerate(linking.modules)
                for index in (visible(owning, Kind.MEMORY) if owning else ())
            }
        grown = {site.memory for site in judgement.sites}
        shared = set(visible(module, Kind.MEMORY))
        if judgement.verdict_table.host_grows:
            grown |= shared
        private = {_PRIVATE} if grown - shared else set()
        return {linking.memory(number, index) for index in grown & shared} | private


def _entries(judgement: Judgement | None) -> Sequence[Entry]:
    return judgement.entries if judgement else ()


def _passes_references(module: Module) -> bool:
    """Return whether references to functions may get into the module by other means than tables."""
    types = module.types
    if not all(map(types.is_function, range(len(types.defined)))):
        return True
    values = [value for item in types.defined for value in (*item.parts, *item.results)]
    values += [item.type for item in module.globals]
    return any(types.holds_functions(value) for value in values)


def _backwards(callers: Sequence[Sequence[int]], sources: Iterable[int]) -> dict[int, int]:
    """Return the next vertex on the shortest path to one of `sources`, where a path leads to one."""
    following = {source: source for source in sources}
    waiting = list(following)
    for vertex in waiting:
        for caller in callers[vertex]:
            if caller not in following:
                following[caller] = vertex
                waiting.append(caller)
    return following


def _path(following: Mapping[int, int], vertex: int) -> list[int]:
    path = [vertex]
    while following[path[-1]] != path[-1]:
        path.append(following[path[-1]])
    return path
