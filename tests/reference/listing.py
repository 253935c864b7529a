"""List what a decoded module contains, to compare it with other decoders."""

from .model import Module

_INDIRECT = {
    "call_indirect": True,
    "return_call_indirect": True,
    "call_ref": False,
    "return_call_ref": False,
}


def direct_calls(module: Module) -> list[tuple[int, int, int]]:
    """Return every `call` and `return_call` as (function, offset, callee)."""
    return [
        (function.index, instruction.offset, instruction.index(0))
        for function in module.functions
        for instruction in function.instructions
        if instruction.name in ("call", "return_call")
    ]


def indirect_calls(module: Module) -> list[tuple[int, int, str, int, int | None]]:
    """Return every other call as (function, offset, instruction, type index, table index if any)."""
    return [
        (
            function.index,
            instruction.offset,
            instruction.name,
            instruction.index(0),
            instruction.index(1) if _INDIRECT[instruction.name] else None,
        )
        for function in module.functions
        for instruction in function.instructions
        if instruction.name in _INDIRECT
    ]


def grow_sites(module: Module) -> list[tuple[int, int, int, int | None]]:
    """Return every `memory.grow` as (function, offset, memory, constant operand if any).

    The operand is known when the instruction just before is a constant; it is as signed as that.
    """
    sites: list[tuple[int, int, int, int | None]] = []
    for function in module.functions:
        operand: int | None = None
        for instruction in function.instructions:
            if instruction.name == "memory.grow":
                sites.append((function.index, instruction.offset, instruction.index(0), operand))
            constant = instruction.name in ("i32.const", "i64.const")
            operand = instruction.index(0) if constant else None
    return sites


def taken_functions(module: Module) -> frozenset[int]:
    """Return the functions that a `ref.func` names, in code or in a constant expression."""
    bodies = [function.instructions for function in module.functions]
    return frozenset(
        instruction.index(0)
        for body in (*bodies, *module.constant_expressions())
        for instruction in body
        if instruction.name == "ref.func"
    )
