"""Test copies that count their growths."""

from typing import Any

import pytest
import wasmtime

from nogrow.errors import ModuleError
from nogrow.rewrite.growth_counter import growth_counter
from nogrow.wasm.decode import decode
from tests.support.modules import assemble


def instance(data: bytes) -> tuple[wasmtime.Store, Any]:
    config = wasmtime.Config()
    config.wasm_memory64 = config.wasm_multi_memory = True
    store = wasmtime.Store(wasmtime.Engine(config))
    module = wasmtime.Module(store.engine, data)
    return store, wasmtime.Instance(store, module, []).exports(store)


@pytest.mark.parametrize("bits", ["i32", "i64"])
def test_successful_growths_of_one_memory_are_counted(bits: str) -> None:
    copy = growth_counter(
        assemble(
            f"""(module (memory (export "a") {bits} 1 4) (memory $b 1)
              (func (export "a_grows") (param {bits}) (result {bits}) (memory.grow (local.get 0)))
              (func (export "b_grows") (drop (memory.grow $b (i32.const 1)))))"""
        ),
        0,
    )
    assert copy.counter is not None
    store, exports = instance(copy.data)
    counts = []
    for pages, before in ((0, 1), (1, 1), (100, -1), (2, 2)):
        assert exports["a_grows"](store, pages) == before
        exports["b_grows"](store)
        counts.append(exports[copy.counter].value(store))
    assert counts == [1, 2, 2, 3]


def test_module_that_never_grows_is_unchanged() -> None:
    data = assemble('(module (memory (export "memory") 1) (func (export "f")))')
    assert growth_counter(data, 0) == (data, None)


def test_name_of_the_counter_is_new() -> None:
    grow = "(drop (memory.grow (i32.const 0)))"
    data = assemble(
        f'(module (memory 1) (func (export "nogrow.growths") {grow}) (func (export "nogrow.growths\'")))'
    )
    copy = growth_counter(data, 0)
    assert copy.counter == "nogrow.growths''"
    assert [item.name for item in decode(copy.data).exports][:2] == ["nogrow.growths", "nogrow.growths'"]


def test_module_that_cannot_be_read_is_an_error() -> None:
    with pytest.raises(ModuleError, match="offset 0x0"):
        growth_counter(b"MZ", 0)
