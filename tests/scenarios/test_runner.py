import pytest

from nogrow.contract.model import Call, Read, Saved, Scenario, Step, Write
from nogrow.scenarios.engine import Limits
from nogrow.scenarios.result import ScenarioOutcome, ScenarioResult
from nogrow.scenarios.runner import run
from tests.scenarios import guests
from tests.scenarios.guests import FULL

# `put` and `take` work on a buffer at 16; `grow` grows by a page and returns the pages before.
GUEST = """
(module
  (memory (export "memory") 1 4)
  (func (export "ptr") (result i32) i32.const 16)
  (func (export "grow") (result i32) i32.const 1 memory.grow)
  (func (export "grow_0") (result i32) i32.const 0 memory.grow)
  (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add)
  (func (export "wide") (param i64) (result i64) local.get 0)
  (func (export "half") (param f32))
  (func (export "pi") (result f64) f64.const 3.14)
  (func (export "two") (result i32 i32) i32.const 1 i32.const 2)
  (func (export "nop"))
  (func (export "top") (result i32) i32.const -1)
  (func (export "bad") (i32.store8 (i32.const 16) (i32.const 255)))
  (func (export "trap") unreachable)
  (func (export "spin") (loop br 0))
  (func $deep (export "deep") call $deep)
  (tag $oops)
  (func (export "throw") throw $oops)
  (global (export "global") i32 (i32.const 1)))
"""


def played(*steps: Step, module: str = GUEST, limits: Limits = FULL) -> ScenarioResult:
    return guests.played(module, *steps, limits=limits)


def failure(*steps: Step, module: str = GUEST, limits: Limits = FULL) -> str:
    return guests.failure(module, *steps, limits=limits)


def test_write_call_and_read_steps_run() -> None:
    result = played(
        Call("ptr", save="p"),
        Write("Ahoy, wörld", Saved("p")),
        Call("add", (4, 8), save="len", expect=12),
        Read(Saved("len"), Saved("p"), "Ahoy, wörld"),
    )
    assert result[:5] == ("s", ScenarioOutcome.STILL, (1, 1), None, None)


def test_first_call_that_grew_is_reported() -> None:
    result = played(Call("nop"), Call("grow"), Call("grow"))
    assert result.outcome is ScenarioOutcome.GREW
    assert result.pages == (1, 2, 3)
    assert result.grew_at is not None
    assert result.grew_at[:4] == (2, "grow", 1, 2)


def test_growth_fails_where_it_is_forbidden() -> None:
    result = played(Call("nop", may_grow=False), Call("grow", may_grow=False), Call("nop"))
    assert result.outcome is ScenarioOutcome.FAILED
    assert result.message == ("step 2: `grow` grew the memory from 1 to 2 pages, but it may not grow")
    assert result.pages == (1, 2)
    assert result.grew_at is not None
    assert result.grew_at[:4] == (2, "grow", 1, 2)


def test_no_growth_fails_where_it_is_required() -> None:
    assert played(Call("grow", must_grow=True)).outcome is ScenarioOutcome.GREW
    assert failure(Call("nop", must_grow=True)) == (
        "step 1: `nop` did not grow the memory, which has 1 pages; it must grow"
    )


def test_failed_growth_does_not_count() -> None:
    result = played(*[Call("grow")] * 5)
    assert result.pages == (2, 3, 4, 4, 4)


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (Call("gone"), "no exported function `gone`"),
        (Call("global"), "no exported function `global`"),
        (Call("trap"), "`trap` trapped: wasm `unreachable` instruction executed"),
        (Call("deep"), "`deep` trapped: call stack exhausted"),
        (Call("throw"), "`throw` threw an exception that was not caught"),
        (Call("add", (1,)), "`add` takes 2 arguments, not 1"),
        (Call("add", (2**32, 0)), "`add` takes an i32, and 4294967296 does not fit"),
        (Call("add", (-(2**31) - 1, 0)), "`add` takes an i32, and -2147483649 does not fit"),
        (Call("add", (1, 2), expect=4), "`add` returned 3, expected 4"),
        (Call("nop", expect=0), "`nop` returned nothing, expected 0"),
        (Call("nop", save="x"), "`nop` returned nothing; only a single number can be saved"),
        (Call("two", save="x"), "`two` returned [1, 2]; only a single number can be saved"),
        (Write("ab", 65535), "cannot write 2 bytes at 65535: the memory has 65536 bytes"),
        (Read(2, 65535, "ab"), "cannot read 2 bytes at 65535: the memory has 65536 bytes"),
        (Read(2**40, 0, "ab"), "cannot read 1099511627776 bytes: a scenario reads at most 1048576"),
        (Read(1, 0, "a"), "read '\\x00', expected 'a'"),
        (Read(2, 0, ""), "read '\\x00\\x00', expected ''"),
    ],
    ids=str,
)
def test_invalid_step_fails(step: Step, message: str) -> None:
    assert failure(step) == f"step 1: {message}"


def test_endless_call_runs_out_of_fuel() -> None:
    limits = FULL._replace(step_seconds=120, seconds=120)
    assert failure(Call("spin"), limits=limits) == "step 1: `spin` ran for more than 2000000000 instructions"


def test_arguments_can_be_signed_or_unsigned() -> None:
    assert failure(Call("add", (2**32 - 1, 0), expect=7)).endswith("returned -1, expected 7")
    assert failure(Call("wide", (2**64 - 1,), expect=7)).endswith("returned -1, expected 7")


def test_negative_length_fails() -> None:
    message = failure(Call("top", save="len"), Read(Saved("len"), 0, ""))
    assert message == "step 2: cannot read -1 bytes at 0: the memory has 65536 bytes"


def test_returned_address_is_unsigned() -> None:
    message = failure(Call("top", save="p"), Read(1, Saved("p"), ""))
    assert message == "step 2: cannot read 1 bytes at 4294967295: the memory has 65536 bytes"


def test_text_that_is_not_utf8_is_shown_as_bytes() -> None:
    message = failure(Call("bad"), Read(1, 16, "a"))
    assert message == "step 2: read b'\\xff', which is not UTF-8; expected 'a'"


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (
            '(module (import "env" "log" (func)) (memory (export "m") 1))',
            "the contract has no stub for these imports of the module: env.log",
        ),
        (
            '(module (import "env" "m" (table 1 funcref)) (memory (export "m") 1))',
            "the contract has no stub for these imports of the module: env.m",
        ),
        (
            '(module (func $s unreachable) (start $s) (memory (export "m") 1))',
            "the start function trapped: wasm `unreachable` instruction executed",
        ),
        ('(module (func (export "f")))', "the module exports no memory, so its growth cannot be observed"),
        (
            '(module (memory (export "a") 1) (memory (export "b") 1))',
            "the module exports several memories, none of them as `memory`: a, b",
        ),
        (
            '(module (memory (export "memory") 1 1 shared))',
            "the module has a shared memory, which scenarios do not support",
        ),
        (
            '(module (memory (export "memory") 65536))',
            "the module starts with 65536 pages of memory; a scenario allows at most 16384",
        ),
    ],
)
def test_module_that_cannot_run_fails_in_one_line(module: str, message: str) -> None:
    assert failure(Call("f"), module=module) == message


def test_invalid_module_fails_in_one_line() -> None:
    result = run(b"\0asm\1\0\0\0\xff", Scenario("s", (Call("f"),)))
    assert result.outcome is ScenarioOutcome.FAILED
    assert result.message is not None
    assert result.message.startswith("wasmtime cannot load the module: malformed section id")


def test_observed_memory_is_the_only_one_or_named_memory() -> None:
    only = '(module (memory (export "m") 3) (func (export "f")))'
    assert played(Call("f"), module=only).pages == (3,)
    named = '(module (memory (export "a") 1) (memory (export "memory") 2) (func (export "f")))'
    assert played(Call("f"), module=named).pages == (2,)


def test_64_bit_memory_is_observed() -> None:
    module = '(module (memory (export "m") i64 1) (func (export "f") i64.const 2 memory.grow drop))'
    assert played(Call("f"), module=module).pages == (3,)


def test_each_run_has_a_new_instance() -> None:
    assert played(Call("grow")).pages == played(Call("grow")).pages == (2,)
