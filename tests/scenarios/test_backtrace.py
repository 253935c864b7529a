from nogrow.contract.model import Call, Host, Stub
from tests.scenarios.guests import failure, played
from tests.support.modules import assemble

MODULE = """(module (memory (export "memory") 1)
  (table funcref (elem $grow))
  (func $grow (result i32) (memory.grow (i32.const 1)))
  (func $inner (drop (call_indirect (result i32) (i32.const 0))))
  (func (export "f") (call $inner))
  (func (export "zero") (drop (memory.grow (i32.const 0))))
  (func (export "deep") (param i32)
    (if (local.get 0) (then (call 4 (i32.sub (local.get 0) (i32.const 1)))) (else (drop (call $grow))))))"""


def test_backtrace_starts_with_the_outermost_call() -> None:
    growth = played(MODULE, Call("f")).grew_at
    assert growth is not None
    assert growth.note is None
    data = assemble(MODULE)
    assert [(step.function.index, step.function.name, step.instruction) for step in growth.backtrace] == [
        (2, "f", "call"),
        (1, "inner", "call_indirect"),
        (0, "grow", "memory.grow"),
    ]
    assert data[growth.backtrace[-1].offset] == 0x40
    assert [data[step.offset] for step in growth.backtrace] == [0x10, 0x11, 0x40]


def test_long_backtrace_has_the_innermost_calls() -> None:
    growth = played(MODULE, Call("deep", (30,))).grew_at
    assert growth is not None
    assert len(growth.backtrace) == 20
    assert growth.note == "wasmtime only gives the innermost 20 calls"


def test_growth_after_an_earlier_grow_site_has_no_backtrace() -> None:
    growth = played(MODULE, Call("zero"), Call("f")).grew_at
    assert growth is not None
    assert (growth.step, growth.backtrace) == (2, ())
    assert growth.note == (
        "the call stack is not known: step 1 executes a memory.grow before the growth, which must succeed"
    )


def test_growth_after_growth_in_start_has_no_backtrace() -> None:
    text = MODULE.replace("(table", "(start $inner) (table")
    growth = played(text, Call("f")).grew_at
    assert growth is not None
    assert growth[:4] == (1, "f", 2, 3)
    assert growth.note is not None
    assert "the start function executes a memory.grow before" in growth.note


def test_backtrace_is_that_of_the_first_grow_site() -> None:
    # The first memory.grow fails and the second grows, but the copy traps at the first.
    text = """(module (memory (export "memory") 1)
      (func (export "f") (drop (memory.grow (i32.const 65536))) (drop (memory.grow (i32.const 1)))))"""
    growth = played(text, Call("f")).grew_at
    assert growth is not None
    assert len(growth.backtrace) == 1


HOST = """(module (import "env" "resize" (func $resize (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "f") (drop (call $resize (i32.const 7)))))"""


def test_growth_by_a_stub_names_the_import() -> None:
    result = played(HOST, Call("f"), host=Host((Stub("env.resize", (1,), grows=2),)))
    assert result.grew_at is not None
    assert result.grew_at[:4] == (1, "f", 1, 3)
    assert result.grew_at.backtrace == ()
    assert result.grew_at.note == "the stub of the import env.resize grew it"
    message = failure(HOST, Call("f", may_grow=False), host=Host((Stub("env.resize", (1,), grows=2),)))
    assert "from 1 to 3 pages" in message
