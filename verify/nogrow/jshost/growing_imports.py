"""Find the imports whose functions lead to a `grow` of a WebAssembly memory.

The analysis does not know which object the module is instantiated with: every object that another one holds
under a name counts, and a module imports only what it imports.
"""

from nogrow.jshost.glue_program import GlueProgram, NodeId
from nogrow.jshost.model import Position
from nogrow.jshost.terms import Member
from nogrow.jshost.values import Resolver

_MEMORY_SIGNS = frozenset(("buffer",))
_TABLE_SIGNS = frozenset(("get", "set", "length"))


def growing_imports(program: GlueProgram, resolver: Resolver) -> list[tuple[str, Position]]:
    """Return the labels, `module.field`, each with the position of the first call of `grow` it leads to."""
    growing = _growing_functions(program, resolver)
    if not growing:
        return []
    fields: dict[NodeId, dict[str, Position]] = {}
    for holder, name, value in resolver.fields():
        positions = [growing[function] for function in resolver.functions(value) if function in growing]
        if positions:
            known = fields.setdefault(holder, {})
            known[name] = min(*positions, known.get(name, positions[0]), positions[0])
    imports: dict[str, Position] = {}
    for _, module, value in resolver.fields():
        for held in resolver.objects(value):
            for name, position in fields.get(held, {}).items():
                label = f"{module}.{name}"
                imports[label] = min(position, imports.get(label, position))
    return sorted(imports.items())


def _growing_functions(program: GlueProgram, resolver: Resolver) -> dict[NodeId, Position]:
    """Return the functions that lead to a `grow` of a memory, each with the position of that call."""
    growing: dict[NodeId, Position] = {}
    for function, member, position in program.grow_calls:
        if _of_memory(program, resolver, member):
            growing[function] = min(position, growing.get(function, position))
    callers: dict[NodeId, set[NodeId]] = {}
    if growing:
        for function, values in program.invoked.items():
            for value in set(values):
                for called in resolver.functions(value):
                    callers.setdefault(called, set()).add(function)
    queue = list(growing)
    while queue:
        called = queue.pop()
        for function in callers.get(called, ()):
            position = growing[called]
            if function not in growing or position < growing[function]:
                growing[function] = position
                queue.append(function)
    return growing


def _of_memory(program: GlueProgram, resolver: Resolver, member: Member) -> bool:
    """Return whether `member`, a `grow`, may be that of a memory and not of a table or another object."""
    if resolver.functions(member):
        return False
    if isinstance(member.of, Member):
        return "table" not in member.of.name.lower()
    signs = {name for of, name in program.read_members if of == member.of} if member.of else set()
    return bool(signs & _MEMORY_SIGNS) or not signs & _TABLE_SIGNS
