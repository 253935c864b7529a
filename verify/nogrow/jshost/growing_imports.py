"""A program to its import objects' fields that lead to a `grow` of a WebAssembly memory.

Found without knowing which object is instantiated with: any object held by another one under a name counts,
and a module imports only what it imports.
"""

from nogrow.jshost.glue_program import Member, Position, Program, Thing
from nogrow.jshost.values import Meaning

_MEMORY_SIGNS = frozenset(("buffer",))
_TABLE_SIGNS = frozenset(("get", "set", "length"))


def growing_imports(program: Program, meaning: Meaning) -> list[tuple[str, Position]]:
    """The labels, `module.field`, and where the growth is that each leads to first."""
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


def _growing_functions(program: Program, meaning: Meaning) -> dict[Thing, Position]:
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


def _of_memory(program: Program, meaning: Meaning, member: Member) -> bool:
    """Whether a call of `member`, a `grow`, may be that of a memory and not of a table or something else."""
    if meaning.functions(member):
        return False
    if isinstance(member.of, Member):
        return "table" not in member.of.name.lower()
    signs = {name for of, name in program.read_members if of == member.of} if member.of else set()
    return bool(signs & _MEMORY_SIGNS) or not signs & _TABLE_SIGNS
