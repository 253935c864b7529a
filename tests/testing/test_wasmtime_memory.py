"""Test what the documentation says about memories in wasmtime's Python interface."""

import ctypes
from typing import Any

import pytest
import wasmtime

from nogrow.rewrite.stress import stressed
from tests.support.modules import assemble

GROWS = """(module (memory (export "memory") 1)
  (func (export "grow") (param i32) (drop (memory.grow (local.get 0))))
  (func (export "poke") (i32.store8 (i32.const 0) (i32.const 42))))"""
MOVING = {"memory_reservation": 0, "memory_guard_size": 0, "memory_reservation_for_growth": 0}


def instance(data: bytes, **options: int) -> tuple[wasmtime.Store, Any]:
    config = wasmtime.Config()
    for name, value in options.items():
        setattr(config, name, value)
    store = wasmtime.Store(wasmtime.Engine(config))
    return store, wasmtime.Instance(store, wasmtime.Module(store.engine, data), []).exports(store)


def address(store: wasmtime.Store, memory: wasmtime.Memory) -> int:
    return ctypes.addressof(memory.data_ptr(store).contents)


@pytest.mark.parametrize("options", [{}, MOVING], ids=["default", "no reservation"])
def test_stressed_copy_is_not_noticed(options: dict[str, int]) -> None:
    store, exports = instance(stressed(assemble(GROWS)).data, **options)
    before = address(store, exports["memory"])
    pointer, array = exports["memory"].data_ptr(store), exports["memory"].get_buffer_ptr(store)
    exports["grow"](store, 0)
    exports["poke"](store)
    assert (address(store, exports["memory"]), exports["memory"].data_len(store)) == (before, 65536)
    assert pointer[0] == array[0] == 42


@pytest.mark.parametrize(
    ("options", "moves"), [({}, False), (MOVING, True)], ids=["default", "no reservation"]
)
def test_growth_leaves_an_array_short_or_dangling(options: dict[str, int], moves: bool) -> None:
    store, exports = instance(assemble(GROWS), **options)
    before, array = address(store, exports["memory"]), exports["memory"].get_buffer_ptr(store)
    exports["grow"](store, 1)
    assert (len(array), exports["memory"].data_len(store)) == (65536, 131072)
    # A dangling array must not be read here: that can end the process.
    assert (address(store, exports["memory"]) != before) is moves
    assert len(exports["memory"].read(store)) == 131072
