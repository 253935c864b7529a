"""This module reads scenarios: the stubs, the steps with their values, and how often they are run."""

import math
import re

from nogrow.contract.model import Address, Call, Host, Number, Read, Saved, Scenario, Step, Stub, Value, Write
from nogrow.util.document import Node

_KEYS = {
    "call": ("call", "args", "save", "expect", "expect_trap", "may_grow", "must_grow", "repeat"),
    "write": ("write", "at"),
    "write_hex": ("write_hex", "at"),
    "read": ("read", "at", "expect", "expect_hex"),
}
# The report lists the memory's size after each call.
MOST_CALLS = 10_000
_SMALLEST, _LARGEST = -(2**63), 2**64 - 1
# TOML has floats for these; a contract may also write them as the text format of WebAssembly does.
_FLOATS = {"nan": math.nan, "inf": math.inf, "+inf": math.inf, "-inf": -math.inf}
_SAVED = 'a saved value such as "$len"'
_NUMBER = 'a number, "nan", "inf" or "-inf"'


def host_of(table: Node) -> Host:
    """Return the stubs of an `[[artifact]]`, and whether it has WASI."""
    stubs = tuple(map(_stub, table.objects("stub")))
    table.require_distinct("stub", "import", "stub for the import")
    return Host(stubs, table.optional("wasi", Node.flag, False))


def _stub(table: Node) -> Stub:
    table.object(("import", "returns", "fails", "grows"))
    name = table.required("import", "the import's name, module.field")
    if "." not in name:
        raise table.at("import").error(f"expected module.field, not {name!r}")
    fails, returns = table.optional("fails", Node.flag, False), table.get("returns")
    if fails and returns is not None:
        raise returns.error("a stub that fails returns nothing; remove one of the two")
    grows = table.optional("grows", lambda node: node.integer(1), 0)
    return Stub(name, () if returns is None else _returns(returns), fails, grows)


def _returns(node: Node) -> tuple[Number, ...]:
    if isinstance(node.value, list):
        return tuple(number for item in node.items() for number in _returns(item))
    number = _number(node)
    if number is None:
        raise node.unexpected(_NUMBER)
    return (number,)


def scenario_of(table: Node, host: Host) -> Scenario:
    """Return the scenario of an `[[artifact.scenario]]`."""
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
    return Scenario(name, tuple(steps), _repeat(table, MOST_CALLS // calls), host)


def _step(table: Node, saved: set[str], calls_left: int) -> Step:
    kinds = [kind for kind in _KEYS if kind in table.object()]
    if len(kinds) != 1:
        table.object({key for keys in _KEYS.values() for key in keys})
        raise table.error(f"expected exactly one of the keys {', '.join(_KEYS)}")
    kind = kinds[0]
    table.object(_KEYS[kind])
    if kind == "call":
        return _call(table, saved, calls_left)
    at = _address(table.at("at", "the byte address, an integer or a saved value"), saved)
    if kind == "write":
        return Write(table.at("write").text(), at)
    if kind == "write_hex":
        return Write(_hexadecimal(table.at("write_hex")), at)
    expect_hex = table.get("expect_hex")
    if expect_hex is not None and table.get("expect") is not None:
        raise expect_hex.error("expect already says what must be there; remove one of the two")
    expect = (
        _hexadecimal(expect_hex)
        if expect_hex is not None
        else table.at("expect", "the text that must be there, or expect_hex with the bytes").text()
    )
    return Read(_address(table.at("read"), saved), at, expect)


def _call(table: Node, saved: set[str], calls_left: int) -> Call:
    call = Call(
        table.required("call", "the name of an exported function"),
        table.optional("args", lambda node: _values(node, saved), ()),
        table.optional("save", _save, None),
        table.optional("expect", lambda node: _expect(node, saved), None),
        table.optional("may_grow", Node.flag, True),
        table.optional("must_grow", Node.flag, False),
        table.optional("expect_trap", _expect_trap, None),
        _repeat(table, calls_left),
    )
    if call.must_grow and not call.may_grow:
        raise table.at("must_grow").error("a call that must grow may grow; remove one of the two")
    if call.expect_trap is not None and (call.save is not None or call.expect is not None):
        raise table.at("expect_trap").error("a call that must trap returns nothing to save or expect")
    if call.save is not None:
        saved.add(call.save)
    return call


def _repeat(table: Node, most: int) -> int:
    """Return how often to repeat, at most `most` times."""
    node = table.get("repeat")
    times = 1 if node is None else node.integer(1)
    if node is not None and times > most:
        raise node.error(f"expected at most {most:,} calls in all, not {times:,}")
    return times


def _save(node: Node) -> str:
    name = node.text()
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise node.error(f"expected a name of letters, digits and _, not {name!r}")
    return name


def _values(node: Node, saved: set[str]) -> tuple[Value, ...]:
    return tuple(_value(item, saved) for item in node.items("numbers or saved values"))


def _expect(node: Node, saved: set[str]) -> Value | tuple[Value, ...]:
    return _values(node, saved) if isinstance(node.value, list) else _value(node, saved)


def _expect_trap(node: Node) -> str | None:
    if isinstance(node.value, bool):
        return "" if node.value else None
    if not isinstance(node.value, str) or not node.value:
        raise node.unexpected("true or a part of the trap's message")
    return node.value


def _value(node: Node, saved: set[str]) -> Value:
    value = _saved(node, saved) or _number(node)
    if value is None:
        raise node.unexpected(f"{_NUMBER}, or {_SAVED}")
    return value


def _address(node: Node, saved: set[str]) -> Address:
    """Return the address or length in bytes, an integer from 0 or saved."""
    if value := _saved(node, saved):
        return value
    if not isinstance(node.value, int) or isinstance(node.value, bool):
        raise node.unexpected(f"an integer or {_SAVED}")
    return _in_range(node, 0)


def _hexadecimal(node: Node) -> bytes:
    try:
        return bytes.fromhex(node.text())
    except ValueError:
        raise node.unexpected('bytes in hex such as "00ff"') from None


def _number(node: Node) -> Number | None:
    """Return the number, None for any other value."""
    match node.value:
        case float():
            return node.value
        case int() if not isinstance(node.value, bool):
            return _in_range(node, _SMALLEST)
        case str():
            return _FLOATS.get(node.value)
    return None


def _in_range(node: Node, least: int) -> int:
    """Return the integer, which an i64 must be able to hold, with or without a sign."""
    value: int = node.value
    if not least <= value <= _LARGEST:
        raise node.unexpected(f"{least} to {_LARGEST}")
    return value


def _saved(node: Node, saved: set[str]) -> Saved | None:
    """Return the saved value that a text such as `$len` names, None for any other value."""
    if not isinstance(node.value, str) or not node.value.startswith("$"):
        return None
    if node.value[1:] not in saved:
        raise node.error(f"no earlier call saves {node.value}")
    return Saved(node.value[1:])
