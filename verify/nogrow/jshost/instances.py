"""Tell the instances of modules apart: a call of one does not detach views of another one's memory."""

from typing import NamedTuple

from nogrow.jshost.constraints import CallSite
from nogrow.jshost.points_to import Kind
from nogrow.jshost.program import Program
from nogrow.jshost.scopes import Name
from nogrow.jshost.term import Binding, Class, Function, Instance, Made, Member, Result, Term, This

# What is read from the result of `instantiate`, an instance or a memory belongs to the same instance.
_PARTS = ("buffer", "exports", "instance", "memory")
# The nodes that create instances; None are unknown ones.
Sites = frozenset[int] | None

_NOWHERE: frozenset[int] = frozenset()


class _Reached(NamedTuple):
    """The functions that an instance may call as imports, and the instances whose parts it imports."""

    functions: set[int]
    instances: frozenset[int]


class Instances:
    """The instances that bindings and calls of a program belong to, by the nodes that create them."""

    def __init__(self, program: Program) -> None:
        """Find the parameters that may get more values than the program passes."""
        self._program = program
        constraints = program.constraints
        self.are_several = len(constraints.terms.instances) > 1
        """Whether there are several nodes that create instances."""
        self._open: set[Name | None] = set()
        for function, names in constraints.parameters.items() if self.are_several else ():
            parent = constraints.walk.functions[function].parent
            if parent is None or parent.type != "arguments":
                self._open.update(names)

    def of_binding(self, binding: Binding) -> Sites:
        """Return the instances whose memories the views in the binding may be of."""
        stores = self._program.stores.get(binding, [])
        return _union([self._of(value, frozenset()) for store in stores for value in store.values])

    def entered_by(self, call: CallSite) -> Sites:
        """Return the instances that a call may enter, also through the imports of others."""
        entered: set[int] = set()
        functions: set[int] = set()
        calls = [call]
        while calls:
            site = calls.pop()
            effect, called = self._program.effects.effect(site)
            sites = self._entered_directly(site) if effect else _NOWHERE
            if sites is None:
                return None
            pending = list(sites - entered)
            while pending:
                instance = pending.pop()
                entered.add(instance)
                reached = self._imports_of(instance)
                if reached is None:
                    return None
                called = called | reached.functions
                pending += reached.instances - entered
            for function in called - functions:
                calls += self._program.calls_of(function)
            functions |= called
        return frozenset(entered)

    def _entered_directly(self, call: CallSite) -> Sites:
        functions = self._program.points_to.functions
        return _union([self._of_callee(callee) for callee in call.callees if not functions(callee)])

    def _of_callee(self, callee: Term) -> Sites:
        if isinstance(callee, Member) and self._program.points_to.of(callee.of) & Kind.EXPORTS:
            return self._of(callee.of, frozenset()) if callee.of is not None else None
        if callee in self._open or not isinstance(callee, Name):
            return None
        values = self._program.points_to.flows.get(callee, set())
        return _union([self._of_callee(value) for value in values if value != callee]) if values else None

    def _of(self, term: Term, seen: frozenset[Term]) -> Sites:
        term = self._program.points_to.find(term)
        if term in seen or term in self._open:
            return None
        values = self._program.points_to.flows.get(term, set())
        match term:
            case Instance(_, site) if site:
                return frozenset((site,))
            case Name() | Made() | Member() if values:
                return _union([self._of(value, seen | {term}) for value in values])
            case Member(of, name) if of is not None and name in _PARTS:
                return self._of(of, seen | {term})
            case Result(Member(of, "subarray")) if of is not None:
                return self._of(of, seen | {term})
        return None

    def _imports_of(self, site: int) -> _Reached | None:
        """Return what the instance that is created at `site` may call; None if that is not known."""
        points_to = self._program.points_to
        call = self._program.constraints.calls.get(site)
        if call is None:
            return None
        functions: set[int] = set()
        instances: set[int] = set()
        seen: set[Term] = set()
        queue = [points_to.find(value) for values in call.arguments[1:] for value in values]
        while queue:
            term = queue.pop()
            if term in seen:
                continue
            seen.add(term)
            if points_to.of(term) & (Kind.MEMORY | Kind.EXPORTS | Kind.EXPORT):
                sites = self._of(term, frozenset())
                if sites is None:
                    return None
                instances |= sites
                continue
            objects = points_to.objects.of(term)
            for each in objects:
                if isinstance(each, Function):
                    functions.add(each.node)
                elif isinstance(each, This):
                    names = points_to.objects.stored.get(each.owner, set())
                    queue += (points_to.find(Member(each, name)) for name in names)
            if not objects or any(isinstance(each, Class) for each in objects):
                return None
        return _Reached(functions, frozenset(instances))


def _union(parts: list[Sites]) -> Sites:
    known = [part for part in parts if part is not None]
    return _NOWHERE.union(*known) if known and len(known) == len(parts) else None
