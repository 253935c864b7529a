"""From a `[[artifact.scenario]]` table to a `Scenario`."""

import re

from nogrow.contract.document import Table, described
from nogrow.contract.model import Call, Read, Saved, Scenario, Step, Value, Write

KEYS = {
    "call": ("call", "args", "save", "expect", "may_grow", "must_grow"),
    "write": ("write", "at"),
    "read": ("read", "at", "expect"),
}
SMALLEST, LARGEST = -(2**63), 2**64 - 1


def scenario_of(table: Table) -> Scenario:
    """The scenario that `table` describes; raises `ContractError` where it is not one."""
    table.only(("name", "steps"))
    name = table.name("name", "the scenario's name")
    table.require("steps", "what to do, an array of tables")
    steps: list[Step] = []
    saved: set[str] = set()
    for step in table.tables("steps"):
        steps.append(_step(step, saved))
    if not steps:
        raise table.error("steps", "expected at least one step")
    if not any(isinstance(step, Call) for step in steps):
        raise table.error("steps", "expected at least one `call`: nothing else can grow a memory")
    return Scenario(name, tuple(steps))


def _step(table: Table, saved: set[str]) -> Step:
    kinds = [kind for kind in KEYS if kind in table.values]
    if len(kinds) != 1:
        table.only({key for keys in KEYS.values() for key in keys})
        raise table.error(None, "expected exactly one of the keys call, write and read")
    kind = kinds[0]
    table.only(KEYS[kind])
    if kind == "call":
        return _call(table, saved)
    table.require("at", "the byte address, an integer or a saved value")
    at = _value(table, "at", table.values["at"], saved, 0)
    if kind == "write":
        return Write(table.string("write") or "", at)
    table.require("expect", "the text that must be there")
    length = _value(table, "read", table.values["read"], saved, 0)
    return Read(length, at, table.string("expect") or "")


def _call(table: Table, saved: set[str]) -> Call:
    export = table.name("call", "the name of an exported function")
    args = tuple(
        _value(table, "args", value, saved, SMALLEST, index)
        for index, value in enumerate(table.array("args", "integers or saved values"))
    )
    may_grow, must_grow = table.flag("may_grow", True), table.flag("must_grow", False)
    if must_grow and not may_grow:
        raise table.error("must_grow", "a call that must grow may grow; drop one of the two")
    expect = table.integer("expect", SMALLEST)
    save = table.string("save")
    if save is not None:
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", save):
            raise table.error("save", f"expected a name of letters, digits and _, not {save!r}")
        saved.add(save)
    return Call(export, args, save, expect, may_grow, must_grow)


def _value(table: Table, key: str, value: object, saved: set[str], least: int, *inner: int) -> Value:
    if isinstance(value, int) and not isinstance(value, bool):
        if not least <= value <= LARGEST:
            raise table.error(key, f"expected {least} to {LARGEST}, not {value}", *inner)
        return value
    if not isinstance(value, str) or not value.startswith("$"):
        wanted = 'an integer or a saved value such as "$len"'
        raise table.error(key, f"expected {wanted}, not {described(value)}", *inner)
    if value[1:] not in saved:
        raise table.error(key, f"no earlier call saves {value}", *inner)
    return Saved(value[1:])
