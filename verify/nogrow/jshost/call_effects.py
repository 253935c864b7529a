"""Compute which calls may enter the module: all that are not known to stay outside."""

import enum
import re
from collections import defaultdict
from collections.abc import Iterator

from nogrow.jshost.builtins import (
    COMPUTING,
    GLOBALS,
    METHODS,
    NODE,
    OBJECTS,
    SCHEDULERS,
    TIMERS,
    WEB,
    WITH_CALLBACK,
    WORLDS,
)
from nogrow.jshost.called_exports import CalledExports
from nogrow.jshost.constraints import CallSite, Constraints
from nogrow.jshost.model import Exports
from nogrow.jshost.parse import FUNCTIONS, Node, children_of, fields
from nogrow.jshost.points_to import Kind, PointsTo
from nogrow.jshost.syntax import ELEMENT, Name
from nogrow.jshost.term import (
    Class,
    Function,
    Instance,
    Made,
    Member,
    NewMemory,
    Result,
    Returned,
    Term,
    This,
)

_KNOWN = GLOBALS | WEB
# Emscripten's functions that move the stack pointer or read it, and the C library's that gives an address.
_NEVER_GROWS = re.compile(
    r"_*(emscripten_)?stack_?(Alloc|alloc|Save|Restore|restore|get_\w+)|_*errno_location"
)
# How many bindings a value may have passed through.
_FARTHEST = 4


class Effect(enum.IntEnum):
    """Whether a call may enter the module: never, perhaps because its callee is unknown, or by an export."""

    NONE = 0
    POSSIBLE = 1
    CERTAIN = 2


class CallEffects:
    """The effects of functions and calls: whether each may enter the module, and which functions it runs."""

    def __init__(
        self,
        constraints: Constraints,
        points_to: PointsTo,
        exports: Exports,
        ending: "CallEffects | None" = None,
        thrown: "CallEffects | None" = None,
    ) -> None:
        """Propagate the effect from callees to callers; a call that cannot grow a memory has none.

        With `ending`, the effects of calls that end in any way, those are computed of calls that return.
        `thrown` also has those of exports that only throw after a growth, which matter where they are caught.
        """
        self._grow = Effect.NONE if exports.shared and not _creates_memory(points_to) else Effect.CERTAIN
        grows = bool(self._grow) and self._grows(constraints)
        self.other_code = Effect.NONE if exports.all and not grows else Effect.CERTAIN
        """The effect of code that runs between calls of the program's functions, and while one waits."""
        self._constraints = constraints
        self._points_to = points_to
        self._parameters = {name for names in constraints.parameters.values() for name in names}
        self._called = CalledExports(constraints, points_to, exports)
        if self._called.are_others:
            self.other_code = min(self.other_code, Effect.POSSIBLE)
        self.callers: dict[int, set[int]] = defaultdict(set)
        guessed: set[tuple[int, int]] = set()
        returning_to: dict[int, set[int]] = defaultdict(set)
        never = _never_return(constraints) if ending is not None else set()
        # The functions whose calls may enter the module.
        self.entering: dict[int, Effect] = {}
        for call in constraints.calls.values():
            effect, functions = self.effect(call)
            if self.guesses(call):
                guessed |= {(function, call.within) for function in functions}
            for function in functions:
                self.callers[function].add(call.within)
            if ending is not None:
                in_throw, in_try = _around(call.node)
                if not in_try:
                    effect, functions = (Effect.NONE, set()) if in_throw else (effect, functions - never)
                caught = functions & never
                effect = max([effect, *(ending.entering.get(each, Effect.NONE) for each in caught)])
                if in_try and thrown is not None:
                    effect = max(effect, thrown.of_any_end(call))
            if effect > self.entering.get(call.within, Effect.NONE):
                self.entering[call.within] = effect
            for function in functions:
                returning_to[function].add(call.within)
        for node, within in constraints.walk.getter_reads:
            for getter in points_to.getters(node):
                self.callers[getter].add(within)
                returning_to[getter].add(within)
        for function in never:
            self.entering.pop(function, None)
        queue = list(self.entering)
        while queue:
            function = queue.pop()
            for caller in returning_to.get(function, set()) - never:
                effect = self.entering[function]
                if (function, caller) in guessed:
                    effect = min(effect, Effect.POSSIBLE)
                if effect > self.entering.get(caller, Effect.NONE):
                    self.entering[caller] = effect
                    queue.append(caller)

    def of_any_end(self, call: CallSite) -> Effect:
        """Return the effect of a call, with that of the functions which it runs."""
        effect, functions = self.effect(call)
        inner = max((self.entering.get(each, Effect.NONE) for each in functions), default=Effect.NONE)
        return max(effect, min(inner, Effect.POSSIBLE if self.guesses(call) else Effect.CERTAIN))

    def guesses(self, call: CallSite) -> bool:
        """Return whether only a method's name says which functions are called, and others may have it."""
        return any(self._guesses(callee) for callee in call.callees)

    def _guesses(self, callee: Term) -> bool:
        if not isinstance(callee, Member) or self._points_to.functions(callee):
            return False
        named = self._constraints.methods.get(callee.name, ())
        return len(named) > 1 or callee.name in METHODS

    def effect(self, call: CallSite) -> tuple[Effect, set[int]]:
        """Return whether the call itself may enter the module, and the functions that it may run."""
        callee_node = call.node.child_by_field_name("function")
        if not call.callees:
            # `super()` and `import()` run code of other files, but none of the module.
            outside = callee_node is not None and callee_node.type in ("super", "import")
            stays = outside or call.node.type == "new_expression"
            return Effect.NONE if stays else Effect.POSSIBLE, set()
        named = self._called.named_in(call)
        if named is not None:
            return self._entering(named), set()
        effect, run = Effect.NONE, set()
        for callee in call.callees:
            of_callee, functions = self._callee(callee)
            effect = max(effect, of_callee)
            run |= functions
        if effect is Effect.NONE and not schedules(call) and not self._only_computes(call):
            calls_back = _calls_back(call)
            for values in call.arguments:
                for value in map(self._points_to.find, values):
                    if (calls_back or isinstance(value, Function | Name)) and not run:
                        run |= self._points_to.functions(value)
            if not run:
                for value in self._exports_passed(call):
                    effect = max(effect, self._entering(self._called.of(value)))
        return effect, run

    def _only_computes(self, call: CallSite) -> bool:
        """Return whether the call is one of a built-in function that calls none of its arguments."""
        is_global = self._constraints.terms.is_global
        return all(isinstance(each, Member) and is_global(each.of, COMPUTING) for each in call.callees)

    def _exports_passed(self, call: CallSite) -> Iterator[Term]:
        """Yield the functions of the module that a built-in method gets, and calls before it returns."""
        if _calls_back(call):
            for value in (value for values in call.arguments for value in values):
                if self._points_to.of(value) & Kind.EXPORT and not self._points_to.functions(value):
                    yield value

    def exports_entered(self, call: CallSite) -> frozenset[str]:
        """Return the exports that the call itself calls and that may grow a memory, as far as they are known.

        The names are those that the code uses.
        """
        names = self._called.named_in(call) or set()
        passed = [] if names or schedules(call) else list(self._exports_passed(call))
        for value in passed:
            names |= self._called.of(value) or set()
        for callee in call.callees if not names else ():
            term: Term | None = callee
            if isinstance(callee, Member) and callee.name in ("call", "apply"):
                term = callee.of
            if term is None or self._points_to.functions(term):
                continue
            if known := self._called.of(term):
                names |= known
            elif isinstance(term, Member) and self._method(term.of, term.name)[0] is Effect.CERTAIN:
                names.add(term.name)
        return frozenset(name for name in self._called.real(names) if self._called.may_grow({name}))

    def _callee(self, callee: Term) -> tuple[Effect, set[int]]:
        if isinstance(callee, Name | Member) and _NEVER_GROWS.fullmatch(callee.name):
            return Effect.NONE, set()
        functions = self._points_to.functions(callee)
        if functions:
            is_known = not self._points_to.objects.may_be_more(self._points_to.find(callee))
            return Effect.NONE if is_known else Effect.POSSIBLE, set(functions)
        match callee:
            case Made() | NewMemory() | Class() | Function() | This():
                return Effect.NONE, set()
            case Instance(of):
                return self._constructor(of), set()
            case Name():
                if self._constraints.is_node(callee) or self._is_fetched(callee):
                    return Effect.NONE, set()
                known = self._constraints.terms.is_global(callee, _KNOWN) and not self._is_declared(callee)
                return Effect.NONE if known else self._outside(callee), set()
            case Member(Member(Name() as module, _), _) if self._constraints.is_node(module):
                return Effect.NONE, set()
            case Member(of, name):
                return self._method(of, name)
        return self._outside(callee), set()

    def _outside(self, callee: Term) -> Effect:
        """Return the effect of a function that is not the program's."""
        if self._points_to.of(callee) & Kind.EXPORT:
            return self._entering(self._called.of(callee))
        values = self._points_to.flows.get(callee, ()) if isinstance(callee, Name) else ()
        # A function that is taken out of an object has the effect of a method of the object.
        taken = [value for value in values if isinstance(value, Member)]
        certain = taken and all(
            self._points_to.has_memory(value.of) and self._method(value.of, value.name)[0] is Effect.CERTAIN
            for value in taken
            if value.of is not None
        )
        return Effect.CERTAIN if certain and len(taken) == len(values) else Effect.POSSIBLE

    def _entering(self, names: set[str] | None) -> Effect:
        """Return the effect of a call of an export of these names."""
        may_grow = self._called.may_grow(names)
        return Effect.POSSIBLE if may_grow is None else Effect.CERTAIN if may_grow else Effect.NONE

    @staticmethod
    def _grows(constraints: Constraints) -> bool:
        return any("grow" in names for names in constraints.walk.members.values())

    def _constructor(self, of: Term) -> Effect:
        if isinstance(of, Name) and any(
            isinstance(value, Class) for value in self._points_to.flows.get(of, ())
        ):
            return Effect.NONE
        if isinstance(of, Member) and self._constraints.terms.is_global(of.of, OBJECTS):
            return Effect.NONE
        if not isinstance(of, Name):
            return Effect.NONE if self._is_host_class(of) else Effect.POSSIBLE
        return self._callee(of)[0]

    def _method(self, of: Term | None, name: str) -> tuple[Effect, set[int]]:
        held = self._points_to.of(of)
        is_export = held & Kind.EXPORTS and self._called.has(name)
        if name in ("call", "apply") and of is not None and not is_export and not isinstance(of, Result):
            return self._callee(of)
        if held & Kind.EXPORTS and (name == ELEMENT or self._called.has(name)):
            effect = self._entering(None if name == ELEMENT else {name})
            # Other objects that are kept together with the exports have the language's methods.
            is_mixed = name in METHODS and not self._is_exports(of, _FARTHEST)
            return min(effect, Effect.POSSIBLE) if is_mixed else effect, set()
        if name not in METHODS and self._points_to.of(Member(of, name)) & Kind.EXPORT:
            return self._entering(self._called.of(Member(of, name))), set()
        if held & Kind.MEMORY and name == "grow":
            return self._grow, set()
        if held & (Kind.VIEW | Kind.BUFFER):
            return Effect.NONE, set()
        if isinstance(of, Name):
            if self._constraints.is_node(of):
                return Effect.NONE, set()
            if self._constraints.terms.is_global(of, WORLDS):
                return Effect.NONE if name in _KNOWN else Effect.POSSIBLE, set()
            if self._constraints.terms.is_global(of, OBJECTS) and not self._is_declared(of):
                enters = (of.name == "WebAssembly" and name.startswith("instantiate")) or (
                    of.name == "Reflect" and name in ("apply", "construct")
                )
                return Effect.POSSIBLE if enters else Effect.NONE, set()
        if isinstance(of, Name | Member) and self._is_of_the_host(of):
            return Effect.NONE, set()
        # A string or array literal has the language's methods.
        named = self._constraints.methods.get(name, set()) if of is not None or name not in METHODS else set()
        if name in METHODS and not named:
            return Effect.NONE, set()
        is_exports = of is not None and self._points_to.has_memory(of)
        if is_exports and not any(map(self._of_object_with_memory, named)):
            return self._entering({name}), set()
        # The object may be of another program, whatever methods of this one have the name.
        return Effect.POSSIBLE, set(named)

    def _is_exports(self, term: Term | None, farthest: int) -> bool:
        """Return whether the term is always the module's exports, as far as the program shows."""
        if not self._points_to.of(term) & Kind.EXPORTS or term is None or farthest == 0:
            return False
        if isinstance(term, Member) and term.name in ("exports", ELEMENT):
            return term.name == "exports"
        values = set(self._points_to.flows.get(self._points_to.find(term), ()))
        if isinstance(term, Result):
            for function in self._points_to.functions(term.callee):
                values |= self._points_to.flows.get(Returned(function), set())
        return all(self._is_exports(value, farthest - 1) for value in values)

    def _of_object_with_memory(self, method: int) -> bool:
        """Return whether the method's class or object has a member `memory`, as exports have."""
        walk = self._constraints.walk
        node = walk.functions[method]
        holders = [walk.holders.get(each.id) for each in (node, node.parent) if each is not None]
        return any(
            Member(This(holder), "memory") in self._points_to.flows
            for holder in holders
            if holder is not None
        )

    def _is_of_the_host(self, term: Term) -> bool:
        """Return whether only objects of the language and its hosts are ever stored under the name."""
        values = self._points_to.flows.get(term, set())
        collections = self._constraints.terms.collections
        made = [value for value in values if isinstance(value, Instance)]
        literals = [value for value in values if isinstance(value, This)]
        is_made = bool(made) or any(value.owner in collections for value in literals)
        is_known = is_made and len(made) + len(literals) == len(values)
        return is_known and all(self._is_host_class(value.of) for value in made)

    def _is_host_class(self, term: Term | None) -> bool:
        """Return whether the term is a class of the language or its hosts, by whatever name."""
        if isinstance(term, Member):
            return term.name in GLOBALS - WORLDS
        if not isinstance(term, Name):
            return False
        if self._constraints.terms.is_global(term, _KNOWN - WORLDS) and not self._is_declared(term):
            return True
        if self._constraints.modules.get(term, "").removeprefix("node:") in NODE:
            return True
        values = self._points_to.flows.get(term, set())
        return bool(values) and all(
            (isinstance(value, Name) and value != term and self._constraints.terms.is_global(value, _KNOWN))
            or (isinstance(value, Member) and value.name in GLOBALS)
            for value in values
        )

    def _is_fetched(self, name: Name) -> bool:
        """Return whether only functions of built-in objects are ever stored under the name."""
        values = self._points_to.flows.get(name, set())
        return bool(values) and name not in self._parameters and all(map(self._is_built_in, values))

    def _is_built_in(self, term: Term) -> bool:
        if isinstance(term, Member) and term.name in METHODS and term.name not in self._constraints.methods:
            return not self._points_to.of(term.of) & Kind.EXPORTS
        base: Term | None = term
        while isinstance(base, Member):
            base = base.of
        if isinstance(base, Result) and isinstance(base.callee, Member):
            # `Object.getOwnPropertyDescriptor(Map.prototype, "size").get` is a function of `Map`.
            base = base.callee.of if base.callee.name == "getOwnPropertyDescriptor" else None
        return self._constraints.terms.is_global(base, OBJECTS - WORLDS) and base not in self._points_to.flows

    def _is_declared(self, name: Name) -> bool:
        return name in self._points_to.flows or name in self._constraints.modules


def _creates_memory(points_to: PointsTo) -> bool:
    """Return whether the program creates a memory whose growth may detach views."""
    return any(
        isinstance(value, NewMemory) and not value.declared and not value.fixed
        for values in points_to.flows.values()
        for value in values
    )


def schedules(call: CallSite) -> bool:
    """Return whether the call keeps its arguments, to run them after an `await` at the earliest."""
    return any(
        (isinstance(callee, Member) and callee.name in SCHEDULERS | TIMERS)
        or (isinstance(callee, Name) and callee.name.startswith(("set", "queue", "request")))
        for callee in call.callees
    )


def _calls_back(call: CallSite) -> bool:
    """Return whether the call may be one of a built-in method that calls its argument before it returns."""
    return any(isinstance(callee, Member) and callee.name in WITH_CALLBACK for callee in call.callees)


def _around(call: Node) -> tuple[bool, bool]:
    """Return whether the call is what a `throw` evaluates, and whether it is in a `try` of its function."""
    in_throw = False
    node = call.parent
    while node is not None and node.type not in FUNCTIONS:
        in_throw |= node.type == "throw_statement"
        if node.type == "try_statement":
            return in_throw, True
        outer = node.parent
        if node.type == "catch_clause" and outer is not None and not fields(outer, "finalizer"):
            # No handler catches what it throws itself.
            outer = outer.parent
        node = outer
    return in_throw, False


def _never_return(constraints: Constraints) -> set[int]:
    """Return the functions that end with a `throw` and have no `return`."""
    never = set()
    for function, node in constraints.walk.functions.items():
        statements = [child for body in fields(node, "body") for child in children_of(body)]
        if not statements or statements[-1].type != "throw_statement":
            continue
        stack, returns = statements, False
        while stack and not returns:
            part = stack.pop()
            returns = part.type in ("return_statement", "yield_expression")
            stack += [] if part.type in FUNCTIONS else part.named_children
        if not returns and not any(child.type in ("async", "*") for child in node.children):
            never.add(function)
    return never
