"""This module reads scenarios: the steps, and the limits on how often they are run."""

import re

from nogrow.contract.model import Call, Host, Read, Scenario, Step, Value, Write
from nogrow.contract.scenario_values import address, count, hexadecimal, value_of
from nogrow.util.document import Node

KEYS = {
    "call": ("call", "args", "save", "expect", "expect_trap", "may_grow", "must_grow", "repeat"),
    "write": ("write", "at"),
    "write_hex": ("write_hex", "at"),
    "read": ("read", "at", "expect", "expect_hex"),
}
# The report lists the memory's size after each call.
MOST_CALLS = 10_000


def scenario_of(table: Node, host: Host) -> Scenario:
    """Return the scenario of an `[[artifact.scenario]]`; raises `ContractError` if it is not valid."""
    table.object(("name", "steps", "repeat"))
    name = table.required("name", "the scenario's name")
    node = table.at("steps", "the steps to run, an array of tables")
    steps: list[Step] = []
    saved: set[str] = set()
    calls = 0
    for inner in table.objects("steps"):
        step = _step(inner, saved, MOST_CALLS - calls)
        steps.append(step)
        calls += step.repeat if isinstance(step, Call) else 0
    if not steps:
        raise node.error("expected at least one step")
    if not calls:
        raise node.error("expected at least one `call`: nothing else can grow a memory")
    if calls > MOST_CALLS:
        raise node.error(f"expected at most {MOST_CALLS:,} calls in all, not {calls:,}")
    repeat = table.optional("repeat", lambda times: count(times, MOST_CALLS // calls), 1)
    return Scenario(name, tuple(steps), repeat, host)


def _step(table: Node, saved: set[str], calls_left: int) -> Step:
    kinds = [kind for kind in KEYS if kind in table.object()]
    if len(kinds) != 1:
        table.object({key for keys in KEYS.values() for key in keys})
        raise table.error(f"expected exactly one of the keys {', '.join(KEYS)}")
    kind = kinds[0]
    table.object(KEYS[kind])
    if kind == "call":
        return _call(table, saved, calls_left)
    at = address(table.at("at", "the byte address, an integer or a saved value"), saved)
    if kind == "write":
        return Write(table.at("write").text(), at)
    if kind == "write_hex":
        return Write(hexadecimal(table.at("write_hex")), at)
    expect_hex = table.get("expect_hex")
    if expect_hex is None:
        expect = table.at("expect", "the text that must be there, or expect_hex with the bytes")
        return Read(address(table.at("read"), saved), at, expect.text())
    if table.get("expect") is not None:
        raise expect_hex.error("expect already says what must be there; remove one of the two")
    return Read(address(table.at("read"), saved), at, hexadecimal(expect_hex))


def _call(table: Node, saved: set[str], calls_left: int) -> Call:
    export = table.required("call", "the name of an exported function")
    args = table.optional("args", lambda node: _values(node, saved), ())
    may_grow = table.optional("may_grow", Node.flag, True)
    must_grow = table.optional("must_grow", Node.flag, False)
    if must_grow and not may_grow:
        raise table.at("must_grow").error("a call that must grow may grow; remove one of the two")
    repeat = table.optional("repeat", lambda node: count(node, calls_left), 1)
    expect = table.optional("expect", lambda node: _expect(node, saved), None)
    trap = table.optional("expect_trap", _expect_trap, None)
    save = table.optional("save", _save, None)
    if trap is not None and (save is not None or expect is not None):
        raise table.at("expect_trap").error("a call that must trap returns nothing to save or expect")
    if save is not None:
        saved.add(save)
    return Call(export, args, save, expect, may_grow, must_grow, trap, repeat)


def _save(node: Node) -> str:
    name = node.text()
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise node.error(f"expected a name of letters, digits and _, not {name!r}")
    return name


def _values(node: Node, saved: set[str]) -> tuple[Value, ...]:
    return tuple(value_of(item, saved) for item in node.items("numbers or saved values"))


def _expect(node: Node, saved: set[str]) -> Value | tuple[Value, ...]:
    return _values(node, saved) if isinstance(node.value, list) else value_of(node, saved)


def _expect_trap(node: Node) -> str | None:
    if isinstance(node.value, bool):
        return "" if node.value else None
    if not isinstance(node.value, str) or not node.value:
        raise node.unexpected("true or a part of the trap's message")
    return node.value
