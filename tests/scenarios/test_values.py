import math

import pytest

from nogrow.contract.model import Call, Read, Saved, Step, Write
from nogrow.scenarios.result import ScenarioOutcome
from tests.scenarios.guests import failure, played

# Each of the first functions returns its arguments.
ECHO = """(module (memory (export "memory") 1)
  (func (export "i32") (param i32) (result i32) local.get 0)
  (func (export "i64") (param i64) (result i64) local.get 0)
  (func (export "f32") (param f32) (result f32) local.get 0)
  (func (export "f64") (param f64) (result f64) local.get 0)
  (func (export "both") (param i32 f64) (result f64 i32) local.get 1 local.get 0)
  (func (export "ref") (param externref))
  (func (export "null") (result externref) ref.null extern)
  (func (export "vector") (result v128) v128.const i64x2 0 0))"""


@pytest.mark.parametrize(
    ("kind", "argument", "expected"),
    [
        ("i32", -1, 2**32 - 1),
        ("i32", 2**31, -(2**31)),
        ("i64", 2**64 - 1, -1),
        ("f32", 0.1, 0.1),
        ("f32", 1, 1),
        ("f32", math.inf, math.inf),
        ("f64", 0.1, 0.1),
        ("f64", 3, 3.0),
        ("f64", math.nan, math.nan),
        ("f32", math.nan, math.nan),
        ("f64", -math.inf, -math.inf),
        ("f64", -0.0, 0.0),
    ],
)
def test_value_is_passed_and_returned(kind: str, argument: float, expected: float) -> None:
    result = played(ECHO, Call(kind, (argument,), expect=expected))
    assert result.message is None


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (Call("i32", (1.5,)), "`i32` takes an i32, not 1.5"),
        (Call("i32", (2**32,)), "`i32` takes an i32, and 4294967296 does not fit"),
        (Call("f32", (1e300,)), "`f32` takes an f32, and 1e+300 does not fit"),
        (Call("ref", (1,)), "`ref` takes a value of type "),
        (Call("f64", (1.5,), expect=2), "`f64` returned 1.5, expected 2.0"),
        (Call("f64", (math.nan,), expect=2), "`f64` returned nan, expected 2.0"),
        (Call("f64", (2,), expect=math.nan), "`f64` returned 2.0, expected nan"),
        (Call("i32", (1,), expect=1.5), "`i32` returns an i32, not 1.5"),
        (Call("i32", (1,), expect=(1, 2)), "`i32` returned 1, expected [1, 2]"),
        (Call("both", (1, 2.5), expect=(1, 2)), "`both` returned [2.5, 1], expected [1.0, 2]"),
        (Call("null", save="x"), "`null` returned a reference or vector; only a single number can be saved"),
        (Call("vector", expect=0), "`vector` returns a v128, which"),
        (Read(2, 0, b"\0\1"), "read 0000, expected 0001"),
    ],
    ids=str,
)
def test_wrong_value_fails(step: Step, message: str) -> None:
    assert failure(ECHO, step).startswith(f"step 1: {message}")


def test_saved_value_can_replace_any_number() -> None:
    result = played(
        ECHO,
        Call("i32", (4,), save="n"),
        Call("f64", (2.5,), save="x"),
        Write(b"\xff\x00ab", Saved("n")),
        Read(Saved("n"), Saved("n"), b"\xff\x00ab"),
        Call("both", (Saved("n"), Saved("x")), expect=(Saved("x"), Saved("n"))),
    )
    assert result.message is None
    assert result.outcome is ScenarioOutcome.STILL


def test_float_is_not_an_address() -> None:
    message = failure(ECHO, Call("f64", (2.5,), save="x"), Write("a", Saved("x")))
    assert message == "step 2: 2.5 is not an address or length: it is not an integer"
