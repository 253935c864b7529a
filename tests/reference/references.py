"""Find where function references can be: in tables, at the host, and at `call_ref`.

Everything is over-approximated: every instruction counts, run or not.
"""

from dataclasses import dataclass

from .equivalence import TypeRelation
from .holding import instructions, is_container, is_function_table, may_hold, uses
from .listing import taken_functions
from .model import (
    Expression,
    FunctionType,
    Global,
    Instruction,
    Kind,
    Module,
    SegmentMode,
    ValueType,
)

_RESUMING = frozenset({"resume", "resume_throw", "resume_throw_ref", "switch"})


@dataclass(frozen=True, slots=True)
class Callees:
    """What a call can reach; `host` means a function that the module can't see."""

    functions: frozenset[int]
    host: bool


@dataclass(frozen=True)
class References:
    """`tables`: the possible contents of each; `escaped`: the functions that the host can get."""

    module: Module
    types: TypeRelation
    taken: frozenset[int]
    tables: tuple[Callees, ...]
    escaped: frozenset[int]
    from_host: bool

    @classmethod
    def of(cls, module: Module) -> "References":
        """Return the references of a valid module."""
        taken = taken_functions(module)
        # Which functions a table holds doesn't depend on what the host hands in.
        inside = _table_contents(module, taken, from_host=False)
        contents, escaped, from_host = inside, frozenset[int](), False
        # What is passed on in calls of the host's functions depends on where those can be.
        while True:
            called = _called_of_host(module, contents, from_host=from_host)
            found = _escaped(module, taken, inside, called)
            enters = _from_host(module, found, inside, called)
            if (found, enters) == (escaped, from_host):
                return cls(module, TypeRelation.of(module), taken, contents, escaped, from_host)
            escaped, from_host = found, enters
            contents = _table_contents(module, taken, from_host=from_host)

    def callees(self, instruction: Instruction) -> Callees | None:
        """Return what `instruction` can call; None when it is no call."""
        match instruction.name:
            case "call" | "return_call":
                return Callees(frozenset({instruction.index(0)}), False)
            case "call_indirect" | "return_call_indirect":
                table = self.tables[instruction.index(1)]
                return Callees(self._of_type(table.functions, instruction.index(0)), table.host)
            case "call_ref" | "return_call_ref":
                return Callees(self._of_type(self.taken, instruction.index(0)), self.from_host)
            case name if name in _RESUMING:
                return Callees(self.taken, True)
        return None

    def callees_after(self, before: Instruction | None, instruction: Instruction) -> Callees | None:
        """Return the same, given the instruction before: a constant index selects one slot of a table."""
        if before is not None and instruction.name in ("call_indirect", "return_call_indirect"):
            slots = _fixed_slots(self.module, instruction.index(1))
            if slots is not None and before.name in ("i32.const", "i64.const"):
                bits = 32 if before.name == "i32.const" else 64
                function = slots.get(before.index(0) % (1 << bits))
                if function is not None and self._has_type(function, instruction.index(0)):
                    return Callees(frozenset({function}), False)
        return self.callees(instruction)

    def _of_type(self, functions: frozenset[int], wanted: int) -> frozenset[int]:
        return frozenset(index for index in functions if self._has_type(index, wanted))

    def _has_type(self, function: int, wanted: int) -> bool:
        declared = self.module.function_types[function]
        if self.types.is_subtype(declared, wanted):
            return True
        # The host may import a function of a subtype of the declared type, unless it is exact.
        imports = self.module.imported_functions()
        loose = function < len(imports) and not imports[function].exact
        return loose and self.types.is_subtype(wanted, declared)


def _fixed_slots(module: Module, table: int) -> dict[int, int | None] | None:
    """Return by slot what `table` always holds, if nobody can write to it; None for other than functions."""
    if table in _host_tables(module) or module.tables[table].initialiser is not None:
        return None
    for instruction in instructions(module):
        if instruction.name in ("table.set", "table.grow", "table.fill", "table.copy"):
            target = instruction.index(0)
        elif instruction.name == "table.init":
            target = instruction.index(1)
        else:
            continue
        if target == table:
            return None
    slots: dict[int, int | None] = {}
    for segment in module.elements:
        if segment.mode is not SegmentMode.ACTIVE or segment.table != table:
            continue
        if len(segment.offset) != 2 or segment.offset[0].name not in ("i32.const", "i64.const"):
            return None
        bits = 32 if segment.offset[0].name == "i32.const" else 64
        slots.update(enumerate(segment.items, segment.offset[0].index(0) % (1 << bits)))
    return slots


def _exported(module: Module, kind: Kind) -> set[int]:
    return {item.index for item in module.exports if item.kind is kind}


def _host_tables(module: Module) -> set[int]:
    imported = {index for index, table in enumerate(module.tables) if table.imported}
    return imported | _exported(module, Kind.TABLE)


def _function_type(module: Module, index: int) -> FunctionType:
    composite = module.types[index].composite
    if not isinstance(composite, FunctionType):
        raise TypeError(composite)
    return composite


def _expression_contents(module: Module, expression: Expression) -> Callees:
    """Return the functions that a constant expression can evaluate to."""
    functions: set[int] = set()
    host = False
    for instruction in expression:
        if instruction.name == "ref.func":
            functions.add(instruction.index(0))
        elif instruction.name == "global.get":
            source: Global = module.globals[instruction.index(0)]
            contents = _expression_contents(module, source.initialiser)
            functions |= contents.functions
            host = host or contents.host or source.imported
    return Callees(frozenset(functions), host)


def _table_contents(module: Module, taken: frozenset[int], *, from_host: bool) -> tuple[Callees, ...]:
    functions: list[set[int]] = [set() for _ in module.tables]
    hosts = [index in _host_tables(module) for index in range(len(module.tables))]

    def add(table: int, contents: Callees) -> None:
        functions[table] |= contents.functions
        hosts[table] = hosts[table] or contents.host

    for index, table in enumerate(module.tables):
        if table.initialiser is not None:
            add(index, _expression_contents(module, table.initialiser))
    for segment in module.elements:
        if segment.mode is SegmentMode.ACTIVE and segment.table is not None:
            for expression in segment.expressions:
                add(segment.table, _expression_contents(module, expression))
    copies: list[tuple[int, int]] = []
    for instruction in instructions(module):
        match instruction.name:
            case "table.init":
                for expression in module.elements[instruction.index(0)].expressions:
                    add(instruction.index(1), _expression_contents(module, expression))
            case "table.set" | "table.grow" | "table.fill":
                add(instruction.index(0), Callees(taken, from_host))
            case "table.copy":
                copies.append((instruction.index(0), instruction.index(1)))
    # As many rounds as there are tables carry a function along any chain of copies.
    for _ in module.tables:
        for target, source in copies:
            add(target, Callees(frozenset(functions[source]), hosts[source]))
    return tuple(Callees(frozenset(held), host) for held, host in zip(functions, hosts, strict=True))


def _shares_containers(module: Module, entered: set[int]) -> bool:
    """Return whether both sides may have the same thing that can lead to a function."""
    in_extern = uses(module, "extern.convert_any") or uses(module, "any.convert_extern")
    signatures = [
        _function_type(module, module.function_types[index])
        for index in {*entered, *range(len(module.imported_functions()))}
    ]
    signatures += [_function_type(module, tag) for tag in module.tags]
    kinds: list[ValueType] = [
        kind for signature in signatures for kind in (*signature.parameters, *signature.results)
    ]
    exported_globals = _exported(module, Kind.GLOBAL)
    kinds += [
        item.type for index, item in enumerate(module.globals) if item.imported or index in exported_globals
    ]
    kinds += [module.tables[index].element for index in _host_tables(module)]
    return any(is_container(module, kind, in_extern=in_extern) for kind in kinds)


def _called_of_host(
    module: Module, tables: tuple[Callees, ...], *, from_host: bool
) -> tuple[FunctionType, ...]:
    """Return the types of all calls that can go to a function of the host."""
    types = list(module.function_types[: len(module.imported_functions())])
    for item in instructions(module):
        through = item.name.endswith("call_indirect") and tables[item.index(1)].host
        if through or (item.name.endswith("call_ref") and from_host):
            types.append(item.index(0))
    return tuple(_function_type(module, index) for index in types)


def _escaped(
    module: Module, taken: frozenset[int], tables: tuple[Callees, ...], called: tuple[FunctionType, ...]
) -> frozenset[int]:
    exported_globals = _exported(module, Kind.GLOBAL)
    leaves = any(may_hold(module, kind.parameters) for kind in called)
    leaves |= any(may_hold(module, _function_type(module, tag).parameters) for tag in module.tags)
    leaves |= any(
        may_hold(module, (item.type,))
        for index, item in enumerate(module.globals)
        if (item.imported and item.mutable) or index in exported_globals
    )
    escaped: set[int] = set()
    for index in _host_tables(module):
        if is_function_table(module, module.tables[index]):
            escaped |= tables[index].functions
        else:
            leaves |= may_hold(module, (module.tables[index].element,))
    # A function that escapes can return a reference in its turn; then all have escaped.
    callable_by_host = _exported(module, Kind.FUNCTION) | escaped
    leaves |= any(
        may_hold(module, _function_type(module, module.function_types[index]).results)
        for index in callable_by_host
    )
    leaves |= _shares_containers(module, callable_by_host)
    return taken | escaped if leaves else frozenset(escaped)


def _from_host(
    module: Module, escaped: frozenset[int], inside: tuple[Callees, ...], called: tuple[FunctionType, ...]
) -> bool:
    exported_globals = _exported(module, Kind.GLOBAL)
    function_types = module.function_types
    enters = any(
        may_hold(module, _function_type(module, function_types[index]).parameters)
        for index in _exported(module, Kind.FUNCTION) | escaped
    )
    enters |= any(may_hold(module, kind.results) for kind in called)
    enters |= any(may_hold(module, _function_type(module, tag).parameters) for tag in module.tags)
    enters |= any(
        may_hold(module, (item.type,))
        for index, item in enumerate(module.globals)
        if item.imported or (index in exported_globals and item.mutable)
    )
    # A reference leaves a table by table.get only; table.copy may have brought it from a table of the host's.
    for instruction in instructions(module):
        if instruction.name == "table.get":
            table = instruction.index(0)
            enters |= inside[table].host and may_hold(module, (module.tables[table].element,))
    return enters or _shares_containers(module, _exported(module, Kind.FUNCTION) | set(escaped))
