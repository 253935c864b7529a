from nogrow.contract.model import Call, Host, Stub
from tests.scenarios.guests import binary, failure, played

MODULE = """(module (memory (export "memory") 1)
  (table funcref (elem $grow))
  (func $grow (result i32) (memory.grow (i32.const 1)))
  (func $inner (drop (call_indirect (result i32) (i32.const 0))))
  (func (export "f") (call $inner))
  (func (export "zero") (drop (memory.grow (i32.const 0))))
  (func (export "deep") (param i32)
    (if (local.get 0) (then (call 4 (i32.sub (local.get 0) (i32.const 1)))) (else (drop (call $grow))))))"""


def test_the_calls_that_grew_it_are_named_from_the_outermost_on() -> None:
    growth = played(MODULE, Call("f")).grew_at
    assert growth is not None
    assert growth.note is None
    data = binary(MODULE)
    assert [(one.function.index, one.function.name, one.instruction) for one in growth.backtrace] == [
        (2, "f", "call"),
        (1, "inner", "call_indirect"),
        (0, "grow", "memory.grow"),
    ]
    assert data[growth.backtrace[-1].offset] == 0x40
    assert [data[one.offset] for one in growth.backtrace] == [0x10, 0x11, 0x40]


def test_wasmtime_tells_no_more_than_the_innermost() -> None:
    growth = played(MODULE, Call("deep", (30,))).grew_at
    assert growth is not None
    assert len(growth.backtrace) == 20
    assert growth.note == "wasmtime tells the innermost 20 calls and no others"


def test_what_needs_an_earlier_growth_is_reported_without_calls() -> None:
    growth = played(MODULE, Call("zero"), Call("f")).grew_at
    assert growth is not None
    assert (growth.step, growth.backtrace) == (2, ())
    assert (
        growth.note == "the call stack is not known: step 1 executes a memory.grow before, and must come back"
    )


def test_growth_in_start_hides_what_comes_later() -> None:
    text = MODULE.replace("(table", "(start $inner) (table")
    growth = played(text, Call("f")).grew_at
    assert growth is not None
    assert growth[:4] == (1, "f", 2, 3)
    assert growth.note is not None
    assert "the start function executes a memory.grow before" in growth.note


def test_a_copy_that_goes_another_way_is_no_evidence() -> None:
    # A growth that is refused at first is tried again: the trap is that of the first try.
    text = """(module (memory (export "memory") 1)
      (func (export "f") (drop (memory.grow (i32.const 65536))) (drop (memory.grow (i32.const 1)))))"""
    growth = played(text, Call("f")).grew_at
    assert growth is not None
    assert len(growth.backtrace) == 1


HOST = """(module (import "env" "resize" (func $resize (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "f") (drop (call $resize (i32.const 7)))))"""


def test_growth_by_the_host_is_reported_with_its_import() -> None:
    result = played(HOST, Call("f"), host=Host((Stub("env.resize", (1,), grows=2),)))
    assert result.grew_at is not None
    assert result.grew_at[:4] == (1, "f", 1, 3)
    assert result.grew_at.backtrace == ()
    assert result.grew_at.note == "the stub of the import env.resize grew it"
    message = failure(HOST, Call("f", may_grow=False), host=Host((Stub("env.resize", (1,), grows=2),)))
    assert "from 1 to 3 pages" in message
