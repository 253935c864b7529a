"""Make random modules that grow their memory, throw, call imports, and call entries of their table."""

from random import Random
from typing import NamedTuple

_TYPE = "(param i32) (result i32)"
_LEAVES = {
    "still": "(i32.store (i32.const 64) (local.get 0)) (i32.load (i32.const 64))",
    "grow": "(memory.grow (i32.const 1))",
    "maybe": "(if (i32.and (local.get 0) (i32.const 1)) (then (drop (memory.grow (i32.const 1)))))"
    " (i32.const 7)",
    "zero": "(memory.grow (i32.const 0))",
    "trap": "(drop (memory.grow (i32.const 1))) (unreachable)",
    "throw": "(drop (memory.grow (i32.const 1))) (throw $e)",
    "fail": "(if (i32.and (local.get 0) (i32.const 2)) (then (throw $e))) (i32.const 5)",
}
_FREQUENT = ("still", "still", "grow", "maybe")
_OTHERS = (*_LEAVES, "throw", "throw")
# The entries of the table call no import.
_ENTRIES = 3


class Guest(NamedTuple):
    """A module: its text, and its exported functions and imports, each with its level.

    A function calls only functions of a lower level, so every call ends.
    """

    wat: str
    exports: dict[str, int]
    imports: dict[str, int]
    own_memory: bool
    table: bool


def guest(random: Random) -> Guest:
    """Return a random module."""
    imports: dict[str, int] = {}
    levels: dict[str, int] = {}
    bodies: list[str] = []
    for number in range(random.randint(_ENTRIES, 5)):
        kind = random.choice(_FREQUENT if number < _ENTRIES else _OTHERS)
        levels[f"{kind}{number}"] = 0
        bodies.append(_function(f"{kind}{number}", _LEAVES[kind]))
    entries = list(levels)[:_ENTRIES]
    for level in (1, 3):
        imports.update({f"host{len(imports) + each}": level for each in range(random.randint(0, 2))})
        for _ in range(random.randint(1, 2)):
            name = f"call{len(levels)}"
            callees = [each for each in (*levels, *imports) if {**levels, **imports}[each] <= level]
            bodies.append(_function(name, _calls(random, callees)))
            levels[name] = level + 1
    exported = {name: level for name, level in levels.items() if level or random.random() < 0.8}
    own_memory, table = random.random() < 0.8, random.random() < 0.6
    lines = [f'(import "env" "{name}" (func ${name} (type $t)))' for name in imports]
    memory = "(memory 1 40)" if own_memory else '(import "env" "memory" (memory 1 40))'
    lines = [f"(type $t (func {_TYPE}))", *lines, *([] if own_memory else [memory]), "(tag $e)"]
    lines += [memory, '(export "memory" (memory 0))'] if own_memory else []
    lines.append(f"(table $t {_ENTRIES + 2} funcref)")
    lines += ['(export "table" (table $t))'] if table else []
    lines.append(f"(elem (i32.const 0) {' '.join(f'${name}' for name in entries)})")
    lines += [f'(export "{name}" (func ${name}))' for name in exported]
    return Guest("(module\n" + "\n".join((*lines, *bodies)) + ")", exported, imports, own_memory, table)


def _function(name: str, body: str) -> str:
    return f"(func ${name} (type $t) {body})"


def _calls(random: Random, callees: list[str]) -> str:
    parts = []
    for _ in range(random.randint(1, 3)):
        index = random.randint(0, _ENTRIES - 1)
        call = f"(drop (call_indirect (type $t) (local.get 0) (i32.const {index})))"
        if random.random() < 0.75:
            call = f"(drop (call ${random.choice(callees)} (local.get 0)))"
        if random.random() < 0.3:
            bit = f"(i32.and (local.get 0) (i32.const {random.choice((1, 2, 4))}))"
            call = f"(if {bit} (then {call}))"
        parts.append(call)
    return " ".join((*parts, "(local.get 0)"))
