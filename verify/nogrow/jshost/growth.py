"""Find the imports that host code grows the memory behind."""

from collections import defaultdict
from collections.abc import Iterator

from nogrow.errors import UsageError
from nogrow.jshost.aliases import Aliases
from nogrow.jshost.groups import Groups
from nogrow.jshost.model import Position
from nogrow.jshost.parse import Node, fields, position_of
from nogrow.jshost.term import Member, Term
from nogrow.jshost.values import Values

_TABLE_SIGNS = frozenset(("get", "set", "length"))


Imports = dict[tuple[str, str], list[Term]]
"""The values behind each import, by the name of its module and its own."""


def growing_imports(name: str, root: Node, values: Values, imports: Imports) -> dict[str, Position]:
    """Return the labels of the imports that may lead to a growth of a memory, each with its position.

    `name` is the file's. Raises `UsageError` for code whose names can't be resolved.
    """
    aliases = Aliases(root, values.scopes)
    if aliases.unclear is not None:
        position, what = aliases.unclear
        raise UsageError(f"{name}:{position.line}: the glue can't be followed: it has {what}")
    groups = aliases.groups
    growing: dict[int, Position] = {}

    def grows(function: int, position: Position) -> None:
        growing[function] = min(position, growing.get(function, position))

    for function, callee, position in aliases.growths:
        if callee is None or _of_memory(values, aliases, callee):
            grows(function, position)
    for function, callee in aliases.computed:
        if aliases.names_grow or _holds_memory(values, callee):
            grows(function, position_of(callee))
    # A function is in one group, so all callers of a group call each of its functions.
    callers: dict[int, set[int]] = defaultdict(set)
    home: dict[int, int] = {}
    for function, called in aliases.called.items():
        for group in {groups.find(group) for group in called}:
            callers[group].add(function)
    for group, functions in groups.functions.items():
        for each in functions:
            if isinstance(each, int):
                home[each] = group
            else:
                for function in callers.get(group, ()):
                    grows(function, each)
    queue = list(growing)
    reached: dict[int, Position] = {}
    while queue:
        called_function = queue.pop()
        position, group = growing[called_function], home.get(called_function, -1)
        if group in reached and reached[group] <= position:
            continue
        reached[group] = position
        for function in callers.get(group, ()):
            if function not in growing or position < growing[function]:
                growing[function] = position
                queue.append(function)
    implicit = {groups.find(group) for group in aliases.implicit}
    at = {each for group in implicit for each in _growths(groups, group, growing)}
    if at:
        return {f"{module}.{field}": min(at) for module, field in imports}
    having = groups.having(module for module, _ in imports)
    labels: dict[str, Position] = {}
    for (module, field), behind in imports.items():
        held = {groups.peek(group, field) for group in having[module]}
        at = {each for group in held if group is not None for each in _growths(groups, group, growing)}
        at |= {growing[each] for value in behind for each in values.functions(value) & growing.keys()}
        if at:
            labels[f"{module}.{field}"] = min(at)
    return labels


def _growths(groups: Groups, group: int, growing: dict[int, Position]) -> Iterator[Position]:
    """Yield the growths that a call of the group may lead to."""
    for each in groups.functions_of(group):
        if isinstance(each, Position):
            yield each
        elif each in growing:
            yield growing[each]


def _of_memory(values: Values, aliases: Aliases, callee: Node) -> bool:
    """Return whether the callee, a `grow`, may be that of a memory and not of a table or another object."""
    member = values.member(callee)
    if member is None:
        return True
    if values.functions(member) and member.of in values.literals:
        return False
    if any(aliases.reads_buffer(of) for of in fields(callee, "object")):
        return True
    if isinstance(member.of, Member):
        return "table" not in member.of.name.lower()
    signs = {read.name for read in values.read_members if read.of == member.of} if member.of else set()
    return "buffer" in signs or not signs & _TABLE_SIGNS


def _holds_memory(values: Values, callee: Node) -> bool:
    of = callee.child_by_field_name("object")
    terms = (
        {each for value in values.values(of) for each in values.all_of(value)} if of is not None else set()
    )
    return any(read.of in terms and read.name == "buffer" for read in values.read_members)
