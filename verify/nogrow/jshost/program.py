"""Collect everything that is known of a program before the flow in its functions is analysed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from nogrow.jshost.call_effects import CallEffects, Effect, schedules
from nogrow.jshost.constraints import APPLIED, CallSite, Constraints, Store
from nogrow.jshost.model import NOTHING_ASSUMED, Assumed
from nogrow.jshost.modules import File
from nogrow.jshost.parse import FUNCTIONS, Node, arguments_of, fields, text_of
from nogrow.jshost.points_to import KEPT, Kind, PointsTo, is_common
from nogrow.jshost.syntax import ELEMENT, Name
from nogrow.jshost.term import (
    Binding,
    Class,
    Function,
    Instance,
    Made,
    Member,
    Result,
    Returned,
    Spelled,
    Temporary,
    Term,
    This,
)

# An object came out of an array if its value was passed on this often.
_FARTHEST_ELEMENT = 4
# A property of more objects than this is not told apart by the object.
_MOST = 8
# Methods of `Atomics` that throw unless the memory is shared.
_NEED_SHARED = ("wait", "waitAsync")


class Program:
    """The results of the flow-insensitive analyses, each computed from those before it."""

    def __init__(self, files: Sequence[File], host: Assumed = NOTHING_ASSUMED) -> None:
        """Analyse trees without errors; raise `ModuleError` if they are too entangled."""
        self.constraints = constraints = Constraints(files)
        self.points_to = points_to = PointsTo(constraints, stale_length=host.stale_length)
        self._calls_of: dict[int, list[CallSite]] = defaultdict(list)
        for call in constraints.calls.values():
            self._calls_of[call.within].append(call)
        returning = host.exports._replace(still=host.exports.still | host.exports.throwing)
        self.knows_exports = host.exports.named is not None
        self.only_grows_itself = host.exports.all
        """No export grows a memory."""
        self.modules_import_none = host.exports.own_memory
        """No module imports a memory, so that those which the program creates belong to others."""
        self.failing: frozenset[int] = frozenset()
        """The `return` statements after which no caller goes on."""
        self._thrown = CallEffects(constraints, points_to, host.exports)
        ending = self._thrown
        if host.exports.throwing:
            ending = CallEffects(constraints, points_to, returning)
        self.effects = CallEffects(constraints, points_to, returning, ending, self._thrown)
        """The effects of calls that return."""
        # The bindings that each term may name, among those that may hold a view.
        self._locations: dict[Term, tuple[Binding, ...]] = {}
        self._by_name: dict[str, list[Binding]] | None = None
        # The names of properties that are not told apart by their objects.
        self._merged: set[str] | None = None
        # Where the program stores views in each binding that may hold one.
        self.stores: dict[Binding, list[Store]] = defaultdict(list)
        self.stores_of: dict[int, list[Store]] = defaultdict(list)
        self._mixed: dict[Binding, bool] = {}
        self._members: dict[str, set[Term]] | None = None
        self._shared = self._used_by_atomics()
        parameters = {name for names in constraints.parameters.values() for name in names}
        parameters -= {store.target for store in constraints.stores}
        self._compared = parameters.intersection(map(constraints.terms.name, constraints.walk.compared))
        # The variables of each `for of`, with what they may hold.
        self.iterated: dict[int, list[tuple[Term, tuple[Term, ...]]]] = defaultdict(list)
        for store in constraints.stores:
            if store.node.type == "for_in_statement":
                self.iterated[store.node.id].append((store.target, store.values))
            self.stores_of[store.within].append(store)
            self._take(store)
        # The functions that store a view in a binding, or another value in one that holds views.
        self.filled: dict[int, set[Binding]] = defaultdict(set)
        for function, stores in self.stores_of.items():
            for store in stores:
                self.filled[self.outermost(function)].update(self.locations(store.target))
        # The properties of classes themselves, not of their objects.
        self._of_classes = {points_to.find(member) for member in constraints.statics}
        # What calls pass in each parameter.
        self.passed: dict[int, list[tuple[Binding, tuple[Term, ...]]]] = defaultdict(list)
        # The functions that get views which were made before they are called, and where they are passed on.
        self.called_later: dict[int, Node] = {}
        # The parameters in which a call passes no view.
        self.get_others: set[Binding] = set()
        self._pass_arguments()
        self._locations.clear()
        self._by_name = None
        self.stores_at: dict[int, list[Store]] = defaultdict(list)
        for store in constraints.stores:
            if store.node.type in ("call_expression", "new_expression", "yield_expression"):
                self.stores_at[store.node.id].append(store)
        # The properties with views whose objects each function makes.
        self.made: dict[int, set[Binding]] = defaultdict(set)
        self._note_made()
        # The names that each function reads.
        self.reads: dict[int, set[Name]] = defaultdict(set)
        for node, function in constraints.walk.reads:
            if node not in constraints.written:
                name = constraints.links.name(constraints.walk.names[node])
                self.reads[function].add(name)
        self.callers: dict[int, set[int]] = defaultdict(set)
        for function, callers in self.effects.callers.items():
            self.callers[function] |= set(map(self.outermost, callers))
        self._propagate(self.filled)
        self._propagate(self.made)

    def locations(self, term: Term) -> tuple[Binding, ...]:
        """Return the bindings that may hold a view, among those that the term may name."""
        if self._by_name is None:
            self._by_name = defaultdict(list)
            for binding in self.stores:
                if isinstance(binding, Member):
                    self._by_name[binding.name].append(binding)
        if term not in self._locations:
            points_to = self.points_to
            known = tuple(each for each in self._targets(term) if each in self.stores)
            if not known and isinstance(term, Member) and points_to.is_view_field(term):
                known = tuple(self._by_name.get(term.name, ()))
            self._locations[term] = known
        return self._locations[term]

    def related(self, holders: Iterable[Spelled], candidates: frozenset[Binding]) -> frozenset[Binding]:
        """Return the candidates that share values with the bindings of `holders`, in any number of steps."""
        neighbours: dict[Binding, set[Binding]] = defaultdict(set)
        for target in candidates:
            for store in self.stores[target]:
                for value in store.values:
                    for source in self.locations(value):
                        if source in candidates:
                            neighbours[target].add(source)
                            neighbours[source].add(target)
        found: set[Binding] = set()
        named = [holder if isinstance(holder, Name | Member) else holder.binding for holder in holders]
        queue = [binding for binding in named if binding in candidates]
        while queue:
            binding = queue.pop()
            if binding not in found:
                found.add(binding)
                queue.extend(neighbours[binding])
        return frozenset(found)

    def is_of_many(self, term: Term) -> bool:
        """Return whether the term names a property of an object that came out of an array or a map."""
        if not isinstance(term, Member) or term.of is None:
            return False
        seen: set[Term] = {term.of}
        queue: list[tuple[Term, int]] = [(term.of, 0)]
        while queue:
            value, steps = queue.pop()
            if isinstance(value, Member) and (value.name == ELEMENT or value.name.isdigit()):
                return True
            further = self.points_to.flows.get(self.points_to.find(value), set()) - seen
            if steps < _FARTHEST_ELEMENT:
                queue += ((each, steps + 1) for each in further)
                seen |= further
        return False

    def _targets(self, term: Term) -> tuple[Binding, ...]:
        """Return the bindings that a term may name; where many objects may be meant, one stands for all."""
        if self._merged is None:
            locations = self.points_to.objects.locations.items()
            crowded = {
                term.name for term, found in locations if isinstance(term, Member) and len(found) > _MOST
            }
            self._merged = {name for name in crowded if not is_common(name)}
        bindings = self.points_to.locations(term)
        first = bindings[0] if bindings else None
        if isinstance(first, Member) and first.name in self._merged:
            return (Member(None, first.name),)
        return bindings if len(bindings) <= _MOST else bindings[:1]

    def generators(self, values: Iterable[Term]) -> list[int]:
        """Return the generator functions whose objects have the elements `values`."""
        functions = self.constraints.generators
        objects = {
            each.owner
            for value in values
            if isinstance(value, Member) and value.of is not None
            for each in self.points_to.objects.of(self.points_to.find(value.of))
            if isinstance(each, This) and each.owner in functions
        }
        return sorted(each for each in objects if isinstance(each, int))

    def calls_of(self, function: int) -> list[CallSite]:
        """Return the calls in a function."""
        return self._calls_of[function]

    def home(self, binding: Binding) -> int | None:
        """Return the function in whose call a binding lives; None if it outlives every call."""
        if not isinstance(binding, Name):
            return None
        scope = binding.scope
        functions = self.constraints.walk.functions
        home = scope if scope in functions else self.constraints.walk.scopes.functions[scope]
        return None if home in self.constraints.walk.roots else self.outermost(home)

    def node(self, function: int) -> Node:
        """Return the node of a function, or the root of a file for the code outside functions."""
        walk = self.constraints.walk
        return walk.functions[function] if function in walk.functions else walk.roots[function]

    def outermost(self, function: int) -> int:
        """Return the function whose graph has the code of `function`, which may run in place."""
        while function in self.constraints.inlined:
            function = self.constraints.walk.parents[function]
        return function

    def promised_effect(self, function: int) -> Effect:
        """Return the effect of an asynchronous function, whose exceptions end in its promise."""
        return max(effects.entering.get(function, Effect.NONE) for effects in (self.effects, self._thrown))

    def thrown_effect(self, call: CallSite) -> Effect | None:
        """Return the effect of a call that ends with an exception; None if it cannot throw."""
        if any(self._grows_memory(callee) for callee in call.callees):
            # It throws if it cannot grow the memory.
            return Effect.NONE
        effect, functions = self._thrown.effect(call)
        if functions and effect is Effect.NONE and all(map(self._only_makes_views, functions)):
            return None
        return self._thrown.of_any_end(call)

    def may_enter(self, function: int) -> bool:
        """Return whether a call of the function may enter the module where it may grow the memory."""
        return function in self.effects.entering or function in self._thrown.entering

    def _grows_memory(self, callee: Term) -> bool:
        if not isinstance(callee, Member) or callee.name != "grow":
            return False
        return bool(self.points_to.of(callee.of) & Kind.MEMORY)

    def _only_makes_views(self, function: int) -> bool:
        """Return whether all calls in the function make views of whole buffers, which never throws."""
        calls = self._calls_of[function]
        stack = [self.constraints.walk.functions[function]] if calls and all(map(_makes_view, calls)) else []
        can_throw = not stack
        while stack and not can_throw:
            node = stack.pop()
            can_throw = node.type == "throw_statement"
            stack += node.named_children
        return not can_throw

    def makes_data_view(self, store: Store) -> bool:
        """Return whether a `DataView` is stored."""
        return [self.constructor(value) for value in store.values] == ["DataView"]

    def constructor(self, value: Term) -> str:
        """Return the name of the class that makes the value, the empty string if it is not known."""
        call = self.constraints.calls.get(value.node) if isinstance(value, Made) else None
        names = fields(call.node, "constructor") if call is not None else []
        return text_of(names[0]) if names else ""

    def constructs(self, function: int, binding: Binding) -> bool:
        """Return whether the function makes the object that has the binding."""
        of = binding.of if isinstance(binding, Member) else None
        if not isinstance(of, This):
            return False
        if binding in self._of_classes:
            return False
        if isinstance(of.owner, Name):
            return function in self.points_to.functions(of.owner)
        return self.constraints.constructors.get(of.owner) == function

    def waits(self, function: int) -> bool:
        """Return whether a call of the function may return before the function has ended."""
        node = self.constraints.walk.functions[function]
        return any(child.type in ("async", "*") for child in node.children)

    def _take(self, store: Store) -> None:
        if not self.points_to.any(store.values) & KEPT:
            return
        if all(map(self._is_chosen, store.values)) and not _is_in_comparison(store.node):
            return
        for target in self._targets(store.target):
            if target in self._shared or not self._keeps(target):
                continue
            may_hold = isinstance(target, Member) and target.name != ELEMENT
            if not may_hold and not self.points_to.of(target) & KEPT:
                continue
            if isinstance(target, Member) and target.name != getattr(store.target, "name", ""):
                # The store is not in all properties that it may be read from.
                continue
            self.stores[target].append(store)

    def is_mixed(self, binding: Spelled) -> bool:
        """Return whether the binding may hold other objects than views, as a general container does."""
        if isinstance(binding, Temporary):
            return binding.binding is not None and self.is_mixed(binding.binding)
        if binding not in self._mixed:
            seen: set[Term] = {binding}
            if isinstance(binding, Member) and binding not in self.points_to.flows:
                # It stands for the properties of this name of all objects.
                seen |= self._of_name(binding.name)
            stack = list(seen)
            while stack:
                term = stack.pop()
                further = set(self.points_to.flows.get(term, ())) if not isinstance(term, Made) else set()
                if isinstance(term, Result):
                    further |= set(map(Returned, self.points_to.functions(term.callee)))
                stack += further - seen
                seen |= further
            self._mixed[binding] = any(map(self._is_other_object, seen))
        return self._mixed[binding]

    def _of_name(self, name: str) -> set[Term]:
        if self._members is None:
            self._members = defaultdict(set)
            for term in self.points_to.flows:
                if isinstance(term, Member):
                    self._members[term.name].add(term)
        return self._members[name]

    def _is_other_object(self, term: Term) -> bool:
        if isinstance(term, Instance):
            return not self.points_to.of(term) & (KEPT | Kind.OTHER)
        # What methods such as `slice` return may be a copy of a view as well.
        is_result = isinstance(term, This) and term.owner in self.constraints.calls
        return isinstance(term, This | Function | Class) and not is_result

    def _is_chosen(self, value: Term) -> bool:
        """Return whether the program knows if the value is a view, or it is all that a module object has.

        Glue asks whether a view that it was given is one of the memory, and then copies what it would keep.
        """
        if isinstance(value, Member) and value.name == ELEMENT:
            copied = {value, *self.points_to.flows.get(value, ())}
            return any(isinstance(each, Member) and self.points_to.is_module(each.of) for each in copied)
        made_of = self.points_to.flows.get(value, {value}) if isinstance(value, Made) else {value}
        return bool(made_of) and all(_root(term) in self._compared for term in made_of)

    def _pass_arguments(self) -> None:
        """Store the views that are passed to functions of the program in their parameters."""
        for site in self.constraints.calls.values():
            self._pass(site, arguments_of(site.node))
        for site in self.constraints.callbacks:
            self._pass(site, [site.node] * len(site.arguments))
            call = self.constraints.calls[site.node.id]
            if schedules(call) and any(self.points_to.any(values) & KEPT for values in site.arguments):
                for function, _ in self.points_to.called(site):
                    self.called_later.setdefault(function, site.node)

    def _pass(self, site: CallSite, nodes: list[Node]) -> None:
        is_view = any(self.points_to.any(values) & KEPT for values in site.arguments)
        for function, skipped in self.points_to.called(site):
            if not is_view and skipped != APPLIED:
                passed = self.constraints.passed(function, site, skipped)
                self.get_others.update(parameter for parameter, _, _ in passed)
                continue
            for parameter, values, number in self.constraints.passed(function, site, skipped):
                self.passed[function].append((parameter, values))
                self._take(Store(parameter, values, nodes[number], function))

    def _used_by_atomics(self) -> set[Term]:
        """Return the bindings passed to `Atomics.wait`: views of shared memory, which are never detached."""
        return {
            self.points_to.find(term)
            for call in self.constraints.calls.values()
            for callee in call.callees
            if isinstance(callee, Member)
            and self.constraints.terms.is_global(callee.of, frozenset(("Atomics",)))
            and callee.name in _NEED_SHARED
            for term in (call.arguments[0] if call.arguments else ())
        }

    def _keeps(self, binding: Binding) -> bool:
        is_known = isinstance(binding, Name) or (
            isinstance(binding, Member)
            and (binding.of is None or isinstance(binding.of, Name | This | Member))
        )
        return is_known and binding not in self.constraints.getters

    def _note_made(self) -> None:
        """Note the properties of objects that literals and constructors make."""
        walk = self.constraints.walk
        creators = {node.id: function for node, function in walk.nodes if node.id in walk.objects}
        creators |= {node.id: function for node, function in walk.literals}
        for binding in self.stores:
            of = binding.of if isinstance(binding, Member) else None
            if not isinstance(of, This) or binding in self._of_classes:
                continue
            if isinstance(of.owner, Name):
                functions = set(self.points_to.functions(of.owner))
            elif of.owner in walk.objects:
                functions = {creators[of.owner]} if of.owner in creators else set()
            else:
                functions = {self.constraints.constructors.get(of.owner, of.owner)}
            for function in functions & (walk.functions.keys() | walk.roots.keys()):
                self.made[self.outermost(function)].add(binding)

    def _propagate(self, bindings: dict[int, set[Binding]]) -> None:
        """Let each function do what the functions that it calls do to bindings."""
        queue = list(bindings)
        while queue:
            function = queue.pop()
            for caller in self.callers.get(function, ()):
                if not bindings[function] <= bindings[caller]:
                    bindings[caller] |= bindings[function]
                    queue.append(caller)


def _makes_view(call: CallSite) -> bool:
    is_view = call.node.type == "new_expression" and any(isinstance(callee, Made) for callee in call.callees)
    return is_view and len(call.arguments) == 1


def _is_in_comparison(node: Node) -> bool:
    """Return whether the node is in a branch that depends on a buffer."""
    inner: Node | None = node
    while inner is not None and inner.type not in FUNCTIONS:
        conditions = fields(inner, "condition")
        if any(".buffer" in text_of(condition) for condition in conditions):
            return True
        inner = inner.parent
    return False


def _root(term: Term | None) -> Term | None:
    """Return the value that the term is a member of, or the result of a method of."""
    while isinstance(term, Member | Result):
        term = term.of if isinstance(term, Member) else term.callee
    return term
