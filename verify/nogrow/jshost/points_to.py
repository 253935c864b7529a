"""Compute which bindings may hold a memory, its buffer, a view of it, or a function: a points-to analysis.

The analysis is flow-insensitive: a binding stands for every value that is ever stored in it.
"""

import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator
from functools import reduce
from operator import or_

from nogrow.errors import ModuleError
from nogrow.jshost.builtins import (
    ALLOCATORS,
    CALLERS,
    HEAPS,
    HOST_PROPERTIES,
    LIVE,
    NOT_OF_MEMORY,
    RETURNS_ELEMENT,
)
from nogrow.jshost.constraints import CallSite, Constraints, Store
from nogrow.jshost.objects import PASSING, Objects
from nogrow.jshost.parse import Node
from nogrow.jshost.syntax import ELEMENT, Name
from nogrow.jshost.term import (
    DEEPEST,
    Binding,
    Class,
    Instance,
    Made,
    Member,
    NewMemory,
    Result,
    Returned,
    Term,
    This,
    depth,
)

_MEMORY_NAME = re.compile(r"(^|[^a-z])memory\d*$|Memory\d*$", re.IGNORECASE)
# Beyond these limits, a file is too entangled to be analysed in reasonable time.
MOST_FLOWS = 2_000_000
# Shorter names of properties are those of minified code.
_SHORTEST_FIELD = 3


class Kind:
    """The kinds of values that a term may have: each is a bit of an integer, as `IntFlag` is slow."""

    MEMORY = 1
    EXPORTS = 2
    BUFFER = 4
    VIEW = 8
    LIVE = 16
    # A memory whose growth detaches no view: shared, resizable, or as large as it can be.
    FIXED = 32
    # Another object that has a `buffer`.
    OTHER = 64
    # A function that the module exports.
    EXPORT = 128
    # A shared memory, or a view of one, whose growth is looked for.
    SHARED = 256


NONE = 0
KEPT = Kind.BUFFER | Kind.VIEW


class PointsTo:
    """The kinds of all terms of a program, and the functions that each may be."""

    def __init__(self, constraints: Constraints, *, stale_length: bool = False) -> None:
        """Solve the constraints; raise `ModuleError` if there are too many.

        Shared memories are of interest if `stale_length`.
        """
        self.constraints = constraints
        self._stale_length = stale_length
        self._sole: dict[Binding, Term | None] = {}
        self._canonical: dict[Member, Name | Member] = {}
        for store in constraints.stores:
            for value in store.values or [None]:
                if self._sole.setdefault(store.target, value) != value:
                    self._sole[store.target] = None
        # `a.b` names the same binding as `c.b` if `a` holds the object of `c` only.
        for target, value in list(self._sole.items()):
            representative = self.find(target)
            if not isinstance(representative, Name | Member):
                continue
            if self._sole.setdefault(representative, value) != value:
                self._sole[representative] = None
        self._canonical.clear()
        # The binding that holds an object and nothing else.
        self.holders = {value: binding for binding, value in self._sole.items() if isinstance(value, This)}
        self.flows: dict[Term, set[Term]] = defaultdict(set)
        for store in constraints.stores:
            self.flows[self.find(store.target)].update(map(self.find, store.values))
        # Arrays and maps in which the program stores other values than views, too.
        self._mixed = {
            self.find(store.target)
            for store in constraints.stores
            if isinstance(store.target, Member)
            and store.target.name == ELEMENT
            and not all(map(_makes_view, store.values))
        }
        self._mixed |= {self.find(target) for target in constraints.mixed}
        for term, values in constraints.flows.items():
            self.flows[term].update(map(self.find, values))
        self.objects = Objects(constraints, self.find, self.flows)
        for (copied, source), copy in self.objects.copied.items():
            constraints.stores.append(Store(copied, (source,), copy.node, copy.within))
            self.flows[self.find(copied)].add(self.find(source))
        self._pass_arguments()
        self._view_fields: dict[str, int] = {}
        self._numbers = self._operands()
        self._kinds: dict[Term, int] = defaultdict(lambda: NONE)
        self._others: set[Term] = set()
        self._called_memories: set[Term] = set()
        self._modules: set[Term] = set()
        # Growth detaches no view of Emscripten's if the glue makes a memory for which that is so.
        stored = (value for store in constraints.stores for value in store.values)
        fixed = any(isinstance(value, NewMemory) and value.fixed for value in stored)
        self._heap = NONE if fixed else Kind.VIEW
        self._evidence()
        # All other evidence is known before names count as evidence.
        self._names_count = False
        self._solve()
        fixed_terms = [term for term, kind in self._kinds.items() if kind & Kind.FIXED]
        if fixed_terms:
            # The analysis took these for memories that detach views, before it knew all of their values.
            self._kinds.clear()
            self._kinds.update(dict.fromkeys(fixed_terms, Kind.FIXED))
            self._evidence()
            self._solve()
        self._names_count = True
        self._solve()
        while self._unmix() or self._name_fields():
            self._solve()

    def find(self, term: Term) -> Term:
        """Return the term's representative: after `self = this`, that of `self.a` is `this.a`."""
        if not isinstance(term, Member):
            return term
        if term not in self._canonical:
            self._canonical[term] = representative = self._substituted(term)
            # A representative represents itself, or `a = a.next` would be substituted without end.
            if isinstance(representative, Member):
                self._canonical[representative] = representative
        return self._canonical[term]

    def _substituted(self, term: Member) -> Name | Member:
        base: Term | None = term
        chain = []
        while isinstance(base, Member):
            chain.append(base.name)
            base = base.of
        for name in reversed(chain):
            of = None if base is None else self._object(base)
            of = self._having(of, name) if isinstance(of, This) else of
            base = self._exported(of, name) or Member(of if depth(of) < DEEPEST else None, name)
        return base if isinstance(base, Name | Member) else term

    def _having(self, of: This, name: str) -> This:
        """Return the nearest class that has the member: that of the object, or one that it extends."""
        candidate: This | None = of
        for _ in range(DEEPEST):
            if candidate is None or Member(candidate, name) in self._sole:
                return candidate or of
            candidate = self._base(candidate)
        return of

    def _base(self, of: This) -> This | None:
        terms = self.constraints.extended.get(of.owner, []) if isinstance(of.owner, int) else []
        classes = (self._sole.get(term) if isinstance(term, Name) else term for term in terms)
        return next((This(each.node) for each in classes if isinstance(each, Class)), None)

    def _exported(self, of: Term | None, name: str) -> Name | None:
        """Return the declaration that is the member `name` of an ES module's object."""
        roots = self.constraints.walk.roots
        if isinstance(of, This) and isinstance(of.owner, int) and of.owner in roots:
            return self.constraints.links.exported(of.owner, name)
        return None

    def _object(self, term: Term) -> Term:
        for _ in range(4):
            if isinstance(term, Name | Member):
                value = self._sole.get(term)
                if not isinstance(value, This | Name | Member | Instance | Class) or value == term:
                    return term
                term = value
            elif isinstance(term, Instance):
                value = self._sole.get(term.of) if isinstance(term.of, Name) else term.of
                if isinstance(value, Class):
                    return This(value.node)
                return This(term.of) if isinstance(term.of, Name) else term
            elif isinstance(term, Class):
                return This(term.node)
            else:
                return term
        return term

    def functions(self, term: Term) -> frozenset[int]:
        """Return the functions of this program that `term` may be; for a class, its constructor."""
        return self.objects.functions(self.find(term))

    def locations(self, term: Term) -> tuple[Binding, ...]:
        """Return the bindings that the term may name, the term's representative first."""
        binding = self.find(term)
        if isinstance(binding, Name):
            return (binding,)
        if not isinstance(binding, Member):
            return ()
        return (binding, *(each for each in self.objects.properties(binding) if each != binding))

    def getters(self, node: Node) -> set[int]:
        """Return the functions that compute the member at `node` when it is read."""
        getters = self.constraints.getters
        locations = (each for term in self.constraints.terms.of(node) for each in self.locations(term))
        return {getters[each] for each in locations if isinstance(each, Member) and each in getters}

    def is_view_field(self, member: Member) -> bool:
        """Return whether only its name tells that the member holds a view: its object is not known."""
        return member.name in self._view_fields and self.is_unknown(member.of)

    def is_unknown(self, term: Term | None) -> bool:
        """Return whether nothing is known of the object `term`, which the program declares."""
        if term is None:
            return False
        term = self.find(term)
        if isinstance(term, Name) and not self.constraints.walk.scopes.declares(term):
            return False
        return not self.objects.of(term) and not self._of(term)

    def of(self, term: Term | None) -> int:
        """Return the kinds that the term may have."""
        return NONE if term is None else self._of(self.find(term))

    def _of(self, term: Term | None) -> int:
        # The recursion is as deep as the term, which `DEEPEST` bounds.
        if term is None or term in self._numbers:
            return NONE
        kind = self._kinds[self.find(term)]
        match term:
            case NewMemory(_, True) if self._stale_length:
                kind |= Kind.MEMORY | Kind.SHARED
            case NewMemory(fixed):
                kind |= Kind.FIXED if fixed else Kind.MEMORY
            case Name(_, name) if name in HEAPS and not self.constraints.walk.scopes.declares(term):
                kind |= self._heap
            case Name(_, name) if name in ALLOCATORS and self._is_bare(term):
                kind |= Kind.EXPORT
            case Made():
                return Kind.VIEW | kind & Kind.SHARED if kind & Kind.BUFFER else Kind.OTHER
            case Member(of, name):
                kind |= self._member(of, name)
            case Result(Member(of, "subarray")) if self._of(of) & Kind.VIEW:
                kind |= Kind.VIEW | self._of(of) & Kind.SHARED
            case Result(Name(_, "liveViews") | Member(_, "liveViews")):
                kind |= Kind.LIVE
            case Result(Member(_, "cwrap")):
                kind |= Kind.EXPORT
            case Result(Member(_, "bind")):
                # The result is the function itself.
                pass
            case Result(callee):
                for function in self.functions(callee):
                    kind |= self._kinds[Returned(function)]
        if isinstance(term, Member):
            for location in self.objects.properties(term):
                kind |= self._kinds[location]
            if self.is_view_field(term):
                kind |= self._view_fields[term.name]
        if isinstance(term, Member) and term.name == ELEMENT:
            held = self._of(term.of)
            if held & (Kind.VIEW | Kind.BUFFER) or self.find(term) in self._mixed:
                kind &= ~(Kind.VIEW | Kind.BUFFER)
        return kind & ~Kind.MEMORY if kind & Kind.FIXED else kind

    def is_memory(self, term: Term) -> bool:
        """Return whether the term is a memory, and not perhaps another export of the module."""
        if _has_name_of_memory(term):
            return depth(term) < DEEPEST and bool(self.of(Member(term, "buffer")) & Kind.BUFFER)
        return self.of(term) & (Kind.MEMORY | Kind.EXPORT) == Kind.MEMORY

    def has_memory(self, term: Term) -> bool:
        """Return whether the program reads a member `memory` of what `term` may be."""
        memory = self.find(Member(term, "memory"))
        return self.find(term) in self._owners or (isinstance(memory, Member) and memory.of in self._owners)

    def any(self, terms: Iterable[Term]) -> int:
        """Return the kinds that any of the terms may have."""
        return reduce(or_, map(self.of, terms), NONE)

    def _member(self, of: Term | None, name: str) -> int:
        held = self._of(of)
        if name in HEAPS and not self._is_field(of):
            return self._heap
        # The second is Emscripten's name.
        if name in ("exports", "wasmExports"):
            return NONE if self._is_script(of) else Kind.EXPORTS
        if name == "buffer" and (held & (Kind.MEMORY | Kind.VIEW) or self._is_called_memory(of, held)):
            return Kind.BUFFER | held & Kind.SHARED
        if held & Kind.LIVE:
            return Kind.LIVE if name == "fixed" else Kind.VIEW if name in LIVE else NONE
        if held & Kind.EXPORTS:
            return Kind.MEMORY | Kind.EXPORT
        if name in CALLERS or (name.startswith("_") and self.is_module(of)):
            return Kind.EXPORT
        return NONE

    def _is_script(self, of: Term | None) -> bool:
        """Return whether `of` is the object of a CommonJS module, also one that a bundler makes."""
        if self.constraints.terms.is_global(of, frozenset(("module",))):
            return True
        for obj in () if of is None else self.objects.of(self.find(of)):
            exports = self.flows.get(self.find(Member(obj, "exports")), ()) if isinstance(obj, This) else ()
            if any(isinstance(value, This) for value in exports):
                return True
        return False

    def _is_bare(self, name: Name) -> bool:
        """Return whether the program is code for Emscripten's glue, which declares the name."""
        return bool(self._heap) and not self.constraints.walk.scopes.declares(name)

    def is_module(self, of: Term | None) -> bool:
        """Return whether `of` is the module object of Emscripten's glue."""
        return of in self._modules or (isinstance(of, Name | Member) and of.name == "Module")

    def _is_field(self, of: Term | None) -> bool:
        """Return whether `of` is an object of a class: not the module object of Emscripten's glue."""
        return isinstance(of, This) and of.owner not in self.constraints.walk.objects

    def _is_called_memory(self, of: Term | None, held: int) -> bool:
        """Return whether its name says that it is a memory, and nothing says that it is not."""
        named = self._names_count and (_has_name_of_memory(of) or of in self._called_memories)
        return named and of not in self._others and not held & (Kind.FIXED | Kind.OTHER)

    def _pass_arguments(self) -> None:
        count = 0
        for site in (*self.constraints.calls.values(), *self.constraints.callbacks):
            for function, skipped in self.called(site):
                for parameter, values, _ in self.constraints.passed(function, site, skipped):
                    self.flows[self.find(parameter)].update(map(self.find, values))
                    count += len(values)
            if count > MOST_FLOWS:
                raise ModuleError("too many calls to be analysed: split the file")

    def called(self, site: CallSite) -> Iterator[tuple[int, int]]:
        """Yield the functions that a call runs, each with the number of arguments before its parameters."""
        for callee in site.callees:
            skipped = PASSING.get(callee.name, 0) if isinstance(callee, Member) else 0
            for function in self.functions(callee):
                yield function, skipped
        if self.constraints.calls.get(site.node.id) is site:
            yield from ((function, 0) for function in self.objects.named.get(site.node.id, ()))

    def _operands(self) -> set[Name]:
        """Return the names that have one value, which the program calculates with."""
        constraints = self.constraints
        values = Counter(store.target for store in constraints.stores)
        values.update(name for names in constraints.parameters.values() for name in names if name is not None)
        operands = map(constraints.terms.name, constraints.walk.operands)
        return {name for name in operands if values[name] == 1}

    def _evidence(self) -> None:
        """Note which terms are memories, or are not, by the members that the program uses of them."""
        having: dict[str, set[Term]] = defaultdict(set)
        for node in self.constraints.walk.member_nodes:
            for term in self.constraints.terms.of(node):
                member = self.find(term)
                if isinstance(member, Member) and member.of is not None:
                    having[member.name].add(member.of)
                    # The representative of `memory` in `const [memory] = options` is `options[0]`.
                    is_named = isinstance(term, Member) and _has_name_of_memory(term.of)
                    if is_named and isinstance(member.of, Name | Member):
                        self._called_memories.add(member.of)
        # What Emscripten's views are read from has the module's functions as well.
        # An object with a memory also has the module's functions.
        self._owners = {term for term in having["memory"] if isinstance(term, Name | Member)}
        for value in (value for store in self.constraints.stores for value in store.values):
            # `const { memory, malloc } = exports` names no member in an expression.
            if isinstance(value, Member) and value.name == "memory" and value.of is not None:
                owner = self.find(value.of)
                if isinstance(owner, Name | Member):
                    self._owners.add(owner)
        # An argument has a memory if the function reads one of its parameter.
        queue = [owner for owner in self._owners if isinstance(owner, Name)]
        while queue:
            for value in self.flows.get(queue.pop(), set()) - self._owners:
                if isinstance(value, Name) and not self.objects.of(value):
                    self._owners.add(value)
                    queue.append(value)
        self._modules.update(*(having[name] for name in HEAPS))
        self._others.update(*(having[name] for name in NOT_OF_MEMORY))
        for term in (having["grow"] & having["buffer"]) - self._others:
            if not any(isinstance(value, Made) for value in self.flows.get(term, ())):
                self._kinds[term] |= Kind.MEMORY
        for term in having["toResizableBuffer"]:
            self._kinds[term] |= Kind.FIXED
        for name, module in self.constraints.modules.items():
            if module.endswith(".wasm"):
                self._kinds[name] |= Kind.EXPORTS

    def _solve(self) -> None:
        waiting: dict[Term, list[Term]] = defaultdict(list)
        for target, values in self.flows.items():
            for value in values:
                for leaf in self._leaves(value):
                    waiting[leaf].append(target)
        queue = deque(self.flows)
        queued = set(queue)
        while queue:
            target = queue.popleft()
            queued.discard(target)
            kind = self._kinds[target] | self.any(self.flows[target])
            if kind & ~self._kinds[target]:
                self._kinds[target] |= kind
                for further in waiting[target]:
                    if further not in queued:
                        queued.add(further)
                        queue.append(further)

    def _unmix(self) -> bool:
        """Let arrays count as arrays of views if all they hold are views; return whether any does."""
        stored: dict[Term, set[Term]] = defaultdict(set)
        for target in self._mixed:
            stored[target] |= self.flows.get(target, set())
        others = {self.find(target) for target in self.constraints.mixed}
        pure = {
            target
            for target, values in stored.items()
            if target not in others and values and all(self._is_view(value, target, 4) for value in values)
        }
        self._mixed -= pure
        return bool(pure)

    def always_holds_views(self, parameter: Name, values: Iterable[Term]) -> bool:
        """Return whether all values that the program passes in the parameter are views, as it shows."""
        return all(self._is_view(value, parameter, 4) for value in values)

    def _is_view(self, term: Term, array: Term, deepest: int) -> bool:
        """Return whether the program shows that the term is always a view, if the array's elements are."""
        match term:
            case Result(Member(of, name)) if of is not None and name in RETURNS_ELEMENT:
                term = self.find(Member(of, ELEMENT))
        if term == array:
            return True
        if not self.of(term) & KEPT:
            return False
        values = self.flows.get(term, set())
        if isinstance(term, Result):
            returned = map(Returned, self.functions(term.callee))
            values = values.union(*(self.flows.get(each, set()) for each in returned))
        return isinstance(term, Made) or (
            deepest > 0 and all(self._is_view(value, array, deepest - 1) for value in values)
        )

    def _name_fields(self) -> bool:
        """Note the properties that hold views wherever the program stores something in them.

        Unknown objects that are read have the same. Return whether there are more of them.
        """
        kinds: dict[str, int] = {}
        for target, values in self.flows.items():
            if isinstance(target, Member) and values and not is_common(target.name):
                kind = self.any(values) & (KEPT | Kind.SHARED)
                kinds[target.name] = kind & kinds.get(target.name, kind)
        views = {name: kind for name, kind in kinds.items() if kind}
        further = views.keys() - self._view_fields.keys()
        self._view_fields.update((name, views[name]) for name in further)
        return bool(further)

    def _leaves(self, term: Term) -> Iterator[Term]:
        """Yield the terms whose kinds `term` depends on."""
        stack: list[Term] = [term]
        while stack:
            part = stack.pop()
            yield part
            match part:
                case Member(of, _) if of is not None:
                    stack.append(of)
                    yield from self.objects.properties(part)
                case Result(callee):
                    stack.append(callee)
                    for function in self.functions(callee):
                        yield Returned(function)


def _has_name_of_memory(term: Term | None) -> bool:
    return isinstance(term, Name | Member) and _MEMORY_NAME.search(term.name) is not None


def _makes_view(term: Term) -> bool:
    return isinstance(term, Made) or (isinstance(term, Result | Member) and _is_derived(term))


def _is_derived(term: Result | Member) -> bool:
    """Return whether the term is a view that is derived from another one, or one of Emscripten's."""
    if isinstance(term, Member):
        return term.name in HEAPS
    return isinstance(term.callee, Member) and term.callee.name == "subarray"


def is_common(name: str) -> bool:
    """Return whether properties of many kinds of objects have the name."""
    return len(name) < _SHORTEST_FIELD or name == ELEMENT or name.isdigit() or name in HOST_PROPERTIES
