"""Resolve the values of a glue program to the functions, objects and exports that they may be."""

from collections.abc import Iterable

from nogrow.jshost.glue_program import ANY, GlueProgram, NodeId
from nogrow.jshost.scopes import Name
from nogrow.jshost.terms import Function, Member, Object, Result, Term


class Resolver:
    """The functions, objects and exports that each value of a program may be."""

    def __init__(self, program: GlueProgram) -> None:
        """Index the program's properties by object and by name."""
        self._program = program
        self._resolved: dict[Term, tuple[frozenset[NodeId], frozenset[NodeId]]] = {}
        self._is_exports: dict[Term, bool] = {}
        self._exports: dict[Term, frozenset[str]] = {}
        self._by_name: dict[str, list[Term]] = {}
        self._by_object: dict[tuple[NodeId, str], list[Term]] = {}
        self._assigned: dict[tuple[Term, str], list[Term]] = {}
        for holder, pairs in program.properties.items():
            for name, value in pairs:
                self._by_name.setdefault(name, []).append(value)
                self._by_object.setdefault((holder, name), []).append(value)
        for of, name, value in program.assigned_properties:
            self._assigned.setdefault((of, name), []).append(value)

    def functions(self, value: Term) -> frozenset[NodeId]:
        """Return the functions that `value` may be."""
        return self._resolve(value)[0]

    def objects(self, value: Term) -> frozenset[NodeId]:
        """Return the objects that `value` may be."""
        return self._resolve(value)[1]

    def fields(self) -> Iterable[tuple[NodeId, str, Term]]:
        """Yield every field of every object: the object, the field's name, and a value of it."""
        for holder, pairs in self._program.properties.items():
            for name, value in pairs:
                yield holder, name, value
        for of, name, value in self._program.assigned_properties:
            for held in self.objects(of) or (0,):
                yield held, name, value

    def values(self, value: Term) -> set[Term]:
        """Return `value` and all values that it may stand for."""
        seen = {value}
        queue = [value]
        while queue:
            for further in self._further(queue.pop()):
                if further not in seen:
                    seen.add(further)
                    queue.append(further)
        return seen

    def is_exports(self, value: Term | None) -> bool:
        """Return whether `value` may be the exports of an instance, and not those of a CommonJS module."""
        if value is None:
            return False
        if value not in self._is_exports:
            self._is_exports[value] = any(map(_names_exports, self.values(value)))
        return self._is_exports[value]

    def exports(self, value: Term) -> frozenset[str]:
        """Return the names of the exports of an instance that `value` may be."""
        if value not in self._exports:
            members = (member for member in self.values(value) if isinstance(member, Member))
            self._exports[value] = frozenset(member.name for member in members if self.is_exports(member.of))
        return self._exports[value]

    def _resolve(self, value: Term) -> tuple[frozenset[NodeId], frozenset[NodeId]]:
        if value not in self._resolved:
            values = self.values(value)
            self._resolved[value] = (
                frozenset(each.node for each in values if isinstance(each, Function)),
                frozenset(each.node for each in values if isinstance(each, Object)),
            )
        return self._resolved[value]

    def _further(self, value: Term) -> list[Term]:
        """Return the values that `value` may stand for in one step."""
        match value:
            case Name():
                return self._program.assigned.get(value, [])
            case Member(Name() as of, name) if name == ANY:
                properties = (self._program.properties.get(held, ()) for held in self._held(of))
                return [property_value for pairs in properties for _, property_value in pairs]
            case Member(None, name):
                return self._by_name.get(name, [])
            case Member(of, name) if of is not None:
                values = list(self._assigned.get((of, name), ()))
                # A member of a member has only the values that are assigned by the same spelling.
                if isinstance(of, Name):
                    for held in self._held(of):
                        values += self._by_object.get((held, name), ())
                return values
            case Result(callee) if not isinstance(callee, Result):
                called = [alias.node for alias in self._aliases(callee) if isinstance(alias, Function)]
                return [value for function in called for value in self._program.returned.get(function, ())]
        return []

    def _held(self, name: Name) -> set[NodeId]:
        """Return the objects that are assigned to `name` itself, or to a name that is assigned to it."""
        return {alias.node for alias in self._aliases(name) if isinstance(alias, Object)}

    def _aliases(self, value: Term) -> set[Term]:
        """Return `value`, and if it is a name, what is assigned to it, directly or by other names."""
        seen: set[Term] = {value}
        queue = [value]
        while queue:
            alias = queue.pop()
            for further in self._program.assigned.get(alias, ()) if isinstance(alias, Name) else ():
                if further not in seen:
                    seen.add(further)
                    queue.append(further)
        return seen


def _names_exports(value: Term) -> bool:
    if not isinstance(value, Member) or value.name != "exports":
        return False
    return not (isinstance(value.of, Name) and value.of.name == "module")
