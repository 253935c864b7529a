"""Which calls may enter the module: every one that is not known to stay outside."""

from collections import defaultdict

from nogrow.jshost.builtins import GLOBALS, METHODS, OBJECTS, SCHEDULERS, WORLDS
from nogrow.jshost.constraints import CallSite, Facts
from nogrow.jshost.glue_program import Name
from nogrow.jshost.points_to import Kind, Kinds
from nogrow.jshost.terms import Class, Function, Instance, Made, Member, NewMemory, Result, Term


class Enters:
    """The functions whose calls may enter the module, and the same of each call."""

    def __init__(self, facts: Facts, kinds: Kinds) -> None:
        """Follows calls from function to function."""
        self._facts = facts
        self._kinds = kinds
        self._parameters = {name for names in facts.parameters.values() for name in names}
        self.callers: dict[int, set[int]] = defaultdict(set)
        self._entering = set(facts.waits)
        for call in facts.calls.values():
            sure, functions = self._look(call)
            if sure:
                self._entering.add(call.within)
            for function in functions:
                self.callers[function].add(call.within)
        queue = list(self._entering)
        while queue:
            for caller in self.callers.get(queue.pop(), ()):
                if caller not in self._entering:
                    self._entering.add(caller)
                    queue.append(caller)

    def function(self, function: int) -> bool:
        """Whether a call of the function may enter the module."""
        return function in self._entering

    def call(self, call: CallSite) -> bool:
        """Whether the call may enter the module."""
        sure, functions = self._look(call)
        return sure or any(one in self._entering for one in functions)

    def called(self, call: CallSite) -> set[int]:
        """The functions of this program that the call may run at once."""
        return self._look(call)[1]

    def _look(self, call: CallSite) -> tuple[bool, set[int]]:
        """Whether the call may enter by itself, and the functions that it may run."""
        kind = call.node.child_by_field_name("function")
        if not call.callees:
            # `super()` and `import()` run code that is not of this file, but none of the module's.
            outside = kind is not None and kind.type in ("super", "import")
            return not outside and call.node.type != "new_expression", set()
        sure, found = False, set()
        for callee in call.callees:
            enters, functions = self._callee(callee)
            sure = sure or enters
            found |= functions
        if not sure and not self._schedules(call):
            for values in call.arguments:
                for value in values:
                    if isinstance(value, Function | Name) and not found:
                        found |= self._kinds.functions(value)
        return sure, found

    @staticmethod
    def _schedules(call: CallSite) -> bool:
        """Whether what is passed is run later: after an `await` at the earliest."""
        return any(
            (isinstance(one, Member) and one.name in SCHEDULERS)
            or (isinstance(one, Name) and one.name.startswith(("set", "queue", "request")))
            for one in call.callees
        )

    def _callee(self, callee: Term) -> tuple[bool, set[int]]:
        functions = self._kinds.functions(callee)
        if functions:
            return False, set(functions)
        match callee:
            case Made() | NewMemory() | Class() | Function():
                return False, set()
            case Instance(of):
                return self._constructor(of), set()
            case Name():
                if self._facts.is_node(callee) or self._is_fetched(callee):
                    return False, set()
                known = self._facts.terms.is_global(callee, GLOBALS) and not self._is_declared(callee)
                return not known, set()
            case Member(Member(Name() as module, _), _) if self._facts.is_node(module):
                return False, set()
            case Member(of, name):
                return self._method(of, name)
        return True, set()

    def _constructor(self, of: Term) -> bool:
        if isinstance(of, Name) and any(isinstance(one, Class) for one in self._kinds.flows.get(of, ())):
            return False
        if isinstance(of, Member) and self._facts.terms.is_global(of.of, OBJECTS):
            return False
        return self._callee(of)[0] if isinstance(of, Name) else True

    def _method(self, of: Term | None, name: str) -> tuple[bool, set[int]]:
        if name in ("call", "apply") and of is not None and not isinstance(of, Result):
            return self._callee(of)
        if self._kinds.of(of) & Kind.EXPORTS:
            return True, set()
        if self._kinds.of(of) & (Kind.VIEW | Kind.BUFFER):
            return False, set()
        if isinstance(of, Name):
            if self._facts.is_node(of):
                return False, set()
            if self._facts.terms.is_global(of, WORLDS):
                return name not in GLOBALS, set()
            if self._facts.terms.is_global(of, OBJECTS) and not self._is_declared(of):
                return (of.name == "WebAssembly" and name.startswith("instantiate")) or (
                    of.name == "Reflect" and name in ("apply", "construct")
                ), set()
        # Of a text or an array that is written out, the method is the language's.
        named = self._facts.methods.get(name) if of is not None or name not in METHODS else None
        if named:
            return False, set(named)
        return name not in METHODS, set()

    def _is_fetched(self, name: Name) -> bool:
        """Whether nothing but functions of built-in objects is ever stored under the name."""
        values = self._kinds.flows.get(name, set())
        return bool(values) and name not in self._parameters and all(map(self._is_built_in, values))

    def _is_built_in(self, term: Term) -> bool:
        if isinstance(term, Member) and term.name in METHODS and term.name not in self._facts.methods:
            return not self._kinds.of(term.of) & Kind.EXPORTS
        base: Term | None = term
        while isinstance(base, Member):
            base = base.of
        if isinstance(base, Result) and isinstance(base.callee, Member):
            # `Object.getOwnPropertyDescriptor(Map.prototype, "size").get` is a function of `Map`.
            base = base.callee.of if base.callee.name == "getOwnPropertyDescriptor" else None
        return self._facts.terms.is_global(base, OBJECTS - WORLDS) and base not in self._kinds.flows

    def _is_declared(self, name: Name) -> bool:
        return name in self._kinds.flows or name in self._facts.modules
