"""Find the imports that a glue program serves, and the exports that the functions behind them call.

As in `growing_imports.py`, every object that another one holds under a name may be part of an import object.
The analysis does not know which of them the module is instantiated with, so callers compare whole objects.
"""

from collections import defaultdict
from collections.abc import Iterable

from nogrow.jshost.glue_model import Called, Served, Table
from nogrow.jshost.glue_program import NOTHING, GlueProgram, NodeId
from nogrow.jshost.scopes import Name
from nogrow.jshost.terms import Member, Result, Term
from nogrow.jshost.values import Resolver

Fields = dict[NodeId, dict[str, list[Term]]]


def served_by(program: GlueProgram, resolver: Resolver) -> Served:
    """Return the imports that the program serves, and the exports that it uses."""
    fields: Fields = defaultdict(lambda: defaultdict(list))
    for holder, name, value in resolver.fields():
        fields[holder][name].append(value)
    tables: set[Table] = set()
    values: dict[str, list[Term]] = defaultdict(list)
    for _, module, value in resolver.fields():
        objects = [held for held in resolver.objects(value) if held in fields]
        tables |= {Table(module, frozenset(fields[held])) for held in objects}
        # The import object may be merged from several objects.
        if len(objects) > 1:
            tables.add(Table(module, frozenset(name for held in objects for name in fields[held])))
        for held in objects:
            for name, behind in fields[held].items():
                values[f"{module}.{name}"] += behind
    reads, memories = _reads(program, resolver)
    return Served(
        tuple(sorted(tables, key=lambda table: (table.module, sorted(table.fields)))),
        tuple(sorted((label, name) for label, behind in values.items() for name in _names(behind))),
        frozenset(_exported(program)),
        reads,
        memories,
        tuple(_called(program, resolver, values)),
    )


def _names(values: Iterable[Term]) -> set[str]:
    return {value.name for value in values if isinstance(value, Name) and value != NOTHING}


def _exported(program: GlueProgram) -> Iterable[str]:
    """Yield the names that the file exports, as an ES module or a CommonJS one."""
    yield from program.exported
    for of, name, _ in program.assigned_properties:
        match of:
            case Name(_, "exports") | Member(Name(_, "module"), "exports"):
                yield name
            case _:
                pass


def _reads(program: GlueProgram, resolver: Resolver) -> tuple[frozenset[str], frozenset[str]]:
    """Return the module's exports that the program names, and those whose `buffer` it reads."""
    reads = {name for of, name in program.read_members if resolver.is_exports(of)}
    memories: set[str] = set()
    for of, name in program.read_members:
        if name == "buffer" and of is not None:
            memories |= resolver.exports(of)
    return frozenset(reads), frozenset(memories)


def _called(program: GlueProgram, resolver: Resolver, values: dict[str, list[Term]]) -> Iterable[Called]:
    direct: dict[NodeId, tuple[frozenset[str], bool, frozenset[NodeId]]] = {}

    def directly(function: NodeId) -> tuple[frozenset[str], bool, frozenset[NodeId]]:
        if function not in direct:
            invoked = set(program.invoked.get(function, ()))
            direct[function] = (
                frozenset(name for value in invoked for name in resolver.exports(value)),
                any(_is_of_table(resolver, value) for value in invoked),
                frozenset(called for value in invoked for called in resolver.functions(value)),
            )
        return direct[function]

    for label, behind in sorted(values.items()):
        seen = {function for value in behind for function in resolver.functions(value)}
        exports = {name for value in behind for name in resolver.exports(value)}
        table = False
        queue = list(seen)
        while queue:
            named, of_table, called = directly(queue.pop())
            exports |= named
            table |= of_table
            queue += called - seen
            seen |= called
        if exports or table:
            yield Called(label, tuple(sorted(exports)), table)


def _is_of_table(resolver: Resolver, value: Term) -> bool:
    """Return whether `value` may be an entry of a table: the result of its `get`."""
    return any(
        isinstance(each, Result)
        and isinstance(each.callee, Member)
        and each.callee.name == "get"
        and each.callee.of is not None
        and (_is_table(each.callee.of) or bool(resolver.exports(each.callee.of)))
        for each in resolver.values(value)
    )


def _is_table(value: Term) -> bool:
    return isinstance(value, (Name, Member)) and "table" in value.name.lower()
