import pytest

from nogrow.contract.model import Call, Host, Stub
from nogrow.scenarios.result import ScenarioOutcome, StubSeen
from tests.scenarios.guests import failure, played

MODULE = """(module
  (import "env" "add" (func $add (param i32 f64) (result i32)))
  (import "env.log" "two" (func $two (result i64 f32)))
  (import "env" "done" (func $done))
  (memory (export "memory") 1)
  (func (export "add") (result i32) (call $add (i32.const -2) (f64.const 1.5)))
  (func (export "two") (result i64 f32) (call $two))
  (func (export "done") (call $done)))"""
STUBS = (Stub("env.add", (7,)), Stub("env.log.two", (2**64 - 1, 0.5)), Stub("env.done"))


def test_stub_returns_constants_and_records_its_calls() -> None:
    steps = (Call("add", expect=7, repeat=12), Call("two", expect=(-1, 0.5)))
    result = played(MODULE, *steps, host=Host(STUBS))
    assert result.message is None
    assert result.stubs == (
        StubSeen("env.add", 12, (("-2", "1.5"),) * 10),
        StubSeen("env.log.two", 1, ((),)),
        StubSeen("env.done", 0),
    )


def test_stub_can_fail() -> None:
    host = Host((*STUBS[:2], Stub("env.done", fails=True)))
    message = "`done` trapped: the stub of env.done fails, as the contract demands"
    assert failure(MODULE, Call("done"), host=host) == f"step 1: {message}"
    assert played(MODULE, Call("done", expect_trap="env.done"), host=host).message is None


@pytest.mark.parametrize(
    ("stubs", "message"),
    [
        ((), "the contract has no stub for these imports of the module: env.add, env.log.two, env.done"),
        (STUBS[:2], "the contract has no stub for these imports of the module: env.done"),
        (
            (*STUBS[:2], Stub("env.done", (1,))),
            "the stub of env.done returns 1 values, the import none",
        ),
        (
            (STUBS[0], Stub("env.log.two", (1,)), STUBS[2]),
            "the stub of env.log.two returns 1 values, the import 2 (i64, f32)",
        ),
        (
            (Stub("env.add", (0.5,)), *STUBS[1:]),
            "the import env.add returns an i32, not 0.5",
        ),
    ],
)
def test_stub_that_does_not_match_the_import_is_an_error(stubs: tuple[Stub, ...], message: str) -> None:
    assert failure(MODULE, Call("done"), host=Host(stubs)) == message


def test_import_that_is_not_a_function_has_no_stub() -> None:
    module = '(module (import "env" "m" (global i32)) (memory (export "memory") 1) (func (export "f")))'
    message = "the contract has no stub for these imports of the module: env.m"
    assert failure(module, Call("f"), host=Host((Stub("env.m"),))) == message


def test_imported_memory_has_the_declared_size() -> None:
    module = """(module (import "env" "m" (memory 2 3)) (import "env" "grow" (func $grow))
      (func (export "f") (result i32) (drop (memory.grow (i32.const 1))) (memory.size))
      (func (export "g") (call $grow)))"""
    host = Host((Stub("env.grow", grows=1),))
    result = played(module, Call("f", expect=3), host=host)
    assert (result.outcome, result.pages) == (ScenarioOutcome.GREW, (3,))
    result = played(module, Call("g"), host=host)
    assert (result.outcome, result.pages) == (ScenarioOutcome.GREW, (3,))


def test_imported_shared_memory_is_not_supported() -> None:
    module = '(module (import "env" "m" (memory 1 2 shared)) (func (export "f")))'
    assert "shared memory, which scenarios do not support" in failure(module, Call("f"))


def test_stub_cannot_grow_beyond_the_maximum() -> None:
    module = """(module (import "env" "grow" (func $grow (result i32))) (memory (export "memory") 1 1)
      (func (export "f") (result i32) (call $grow)))"""
    result = played(
        module, Call("f", expect=0, may_grow=False), host=Host((Stub("env.grow", (0,), grows=1),))
    )
    assert result.message is None
