"""A program to its import objects' fields that lead to a `grow` of a WebAssembly memory.

Found without knowing which object is instantiated with: any object held by another one under a name counts,
and a module imports only what it imports.
"""

from collections.abc import Iterable

from nogrow.glue.program import Function, Member, Name, Object, Position, Program, Result, Thing, Value

_MEMORY_SIGNS = frozenset(("buffer",))
_TABLE_SIGNS = frozenset(("get", "set", "length"))


def growing_imports(program: Program) -> list[tuple[str, Position]]:
    """The labels, `module.field`, and where the growth is that each leads to first."""
    meaning = _Meaning(program)
    growing = _growing_functions(program, meaning)
    if not growing:
        return []
    fields: dict[Thing, dict[str, Position]] = {}
    for thing, name, value in meaning.fields():
        places = [growing[function] for function in meaning.functions(value) if function in growing]
        if places:
            known = fields.setdefault(thing, {})
            known[name] = min(*places, known.get(name, places[0]), places[0])
    found: dict[str, Position] = {}
    for _, module, value in meaning.fields():
        for thing in meaning.objects(value):
            for name, place in fields.get(thing, {}).items():
                label = f"{module}.{name}"
                found[label] = min(place, found.get(label, place))
    return sorted(found.items())


class _Meaning:
    """What values stand for: functions and objects of the text."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._known: dict[Value, tuple[frozenset[Thing], frozenset[Thing]]] = {}
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

    def _resolve(self, value: Value) -> tuple[frozenset[Thing], frozenset[Thing]]:
        if value not in self._known:
            functions: set[Thing] = set()
            objects: set[Thing] = set()
            seen = {value}
            queue = [value]
            while queue:
                one = queue.pop()
                if isinstance(one, Function):
                    functions.add(one.thing)
                elif isinstance(one, Object):
                    objects.add(one.thing)
                for further in self._further(one):
                    if further not in seen:
                        seen.add(further)
                        queue.append(further)
            self._known[value] = frozenset(functions), frozenset(objects)
        return self._known[value]

    def _further(self, value: Value) -> list[Value]:
        match value:
            case Name():
                return self._program.assigned.get(value, [])
            case Member(None, name):
                return self._by_name.get(name, [])
            case Member(of, name) if of is not None:
                found = list(self._put.get((of, name), ()))
                # A member of a member is not looked up by what it stands for: only by how it is written.
                if isinstance(of, Name):
                    for held in self._held(of):
                        found += self._own.get((held, name), ())
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


def _growing_functions(program: Program, meaning: _Meaning) -> dict[Thing, Position]:
    """The functions that grow a memory, or invoke one that does, and where the growth is."""
    growing: dict[Thing, Position] = {}
    for function, member, place in program.grow_calls:
        if _of_memory(program, meaning, member):
            growing[function] = min(place, growing.get(function, place))
    callers: dict[Thing, set[Thing]] = {}
    if growing:
        for function, values in program.invoked.items():
            for value in set(values):
                for called in meaning.functions(value):
                    callers.setdefault(called, set()).add(function)
    queue = list(growing)
    while queue:
        called = queue.pop()
        for function in callers.get(called, ()):
            place = growing[called]
            if function not in growing or place < growing[function]:
                growing[function] = place
                queue.append(function)
    return growing


def _of_memory(program: Program, meaning: _Meaning, member: Member) -> bool:
    """Whether a call of `member`, a `grow`, may be that of a memory and not of a table or something else."""
    if meaning.functions(member):
        return False
    if isinstance(member.of, Member):
        return "table" not in member.of.name.lower()
    signs = {name for of, name in program.read_members if of == member.of} if member.of else set()
    return bool(signs & _MEMORY_SIGNS) or not signs & _TABLE_SIGNS
