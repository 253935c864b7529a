"""Tell which values can hold a function, or lead to one."""

from .model import FunctionType, Instruction, Module, RefType, Table, ValueType

_NO_FUNCTION = frozenset({"extern", "noextern", "exn", "noexn", "i31", "none", "nofunc", "nocont"})


def instructions(module: Module) -> list[Instruction]:
    return [item for function in module.functions for item in function.instructions]


def uses(module: Module, name: str) -> bool:
    everywhere = (*(f.instructions for f in module.functions), *module.constant_expressions())
    return any(item.name == name for body in everywhere for item in body)


def may_hold_function(kind: ValueType, *, in_extern: bool) -> bool:
    """Return whether a value of this type can be, or lead to, a function reference."""
    if not isinstance(kind, RefType):
        return False
    if kind.heap.name == "extern":
        return in_extern
    return kind.heap.name not in _NO_FUNCTION


def is_function_table(module: Module, table: Table) -> bool:
    heap = table.element.heap
    if isinstance(heap.name, int):
        return isinstance(module.types[heap.name].composite, FunctionType)
    return heap.name in ("func", "nofunc")


def may_hold(module: Module, kinds: tuple[ValueType, ...]) -> bool:
    in_extern = uses(module, "extern.convert_any") or uses(module, "any.convert_extern")
    return any(may_hold_function(kind, in_extern=in_extern) for kind in kinds)


def is_container(module: Module, kind: ValueType, *, in_extern: bool) -> bool:
    """Return whether a value of this type is no function but may lead to one: both sides may write to it."""
    if not isinstance(kind, RefType) or not may_hold_function(kind, in_extern=in_extern):
        return False
    if isinstance(kind.heap.name, int):
        return not isinstance(module.types[kind.heap.name].composite, FunctionType)
    return kind.heap.name != "func"
