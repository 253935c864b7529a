"""What the values of a program stand for: functions, objects, and the exports of an instance."""

from collections.abc import Iterable

from nogrow.jshost.glue_program import ANY, Function, Member, Name, Object, Program, Result, Thing, Value


class Meaning:
    """What values stand for: functions and objects of the text."""

    def __init__(self, program: Program) -> None:
        """Names and members are sorted once."""
        self._program = program
        self._known: dict[Value, tuple[frozenset[Thing], frozenset[Thing]]] = {}
        self._exports: dict[Value, bool] = {}
        self._named: dict[Value, frozenset[str]] = {}
        self._by_name: dict[str, list[Value]] = {}
        self._own: dict[tuple[Thing, str], list[Value]] = {}
        self._put: dict[tuple[Value, str], list[Value]] = {}
        for thing, pairs in program.properties.items():
            for name, value in pairs:
                self._by_name.setdefault(name, []).append(value)
                self._own.setdefault((thing, name), []).append(value)
        for of, name, value in program.assigned_properties:
            self._put.setdefault((of, name), []).append(value)

    def functions(self, value: Value) -> frozenset[Thing]:
        """The functions that `value` may be."""
        return self._resolve(value)[0]

    def objects(self, value: Value) -> frozenset[Thing]:
        """The objects that `value` may be."""
        return self._resolve(value)[1]

    def fields(self) -> Iterable[tuple[Thing, str, Value]]:
        """Every field of every object: the object, the field's name, and a value of it."""
        for thing, pairs in self._program.properties.items():
            for name, value in pairs:
                yield thing, name, value
        for of, name, value in self._program.assigned_properties:
            for thing in self.objects(of) or (0,):
                yield thing, name, value

    def values(self, value: Value) -> set[Value]:
        """`value` and all values that it may stand for."""
        seen = {value}
        queue = [value]
        while queue:
            for further in self._further(queue.pop()):
                if further not in seen:
                    seen.add(further)
                    queue.append(further)
        return seen

    def is_exports(self, value: Value | None) -> bool:
        """Whether `value` may be the exports of an instance, and not those of a CommonJS module."""
        if value is None:
            return False
        if value not in self._exports:
            self._exports[value] = any(map(_is_exports, self.values(value)))
        return self._exports[value]

    def exports(self, value: Value) -> frozenset[str]:
        """The names of the exports of an instance that `value` may be."""
        if value not in self._named:
            members = (one for one in self.values(value) if isinstance(one, Member))
            self._named[value] = frozenset(one.name for one in members if self.is_exports(one.of))
        return self._named[value]

    def _resolve(self, value: Value) -> tuple[frozenset[Thing], frozenset[Thing]]:
        if value not in self._known:
            values = self.values(value)
            self._known[value] = (
                frozenset(one.thing for one in values if isinstance(one, Function)),
                frozenset(one.thing for one in values if isinstance(one, Object)),
            )
        return self._known[value]

    def _further(self, value: Value) -> list[Value]:
        match value:
            case Name():
                return self._program.assigned.get(value, [])
            case Member(Name() as of, name) if name == ANY:
                held = (self._program.properties.get(thing, ()) for thing in self._held(of))
                return [kept for pairs in held for _, kept in pairs]
            case Member(None, name):
                return self._by_name.get(name, [])
            case Member(of, name) if of is not None:
                found = list(self._put.get((of, name), ()))
                # A member of a member is not looked up by what it stands for: only by how it is written.
                if isinstance(of, Name):
                    for thing in self._held(of):
                        found += self._own.get((thing, name), ())
                return found
            case Result(callee) if not isinstance(callee, Result):
                called = self._called(callee)
                return [one for thing in called for one in self._program.returned.get(thing, ())]
        return []

    def _held(self, name: Name) -> set[Thing]:
        """The objects that are assigned to `name` itself, or to a name that is."""
        return {one.thing for one in self._aliases(name) if isinstance(one, Object)}

    def _called(self, callee: Value) -> set[Thing]:
        return {one.thing for one in self._aliases(callee) if isinstance(one, Function)}

    def _aliases(self, value: Value) -> set[Value]:
        seen: set[Value] = {value}
        queue = [value]
        while queue:
            one = queue.pop()
            for further in self._program.assigned.get(one, ()) if isinstance(one, Name) else ():
                if further not in seen:
                    seen.add(further)
                    queue.append(further)
        return seen


def _is_exports(value: Value) -> bool:
    if not isinstance(value, Member) or value.name != "exports":
        return False
    return not (isinstance(value.of, Name) and value.of.name == "module")
