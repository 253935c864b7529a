import pytest

from nogrow.contract.model import Call, Scenario
from nogrow.report.scenario_text import scenario as lines
from nogrow.scenarios.runner import run
from tests.scenarios.guests import failure, played
from tests.support.modules import assemble

# `warm` grows when it is first called, `leak` always, `third` in its third call.
MODULE = """(module (memory (export "memory") 1)
  (global $calls (mut i32) (i32.const 0))
  (func $grow (drop (memory.grow (i32.const 1))))
  (func $count (result i32)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1))) (global.get $calls))
  (func (export "warm") (if (i32.eq (call $count) (i32.const 1)) (then (call $grow))))
  (func (export "third") (if (i32.eq (call $count) (i32.const 3)) (then (call $grow))))
  (func (export "later") (if (i32.gt_u (call $count) (i32.const 3)) (then (call $grow))))
  (func (export "leak") (call $grow))
  (func (export "trap") (call $grow) unreachable)
  (func (export "still")))"""


@pytest.mark.parametrize(
    ("export", "summary"),
    [
        ("still", "still() x 5  1 page"),
        ("warm", "warm() x 5  1 -> 2 pages, grew only in the first of 5 calls"),
        ("third", "third() x 5  1 -> 2 pages, grew only in call 3 of 5 calls"),
        ("later", "later() x 5  1 -> 3 pages, grew in 2 of 5 calls, from call 4 to call 5"),
        ("leak", "leak() x 5  1 -> 6 pages, grew in each of 5 calls"),
    ],
)
@pytest.mark.parametrize("by_round", [False, True])
def test_growth_is_counted_over_all_repetitions(export: str, summary: str, by_round: bool) -> None:
    steps = (Call(export, repeat=1 if by_round else 5),)
    result = run(assemble(MODULE), Scenario("s", steps, 5 if by_round else 1))
    assert len(result.pages) == 5
    assert any(line.strip() == f"1. {summary}" for line in lines(result, {}))


def test_growth_in_the_steady_state_fails() -> None:
    steps = (Call("warm"), Call("warm", repeat=9, may_grow=False))
    assert played(MODULE, *steps).message is None
    message = failure(MODULE, Call("third"), Call("third", repeat=9, may_grow=False))
    assert message.startswith("step 2, call 2 of 9: `third` grew the memory from 1 to 2 pages")


def test_failure_names_its_round() -> None:
    message = failure(MODULE, Call("still"), Call("third", may_grow=False), repeat=4)
    assert message.startswith("round 3, step 2: `third` grew")


def test_backtrace_is_that_of_the_call_that_grew() -> None:
    growth = played(MODULE, Call("third", repeat=5)).grew_at
    assert growth is not None
    assert [step.function.name for step in growth.backtrace] == ["third", "grow"]


def test_growth_before_a_trap_is_observed() -> None:
    result = played(MODULE, Call("trap", expect_trap=""), Call("still"))
    assert result.message is None
    assert result.pages == (2, 2)
    assert result.grew_at is not None
    assert [step.function.name for step in result.grew_at.backtrace] == ["trap", "grow"]
    assert "grew the memory from 1 to 2" in failure(MODULE, Call("trap", expect_trap="", may_grow=False))
    result = played(MODULE, Call("trap"))
    assert result.message == "step 1: `trap` trapped: wasm `unreachable` instruction executed"
    assert result.grew_at is not None


@pytest.mark.parametrize(
    ("step", "message"),
    [
        (Call("still", expect_trap=""), "`still` returned nothing; it must trap"),
        (
            Call("trap", expect_trap="division"),
            "`trap` trapped: wasm `unreachable` instruction executed; expected a trap with 'division'",
        ),
    ],
    ids=["no trap", "another trap"],
)
def test_missing_trap_fails(step: Call, message: str) -> None:
    assert failure(MODULE, step) == f"step 1: {message}"


def test_expected_trap_matches_part_of_the_message() -> None:
    assert played(MODULE, Call("trap", expect_trap="unreachable")).message is None
