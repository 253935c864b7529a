"""Tests that a difference between a module and its copy is found at the call that shows it."""

import pytest
import wasmtime

from nogrow.contract.model import Call, Host, Read, Scenario, Step, Stub, Write
from nogrow.rewrite.rewrite import Mode, sealed
from nogrow.scenarios.sealing import first_difference

MODULE = """(module {imports} (memory (export "memory") {memory})
  (func (export "add") (param i32 i32) (result i32) {add})
  (func (export "put") (i32.store8 (i32.const 99) (i32.const {byte})))
  (func (export "far") (i32.store8 (i32.const {far}) (i32.const 1)))
  (func (export "fail") {fail})
  (func (export "grow") (result i32) (memory.grow (i32.const 1))))"""
SUM = "(i32.add (local.get 0) (local.get 1))"


def module(
    *,
    imports: str = "",
    memory: str = "1",
    add: str = SUM,
    byte: int = 1,
    far: int = 70000,
    fail: str = "unreachable",
) -> bytes:
    text = MODULE.format(imports=imports, memory=memory, add=add, byte=byte, far=far, fail=fail)
    return bytes(wasmtime.wat2wasm(text))


def difference(copy: bytes, *steps: Step, original: bytes | None = None) -> str | None:
    return first_difference(original or module(), copy, Scenario("s", steps))


def test_same_module_does_not_differ() -> None:
    steps = (Call("add", (1, 2)), Call("put"), Write("x", 5), Read(1, 5, "x"), Call("grow", repeat=3))
    assert difference(module(), *steps) is None


def test_other_result_is_a_difference() -> None:
    copy = module(add="(i32.sub (local.get 0) (local.get 1))")
    assert difference(copy, Call("add", (0, 0)), Call("add", (1, 2))) == (
        "call 2, `add(1, 2)`: returned 3, in the copy: returned -1"
    )


def test_other_byte_is_a_difference() -> None:
    assert (
        difference(module(byte=2), Call("put")) == "call 1, `put()`: the memory has other bytes in the copy"
    )


def test_expected_trap_is_compared() -> None:
    step = Call("fail", expect_trap="")
    assert difference(module(), step) is None
    message = difference(module(fail="(drop (i32.div_u (i32.const 1) (i32.const 0)))"), step)
    assert message is not None
    assert "in the copy" in message
    assert "fails in the copy" in str(difference(module(fail=""), step))


def test_larger_memory_is_no_difference() -> None:
    assert difference(module(memory="9 9"), Call("put")) is None
    # The copy may go on where the original is out of bounds.
    assert difference(module(memory="9 9"), Call("put"), Call("far", expect_trap="")) is not None
    assert difference(module(memory="9 9"), Call("put"), Call("far")) is None


def test_growth_that_the_copy_does_not_show_is_no_difference() -> None:
    copy = sealed(module(), Mode.RESERVE, 2).data
    assert difference(copy, Call("grow", must_grow=True)) is None
    assert "in the copy: returned -1" in str(difference(copy, Call("grow"), Call("grow", must_grow=True)))


@pytest.mark.parametrize("step", [Call("gone"), Call("add", (1, 2), expect=4), Call("fail")])
def test_scenario_that_fails_in_the_original_is_a_difference(step: Step) -> None:
    assert str(difference(module(), step)).startswith("it fails in the original: step 1")


def test_stub_that_grows_shows_a_difference() -> None:
    text = """(module (import "a" "b" (func $b)) (memory (export "memory") {})
      (func (export "f") (result i32) (call $b) (memory.size)))"""
    original, copy = (bytes(wasmtime.wat2wasm(text.format(limits))) for limits in ("1", "4 4"))
    scenario = Scenario("s", (Call("f"),), host=Host((Stub("a.b", grows=1),)))
    assert first_difference(original, copy, scenario) is not None
