"""Tests that arrays by type and table, filled to the last element, do not overlap their neighbours."""

import pytest

from nogrow.wasm.decode import decode
from nogrow.wasm.runtime import Engine
from nogrow.wasm.scan import scan
from tests.support.modules import assemble
from tests.wasm.test_scan import assert_scan_is_the_references

PARAMETERS = ("", "i32", "i64", "f32", "f64", "i32 i32", "i32 i64")


@pytest.mark.parametrize("types", range(1, 8))
@pytest.mark.parametrize("tables", [1, 2, 5])
def test_every_type_can_be_called_through_every_table(types: int, tables: int) -> None:
    declared = "".join(f"(type $y{n} (func (param {PARAMETERS[n]})))" for n in range(types))
    declared += "".join(f"(table $t{n} 1 funcref)" for n in range(tables))
    calls = [f"call_ref $y{kind}" for kind in range(types)]
    calls += [f"call_indirect $t{table} (type $y{kind})" for table in range(tables) for kind in range(types)]
    everything = " ".join(f"unreachable {call}" for call in calls)
    writes = " ".join(
        f"unreachable table.set $t{table} unreachable table.get $t{table}" for table in range(tables)
    )
    taken = " ".join(f"unreachable ref.func {index}" for index in range(types))
    functions = "".join(f"(func (type $y{n}))" for n in range(types - 1))
    wat = f"(module {declared} {functions} (func (type $y0) {everything} {writes} {taken} unreachable))"
    assert_scan_is_the_references(assemble(wat), (types, tables))


def test_functions_in_ref_func_are_taken() -> None:
    body = " ".join(f"(drop (ref.func {index}))" for index in (3, 0, 2))
    data = assemble(f"(module (func) (func) (func) (func {body}) (elem declare func 0 1 2 3))")
    assert scan(decode(data), Engine()).taken == {0, 2, 3}
