"""Tests that the instructions in the table take that many operands and never trap, with wasmtime."""

import itertools
import math

import pytest
import wasmtime
from tools.bench.encode import HEADER, leb, section, vector

from nogrow.rewrite.replace_grow import _TAKES

TYPES = {b"\x7f": (0, -1, -(1 << 31)), b"\x7e": (0, -1, -(1 << 63))} | dict.fromkeys(
    (b"\x7d", b"\x7c"), (0.0, -1.5, math.inf, math.nan)
)
NUMERIC = [opcode for opcode in sorted(_TAKES) if opcode >= 0x45]
ENGINE = wasmtime.Engine()


def function(opcode: int, operand: bytes, count: int, result: bytes) -> bytes:
    """Return a module that applies the instruction to parameters."""
    body = b"\0" + b"".join(b"\x20" + leb(index) for index in range(count)) + bytes((opcode, 0x0B))
    return (
        HEADER
        + section(1, b"\1\x60" + vector([operand] * count) + vector([result]))
        + section(3, b"\1\0")
        + section(7, b"\1\1f\0\0")
        + section(10, b"\1" + leb(len(body)) + body)
    )


def is_valid(data: bytes) -> bool:
    try:
        wasmtime.Module.validate(ENGINE, data)
    except wasmtime.WasmtimeError:
        return False
    return True


@pytest.mark.parametrize("opcode", NUMERIC, ids=hex)
def test_replaced_instruction_never_traps(opcode: int) -> None:
    shapes = [
        (count, operand, data)
        for count, operand, result in itertools.product((1, 2), TYPES, TYPES)
        if is_valid(data := function(opcode, operand, count, result))
    ]
    assert [count for count, _, _ in shapes] == [_TAKES[opcode]]
    count, operand, data = shapes[0]
    store = wasmtime.Store(ENGINE)
    call = wasmtime.Instance(store, wasmtime.Module(ENGINE, data), []).exports(store)["f"]
    assert isinstance(call, wasmtime.Func)
    for values in itertools.product(TYPES[operand], repeat=count):
        call(store, *values)
