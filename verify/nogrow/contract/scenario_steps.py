"""From a `[[artifact.scenario]]` table to a `Scenario`."""

import re

from nogrow.contract.document import Table, described
from nogrow.contract.model import Call, Host, Read, Scenario, Step, Value, Write
from nogrow.contract.scenario_values import address, count, hexadecimal, value_of

KEYS = {
    "call": ("call", "args", "save", "expect", "expect_trap", "may_grow", "must_grow", "repeat"),
    "write": ("write", "at"),
    "write_hex": ("write_hex", "at"),
    "read": ("read", "at", "expect", "expect_hex"),
}
# The report has the memory's size after each call.
MOST_CALLS = 10_000


def scenario_of(table: Table, host: Host) -> Scenario:
    """The scenario that `table` describes; raises `ContractError` where it is not one."""
    table.only(("name", "steps", "repeat"))
    name = table.name("name", "the scenario's name")
    table.require("steps", "what to do, an array of tables")
    steps: list[Step] = []
    saved: set[str] = set()
    calls = 0
    for step in table.tables("steps"):
        steps.append(_step(step, saved, MOST_CALLS - calls))
        calls += getattr(steps[-1], "repeat", 0)
    if not steps:
        raise table.error("steps", "expected at least one step")
    if not calls:
        raise table.error("steps", "expected at least one `call`: nothing else can grow a memory")
    if calls > MOST_CALLS:
        raise table.error("steps", f"expected at most {MOST_CALLS:,} calls in all, not {calls:,}")
    return Scenario(name, tuple(steps), count(table, "repeat", MOST_CALLS // calls), host)


def _step(table: Table, saved: set[str], calls_left: int) -> Step:
    kinds = [kind for kind in KEYS if kind in table.values]
    if len(kinds) != 1:
        table.only({key for keys in KEYS.values() for key in keys})
        raise table.error(None, f"expected exactly one of the keys {', '.join(KEYS)}")
    kind = kinds[0]
    table.only(KEYS[kind])
    if kind == "call":
        return _call(table, saved, calls_left)
    table.require("at", "the byte address, an integer or a saved value")
    at = address(table, "at", saved)
    if kind == "write":
        return Write(table.string("write") or "", at)
    if kind == "write_hex":
        return Write(hexadecimal(table, "write_hex"), at)
    if "expect_hex" not in table.values:
        table.require("expect", "the text that must be there, or expect_hex with the bytes")
        return Read(address(table, "read", saved), at, table.string("expect") or "")
    if "expect" in table.values:
        raise table.error("expect_hex", "expect says already what must be there; drop one of the two")
    return Read(address(table, "read", saved), at, hexadecimal(table, "expect_hex"))


def _call(table: Table, saved: set[str], calls_left: int) -> Call:
    export = table.name("call", "the name of an exported function")
    args = _values(table, "args", saved)
    may_grow, must_grow = table.flag("may_grow", True), table.flag("must_grow", False)
    if must_grow and not may_grow:
        raise table.error("must_grow", "a call that must grow may grow; drop one of the two")
    repeat = count(table, "repeat", calls_left)
    expect = _expect(table, saved)
    trap = _expect_trap(table)
    save = table.string("save")
    if trap is not None and (save is not None or expect is not None):
        raise table.error("expect_trap", "a call that must trap returns nothing to save or expect")
    if save is not None:
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", save):
            raise table.error("save", f"expected a name of letters, digits and _, not {save!r}")
        saved.add(save)
    return Call(export, args, save, expect, may_grow, must_grow, trap, repeat)


def _values(table: Table, key: str, saved: set[str]) -> tuple[Value, ...]:
    values = table.array(key, "numbers or saved values")
    return tuple(value_of(table, key, value, saved, index) for index, value in enumerate(values))


def _expect(table: Table, saved: set[str]) -> Value | tuple[Value, ...] | None:
    value = table.values.get("expect")
    if value is None:
        return None
    if isinstance(value, list):
        return _values(table, "expect", saved)
    return value_of(table, "expect", value, saved)


def _expect_trap(table: Table) -> str | None:
    value = table.values.get("expect_trap", False)
    if isinstance(value, bool):
        return "" if value else None
    if not isinstance(value, str) or not value:
        shown = "an empty string" if value == "" else described(value)
        raise table.error("expect_trap", f"expected true or a part of the trap's message, not {shown}")
    return value
