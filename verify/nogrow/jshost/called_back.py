"""Find the functions of a program that the module may call: those that serve imports or stand in a table."""

from collections import Counter, defaultdict

from nogrow.jshost.parse import Node, fields
from nogrow.jshost.program import Program
from nogrow.jshost.scopes import Owner
from nogrow.jshost.syntax import Name
from nogrow.jshost.term import Function, Instance, Member, Result, Returned, Term, This

_NAMES = ("identifier", "shorthand_property_identifier")


class CalledBack:
    """The functions that the module may call.

    Every function is one, except those that can only be called by their names: declarations that are called
    or exported, methods of classes, and the members of an object that a function returns or a file exports,
    unless a module is instantiated with the object.
    """

    def __init__(self, program: Program) -> None:
        """Find out what modules are instantiated with, and where names stand that are not called."""
        self._program = program
        constraints = program.constraints
        walk = constraints.walk
        self._holders: dict[int, set[Term]] = defaultdict(set)
        for target, values in program.points_to.flows.items():
            for value in values:
                if isinstance(value, Function):
                    self._holders[value.node].add(target)
        self._imported = self._import_objects()
        self._offered = self._offered_objects() - self._imported
        # How often each name stands where it is not called, and how often of these where it is offered.
        self._passed_on = Counter(
            constraints.links.name(walk.names[node])
            for node, _ in walk.reads
            if node not in constraints.written and node not in constraints.callees
        )
        entries = [node for node, _ in walk.entries if self._is_offered(node)]
        entries += [
            name
            for node in constraints.exported
            if node.type == "export_specifier"
            for name in fields(node, "name")
        ]
        self._offers = Counter(constraints.terms.name(node) for node in entries if node.type in _NAMES)

    def __contains__(self, function: int) -> bool:
        """Return whether the module may call the function."""
        holders = self._holders.get(function, set())
        return not holders or not all(map(self._is_api, holders))

    def _is_api(self, holder: Term) -> bool:
        """Return whether the module can get no function that `holder` holds."""
        match holder:
            case Name():
                return self._passed_on[holder] == self._offers[holder]
            case Returned():
                return False
            case Member(This(owner), name):
                walk = self._program.constraints.walk
                if owner in walk.roots or owner in self._offered:
                    return True
                return owner not in walk.objects | self._imported and name not in walk.passed_on
        return False

    def _is_offered(self, value: Node) -> bool:
        entry = value.parent if value.type == "identifier" else value
        holder = None if entry is None else self._program.constraints.walk.holders.get(entry.id)
        return holder in self._offered

    def _offered_objects(self) -> set[Owner]:
        """Return the objects that functions return and files export."""
        program = self._program
        returned = [
            value
            for target, values in program.points_to.flows.items()
            if isinstance(target, Returned)
            for value in values
        ]
        exported = [term for terms in program.constraints.terms.exported.values() for term in terms]
        return {term.owner for term in (*returned, *exported) if isinstance(term, This)}

    def _import_objects(self) -> set[Owner]:
        """Return the objects that modules are instantiated with, and those in them."""
        program = self._program
        members: dict[Owner, list[Term]] = defaultdict(list)
        for target in program.points_to.flows:
            if isinstance(target, Member) and isinstance(target.of, This):
                members[target.of.owner].append(target)
        stack = [
            value
            for site in program.constraints.calls.values()
            for values in site.arguments[1:2]
            if any(map(_instantiates, site.callees))
            for value in values
        ]
        seen: set[Term] = set()
        while stack:
            term = program.points_to.find(stack.pop())
            if term in seen:
                continue
            seen.add(term)
            stack += program.points_to.flows.get(term, ())
            if isinstance(term, This):
                stack += members[term.owner]
            elif isinstance(term, Result):
                stack += map(Returned, program.points_to.functions(term.callee))
        return {term.owner for term in seen if isinstance(term, This)}


def _instantiates(callee: Term) -> bool:
    named = callee.of if isinstance(callee, Instance) else callee
    return isinstance(named, Member) and named.name in ("instantiate", "instantiateStreaming", "Instance")
