import time

import pytest

from nogrow.contract.model import Call
from tests.scenarios.guests import TIGHT, failure, played

MODULE = """(module (memory (export "memory") 1)
  (func (export "spin") (loop br 0))
  (func $deep (export "deep") call $deep)
  (func (export "fill") (loop (memory.fill (i32.const 0) (i32.const 1) (i32.const 65536)) br 0))
  (func (export "nop"))
  (func (export "grow") (result i32) (memory.grow (i32.const 256)))
  (func (export "much") (result i32) (memory.grow (i32.const 255))))"""


@pytest.mark.parametrize(
    ("export", "message"),
    [
        ("spin", "`spin` ran for more than 50000000 instructions"),
        ("deep", "`deep` trapped: call stack exhausted"),
        ("fill", "`fill` ran for more than 0.3 seconds"),
    ],
)
def test_endless_call_ends_at_a_limit(export: str, message: str) -> None:
    limits = TIGHT._replace(fuel=2**62, step_seconds=0.3) if export == "fill" else TIGHT
    start = time.monotonic()
    assert failure(MODULE, Call(export), limits=limits) == f"step 1: {message}"
    assert time.monotonic() - start < 25


def test_repetitions_share_the_time_of_their_step() -> None:
    text = MODULE.replace("(loop (memory.fill", "(block (memory.fill").replace(
        'br 0))\n  (func (export "nop', '))\n  (func (export "nop'
    )
    limits = TIGHT._replace(fuel=2**62, step_seconds=0.001)
    message = failure(text, Call("fill", repeat=10_000), limits=limits)
    assert message.endswith("`fill` ran for more than 0.001 seconds")


def test_steps_share_the_time_of_the_scenario() -> None:
    limits = TIGHT._replace(fuel=2**62, seconds=0)
    assert failure(MODULE, Call("nop"), limits=limits).endswith("the scenario ran for more than 0 seconds")


def test_message_names_the_limit_that_ended_the_call() -> None:
    limits = TIGHT._replace(fuel=2**62, step_seconds=30, seconds=0.2)
    message = failure(MODULE, Call("fill"), limits=limits)
    assert message == "step 1: `fill` was ended: the scenario ran for more than 0.2 seconds"
    start = MODULE.replace('(func (export "fill")', '(start $fill) (func $fill (export "fill")')
    message = failure(start, Call("nop"), limits=limits)
    assert message == "the start function was ended: the scenario ran for more than 0.2 seconds"


def test_limit_does_not_count_as_an_expected_trap() -> None:
    assert "instructions" in failure(MODULE, Call("spin", expect_trap=""), limits=TIGHT)
    assert played(MODULE, Call("deep", expect_trap="stack"), limits=TIGHT).message is None


def test_growth_beyond_the_memory_limit_fails() -> None:
    result = played(MODULE, Call("grow", expect=-1), Call("much", expect=1), limits=TIGHT)
    assert result.message is None
    assert result.pages == (1, 256)


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (
            '(module (memory (export "memory") 65536))',
            "the module starts with 65536 pages of memory; a scenario allows at most 16384",
        ),
        (
            '(module (memory 65536) (memory (export "memory") 1))',
            "wasmtime cannot load the module: memory minimum size of 65536 pages exceeds memory limits",
        ),
        (
            '(module (memory (export "memory") 1) (func $s unreachable) (start $s))',
            "the start function trapped: wasm `unreachable` instruction executed",
        ),
        (
            '(module (memory (export "memory") 1) (func $s (loop br 0)) (start $s))',
            "the start function ran for more than 50000000 instructions",
        ),
        (
            '(module (memory (export "memory") 1) (func $s call $s) (start $s))',
            "the start function trapped: call stack exhausted",
        ),
    ],
    ids=["memory", "another memory", "trap", "loop", "recursion"],
)
def test_start_function_obeys_the_limits(module: str, message: str) -> None:
    limits = TIGHT._replace(memory_bytes=2**30)
    assert failure(module, Call("f"), limits=limits) == message
