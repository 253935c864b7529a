"""Compute which calls may enter the module: all that are not known to stay outside."""

from collections import defaultdict

from nogrow.jshost.builtins import GLOBALS, METHODS, OBJECTS, SCHEDULERS, WORLDS
from nogrow.jshost.constraints import CallSite, Constraints
from nogrow.jshost.points_to import Kind, PointsTo
from nogrow.jshost.syntax import Name
from nogrow.jshost.terms import Class, Function, Instance, Made, Member, NewMemory, Result, Term


class CallEffects:
    """The effects of functions and calls: whether each may enter the module, and which functions it runs."""

    def __init__(self, constraints: Constraints, points_to: PointsTo) -> None:
        """Propagate the effect from callees to callers."""
        self._constraints = constraints
        self._points_to = points_to
        self._parameters = {name for names in constraints.parameters.values() for name in names}
        self.callers: dict[int, set[int]] = defaultdict(set)
        # The functions whose calls may enter the module.
        self.entering = set(constraints.waits)
        for call in constraints.calls.values():
            enters, functions = self._effect(call)
            if enters:
                self.entering.add(call.within)
            for function in functions:
                self.callers[function].add(call.within)
        queue = list(self.entering)
        while queue:
            for caller in self.callers.get(queue.pop(), ()):
                if caller not in self.entering:
                    self.entering.add(caller)
                    queue.append(caller)

    def of(self, call: CallSite) -> tuple[bool, set[int]]:
        """Return whether the call may enter the module, and the functions of this program that it may run."""
        enters, functions = self._effect(call)
        return enters or not self.entering.isdisjoint(functions), functions

    def _effect(self, call: CallSite) -> tuple[bool, set[int]]:
        """Return whether the call itself may enter the module, and the functions that it may run."""
        callee_node = call.node.child_by_field_name("function")
        if not call.callees:
            # `super()` and `import()` run code of other files, but none of the module.
            outside = callee_node is not None and callee_node.type in ("super", "import")
            return not outside and call.node.type != "new_expression", set()
        enters, run = False, set()
        for callee in call.callees:
            callee_enters, functions = self._callee(callee)
            enters = enters or callee_enters
            run |= functions
        if not enters and not self._schedules(call):
            for values in call.arguments:
                for value in values:
                    if isinstance(value, Function | Name) and not run:
                        run |= self._points_to.functions(value)
        return enters, run

    @staticmethod
    def _schedules(call: CallSite) -> bool:
        """Return whether the call keeps its arguments, to run them after an `await` at the earliest."""
        return any(
            (isinstance(callee, Member) and callee.name in SCHEDULERS)
            or (isinstance(callee, Name) and callee.name.startswith(("set", "queue", "request")))
            for callee in call.callees
        )

    def _callee(self, callee: Term) -> tuple[bool, set[int]]:
        functions = self._points_to.functions(callee)
        if functions:
            return False, set(functions)
        match callee:
            case Made() | NewMemory() | Class() | Function():
                return False, set()
            case Instance(of):
                return self._constructor(of), set()
            case Name():
                if self._constraints.is_node(callee) or self._is_fetched(callee):
                    return False, set()
                known = self._constraints.terms.is_global(callee, GLOBALS) and not self._is_declared(callee)
                return not known, set()
            case Member(Member(Name() as module, _), _) if self._constraints.is_node(module):
                return False, set()
            case Member(of, name):
                return self._method(of, name)
        return True, set()

    def _constructor(self, of: Term) -> bool:
        if isinstance(of, Name) and any(
            isinstance(value, Class) for value in self._points_to.flows.get(of, ())
        ):
            return False
        if isinstance(of, Member) and self._constraints.terms.is_global(of.of, OBJECTS):
            return False
        return self._callee(of)[0] if isinstance(of, Name) else True

    def _method(self, of: Term | None, name: str) -> tuple[bool, set[int]]:
        if name in ("call", "apply") and of is not None and not isinstance(of, Result):
            return self._callee(of)
        if self._points_to.of(of) & Kind.EXPORTS:
            return True, set()
        if self._points_to.of(of) & (Kind.VIEW | Kind.BUFFER):
            return False, set()
        if isinstance(of, Name):
            if self._constraints.is_node(of):
                return False, set()
            if self._constraints.terms.is_global(of, WORLDS):
                return name not in GLOBALS, set()
            if self._constraints.terms.is_global(of, OBJECTS) and not self._is_declared(of):
                return (of.name == "WebAssembly" and name.startswith("instantiate")) or (
                    of.name == "Reflect" and name in ("apply", "construct")
                ), set()
        # A string or array literal has the language's methods.
        named = self._constraints.methods.get(name) if of is not None or name not in METHODS else None
        if named:
            return False, set(named)
        return name not in METHODS, set()

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
