"""Compute which objects and functions of the program each term may be: an inclusion-based points-to analysis.

An object is named by the node that creates it, or by its class. Each has one location for every property.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import product
from typing import NamedTuple

from nogrow.errors import ModuleError
from nogrow.jshost.builtins import METHODS
from nogrow.jshost.constraints import APPLIED, CallSite, Constraints, Copy
from nogrow.jshost.parse import arguments_of
from nogrow.jshost.syntax import ELEMENT, Name
from nogrow.jshost.term import Class, Function, Instance, Member, Result, Returned, Term, This

# The further objects that a term may be are not followed.
MOST_OBJECTS = 32
# Beyond this, a program is too entangled to be analysed in reasonable time.
MOST_FACTS = 3_000_000
MOST_COPIES = 20_000
# If objects are copied in more pairs, those that are copies themselves are left out.
MOST_PAIRS = 16
# A method that more functions of the program are named after is unknown.
_MOST_NAMED = 4
# The methods of functions that pass arguments on, and how many come before the function's first parameter.
PASSING = {"apply": APPLIED, "bind": 1, "call": 1}

Object = Function | Class | This


class _Passing(NamedTuple):
    """A call, and how many of its arguments come before the callee's first parameter."""

    site: CallSite
    skipped: int


class Objects:
    """The objects that each term may be."""

    def __init__(
        self, constraints: Constraints, find: Callable[[Term], Term], flows: dict[Term, set[Term]]
    ) -> None:
        """Solve the constraints; `find` returns the representative of a term, and `flows` has only such."""
        self._constraints = constraints
        self._find = find
        # The order of these, and so which objects are left out, is that of the text.
        self._of: dict[Term, dict[Object, None]] = defaultdict(dict)
        self._successors: dict[Term, dict[Term, None]] = defaultdict(dict)
        self._members_of: dict[Term, list[Member]] = defaultdict(list)
        self._results: dict[Term, list[Result]] = defaultdict(list)
        self._instances: dict[Term, list[Instance]] = defaultdict(list)
        self._passing: dict[Term, list[_Passing]] = defaultdict(list)
        self._known: set[Term] = set()
        self._targets = set(flows)
        self._facts = 0
        self._queue: deque[tuple[Term, Object]] = deque()
        owners = constraints.walk.this_owners.values()
        self._constructed = {owner for owner in owners if isinstance(owner, Name)}
        # The properties of each object in which the program stores something.
        self.stored: dict[object, set[str]] = defaultdict(set)
        self.locations: dict[Term, dict[Member, None]] = defaultdict(dict)
        """The properties of objects that each member may be."""
        self.named: dict[int, frozenset[int]] = {}
        """The functions that a call may run, by its node, if only the name of the method tells."""
        for target in flows:
            if isinstance(target, Member) and isinstance(target.of, This):
                self.stored[target.of.owner].add(target.name)
        order = enumerate(constraints.walk.functions)
        self._order = {function: number for number, function in order}
        for store in constraints.stores:
            self._flow(find(store.target), store.values)
        for held, passed in constraints.flows.items():
            self._flow(find(held), passed)
        for site in (*constraints.calls.values(), *constraints.callbacks):
            for callee in site.callees:
                self._call(site, find(callee))
        self._extend()
        for copy in constraints.copies:
            for term in (*copy.targets, *copy.sources):
                self._register(find(term))
        # The properties that are copied, each with the one of the other object.
        self.copied: dict[tuple[Member, Member], Copy] = {}
        self._copies: dict[Object, set[Object]] = defaultdict(set)
        self._run()
        self._name_callees()
        self._run()
        while self._copy():
            self._run()

    def _flow(self, target: Term, values: Iterable[Term]) -> None:
        self._register(target)
        for value in map(self._find, values):
            self._register(value)
            self._edge(value, target)

    def of(self, term: Term) -> tuple[Object, ...]:
        """Return the objects that the term, a representative, may be; none if it is not known."""
        if term not in self._known:
            self._register(term)
            self._run()
        return tuple(self._of.get(term, ()))

    def may_be_more(self, term: Term) -> bool:
        """Return whether the term, a representative, may be more objects than are known."""
        return len(self.of(term)) >= MOST_OBJECTS

    def properties(self, member: Member) -> tuple[Member, ...]:
        """Return the properties of objects that the member, a representative, may be."""
        if member not in self._known:
            self._register(member)
            self._run()
        return tuple(self.locations.get(member, ()))

    def functions(self, term: Term) -> frozenset[int]:
        """Return the functions that the term may be; for a class, its constructor."""
        constructors = self._constraints.constructors
        if isinstance(term, Instance):
            term = self._find(term.of)
        objects = self.of(term)
        functions = {each.node for each in objects if isinstance(each, Function)}
        functions |= {
            constructors[each.node]
            for each in objects
            if isinstance(each, Class) and each.node in constructors
        }
        return frozenset(functions)

    def _objects(self, term: Term) -> tuple[Object, ...]:
        return tuple(self._of.get(term, ()))

    def _extend(self) -> None:
        """Let `this` in the methods of a class also be an object of each class that extends it."""
        for subclass, terms in self._constraints.extended.items():
            for term in terms:
                base = Instance(term)
                self._register(base)
                self._run()
                for obj in self._objects(base):
                    self._register(obj)
                    self._register(This(subclass))
                    self._edge(This(subclass), obj)

    def _copy(self) -> bool:
        """Copy properties from object to object, and return whether there were more to copy."""
        before = len(self.copied)
        for copy in self._constraints.copies:
            targets = [each for term in copy.targets for each in self._objects(self._find(term))]
            sources = [each for term in copy.sources for each in self._objects(self._find(term))]
            if len(targets) * len(sources) > MOST_PAIRS:
                sources = self._without_copies(sources)
            for target, source in product(targets, sources):
                if isinstance(target, This) and isinstance(source, This) and target != source:
                    for name in sorted(self.stored.get(source.owner, ())):
                        self._copy_property(copy, Member(target, name), Member(source, name))
                if len(self.copied) > MOST_COPIES:
                    raise ModuleError("too many objects are copied to be analysed")
        return len(self.copied) > before

    def _without_copies(self, objects: Sequence[Object]) -> list[Object]:
        """Return the objects without those that have the properties of another one among them.

        `this` in the methods of a prototype may be each object that is made from it, so that the prototype
        seems to be all of them.
        """
        copies = {copy for each in objects for copy in self._copies.get(each, ())}
        return [each for each in objects if each not in copies]

    def _copy_property(self, copy: Copy, target: Member, source: Member) -> None:
        if (target, source) not in self.copied:
            self.copied[target, source] = copy
            if isinstance(target.of, This):
                self.stored[target.of.owner].add(target.name)
            representatives = self._find(source), self._find(target)
            for each in representatives:
                self._register(each)
            self._edge(*representatives)
            if target.of is not None and source.of is not None:
                # `this` in a method that is copied may be the object with the copy.
                self._edge(target.of, source.of)
                if isinstance(source.of, This) and isinstance(target.of, This):
                    self._copies[source.of].add(target.of)

    def _register(self, term: Term) -> None:
        """Make the term known, and the terms that it consists of."""
        while term not in self._known:
            self._known.add(term)
            match term:
                case Function() | Class() | This():
                    self._add(term, term)
                    return
                case Member(of, name) if of is not None:
                    of = self._find(of)
                    self._members_of[of].append(term)
                    if name in ("call", "apply", "bind"):
                        self._edge(of, term)
                    for each in self._objects(of):
                        self._connect(term, each)
                    term = of
                case Result(callee):
                    callee = self._find(callee)
                    self._results[callee].append(term)
                    if isinstance(callee, Member) and callee.name == "bind" and callee.of is not None:
                        self._edge(self._find(callee.of), term)
                    else:
                        for each in self._objects(callee):
                            self._return(each, term)
                    term = callee
                case Instance(of):
                    of = self._find(of)
                    self._instances[of].append(term)
                    if isinstance(of, Name) and of in self._constructed:
                        self._add(term, This(of))
                    for each in self._objects(of):
                        self._instantiate(each, term)
                    term = of

    def _add(self, term: Term, obj: Object) -> None:
        objects = self._of[term]
        if obj in objects or len(objects) >= MOST_OBJECTS:
            return
        objects[obj] = None
        self._facts += 1
        if self._facts > MOST_FACTS:
            raise ModuleError("too many objects are passed on to be analysed")
        self._queue.append((term, obj))

    def _edge(self, source: Term, target: Term) -> None:
        if source != target and target not in self._successors[source]:
            self._successors[source][target] = None
            for obj in self._objects(source):
                self._add(target, obj)

    def _run(self) -> None:
        while self._queue:
            term, obj = self._queue.popleft()
            for target in list(self._successors.get(term, ())):
                self._add(target, obj)
            for member in list(self._members_of.get(term, ())):
                self._connect(member, obj)
            for result in list(self._results.get(term, ())):
                self._return(obj, result)
            for instance in list(self._instances.get(term, ())):
                self._instantiate(obj, instance)
            for passing in list(self._passing.get(term, ())):
                self._pass(passing, obj)

    def _connect(self, member: Member, obj: Object) -> None:
        """Let the member be a property of the object."""
        if isinstance(obj, Function):
            return
        holder = This(obj.node) if isinstance(obj, Class) else obj
        for name in self._alternatives(holder, member.name):
            location = self._find(Member(holder, name))
            if location == member or not isinstance(location, Member):
                continue
            self._register(location)
            self.locations[member][location] = None
            self._edge(location, member)
            if name == member.name and member in self._targets:
                self._edge(member, location)
        if isinstance(holder.owner, Name):
            prototype = self._find(Member(Member(holder.owner, "prototype"), member.name))
            self._register(prototype)
            self._edge(prototype, member)

    def _alternatives(self, holder: This, name: str) -> Iterator[str]:
        yield name
        if name == ELEMENT:
            others = self.stored.get(holder.owner, set())
            if holder.owner in self._constraints.walk.objects:
                yield from sorted(others - {ELEMENT})
        elif name.isdigit():
            yield ELEMENT

    @staticmethod
    def _instance_of(obj: Object) -> This | None:
        return This(obj.node) if isinstance(obj, Class) else None

    def _instantiate(self, obj: Object, instance: Instance) -> None:
        made = self._instance_of(obj)
        if made is not None:
            self._add(instance, made)

    def _return(self, obj: Object, result: Result) -> None:
        if isinstance(obj, Function):
            returned = Returned(obj.node)
            self._register(returned)
            self._edge(returned, result)

    def _call(self, site: CallSite, callee: Term) -> None:
        self._register(callee)
        skipped = 0
        if isinstance(callee, Member) and callee.name in PASSING:
            skipped = PASSING[callee.name]
        elif isinstance(callee, Instance):
            callee = self._find(callee.of)
        passing = _Passing(site, skipped)
        self._passing[callee].append(passing)
        for obj in self._objects(callee):
            self._pass(passing, obj)

    def _pass(self, passing: _Passing, obj: Object) -> None:
        function = obj.node if isinstance(obj, Function) else None
        if isinstance(obj, Class):
            function = self._constraints.constructors.get(obj.node)
        if function is not None:
            for parameter, values, _ in self._constraints.passed(function, passing.site, passing.skipped):
                name = self._find(parameter)
                for value in map(self._find, values):
                    self._register(value)
                    self._edge(value, name)

    def _name_callees(self) -> None:
        """Let methods of unknown objects be the functions that have their names."""
        for site in self._constraints.calls.values():
            callees = [self._find(callee) for callee in site.callees]
            if not callees or any(self._objects(callee) for callee in callees):
                continue
            functions: set[int] = set()
            for callee in callees:
                if isinstance(callee, Member) and callee.of is not None:
                    of = self._objects(self._find(callee.of))
                    functions |= set() if of else self._having_name(callee.name, len(arguments_of(site.node)))
            if not functions or len(functions) > _MOST_NAMED:
                continue
            self.named[site.node.id] = frozenset(functions)
            for function in sorted(functions, key=self._order.__getitem__):
                self._pass(_Passing(site, 0), Function(function))
                for callee in callees:
                    self._return(Function(function), self._result(callee))

    def _result(self, callee: Term) -> Result:
        result = Result(callee)
        self._register(result)
        return result

    def _having_name(self, name: str, count: int) -> set[int]:
        functions = self._constraints.methods.get(name, set())
        if name not in METHODS:
            return functions
        # Built-in objects have methods of this name.
        parameters = self._constraints.parameters
        return {each for each in functions if count > 1 and len(parameters.get(each, ())) == count}
