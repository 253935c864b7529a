"""A program to the imports that it serves, and to what the functions behind them call.

As in `growth.py`, any object held by another one under a name may be part of an import object: which of them
the module is instantiated with is not followed, so whoever compares compares whole objects.
"""

from collections import defaultdict
from collections.abc import Iterable

from nogrow.jshost.glue_model import Called, Served, Table
from nogrow.jshost.glue_program import NOTHING, Member, Name, Program, Result, Thing, Value
from nogrow.jshost.values import Meaning

Fields = dict[Thing, dict[str, list[Value]]]


def served_by(program: Program, meaning: Meaning) -> Served:
    """Return what the program serves."""
    fields: Fields = defaultdict(lambda: defaultdict(list))
    for thing, name, value in meaning.fields():
        fields[thing][name].append(value)
    tables: set[Table] = set()
    values: dict[str, list[Value]] = defaultdict(list)
    for _, module, value in meaning.fields():
        things = [thing for thing in meaning.objects(value) if thing in fields]
        tables |= {Table(module, frozenset(fields[thing])) for thing in things}
        # The object may be put together of several.
        if len(things) > 1:
            tables.add(Table(module, frozenset(name for thing in things for name in fields[thing])))
        for thing in things:
            for name, behind in fields[thing].items():
                values[f"{module}.{name}"] += behind
    reads, memories = _reads(program, meaning)
    return Served(
        tuple(sorted(tables, key=lambda table: (table.module, sorted(table.fields)))),
        tuple(sorted((label, name) for label, behind in values.items() for name in _names(behind))),
        frozenset(_exported(program)),
        reads,
        memories,
        tuple(_called(program, meaning, values)),
    )


def _names(values: Iterable[Value]) -> set[str]:
    return {value.name for value in values if isinstance(value, Name) and value != NOTHING}


def _exported(program: Program) -> Iterable[str]:
    """The names under which the file exports something, as an ES module or a CommonJS one."""
    yield from program.exported
    for of, name, _ in program.assigned_properties:
        match of:
            case Name(_, "exports") | Member(Name(_, "module"), "exports"):
                yield name
            case _:
                pass


def _reads(program: Program, meaning: Meaning) -> tuple[frozenset[str], frozenset[str]]:
    """The exports of the module that the program names, and those whose `buffer` it reads."""
    reads = {name for of, name in program.read_members if meaning.is_exports(of)}
    memories: set[str] = set()
    for of, name in program.read_members:
        if name == "buffer" and of is not None:
            memories |= meaning.exports(of)
    return frozenset(reads), frozenset(memories)


def _called(program: Program, meaning: Meaning, values: dict[str, list[Value]]) -> Iterable[Called]:
    own: dict[Thing, tuple[frozenset[str], bool, frozenset[Thing]]] = {}

    def directly(function: Thing) -> tuple[frozenset[str], bool, frozenset[Thing]]:
        if function not in own:
            invoked = set(program.invoked.get(function, ()))
            own[function] = (
                frozenset(name for value in invoked for name in meaning.exports(value)),
                any(_is_of_table(meaning, value) for value in invoked),
                frozenset(called for value in invoked for called in meaning.functions(value)),
            )
        return own[function]

    for label, behind in sorted(values.items()):
        seen = {function for value in behind for function in meaning.functions(value)}
        exports = {name for value in behind for name in meaning.exports(value)}
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


def _is_of_table(meaning: Meaning, value: Value) -> bool:
    """Whether `value` may be an entry of a table: what `get` of one returned."""
    return any(
        isinstance(one, Result)
        and isinstance(one.callee, Member)
        and one.callee.name == "get"
        and one.callee.of is not None
        and (_is_table(one.callee.of) or bool(meaning.exports(one.callee.of)))
        for one in meaning.values(value)
    )


def _is_table(value: Value) -> bool:
    return isinstance(value, (Name, Member)) and "table" in value.name.lower()
