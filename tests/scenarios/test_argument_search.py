from collections.abc import Callable
from datetime import timedelta
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis.errors import (
    DeadlineExceeded,
    FlakyFailure,
    FlakyReplay,
    FlakyStrategyDefinition,
    Frozen,
    InvalidArgument,
    Unsatisfiable,
)

from nogrow.contract.load import load
from nogrow.contract.model import Call, Host, Read, Saved, Scenario, Step, Stub, Write
from nogrow.contract.toml_text import spelled
from nogrow.scenarios.argument_search import Try, search
from nogrow.scenarios.errors import GuestError
from nogrow.scenarios.result import ScenarioOutcome, ScenarioResult
from nogrow.scenarios.runner import run
from tests.support.modules import assemble

MODULE = """(module (import "env" "f" (func $f (result i32)))
  (memory (export "memory") 1)
  (global $calls (mut i32) (i32.const 0))
  (func $grow (drop (memory.grow (i32.const 1))))
  (func (export "buffer") (result i32) (i32.const 64))
  (func (export "above") (param i32) (if (i32.gt_u (local.get 0) (i32.const 1000)) (then (call $grow))))
  (func (export "often")
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (if (i32.gt_u (global.get $calls) (i32.const 20)) (then (call $grow))))
  (func (export "reads") (param i32 f64)
    (if (i32.gt_u (i32.load8_u (i32.const 64)) (i32.const 200)) (then (call $grow))))
  (func (export "traps") (call $grow) unreachable)
  (func (export "never") (param i64) (if (i32.const 0) (then (call $grow))))
  (func (export "vector") (param v128)))"""
HOST = Host((Stub("env.f", (0,)),))
BUFFER = Scenario("s", (Call("buffer", save="p"), Write("abc", Saved("p")), Call("reads", (1, 2.5))), 1, HOST)


@pytest.mark.parametrize(
    ("export", "steps"),
    [
        ("above", (Call("above", (1001,), must_grow=True),)),
        ("often", (Call("often", repeat=20), Call("often", must_grow=True))),
        (
            "reads",
            (Call("buffer", save="p"), Write(b"\xc9", Saved("p")), Call("reads", (0, 0.0), must_grow=True)),
        ),
    ],
)
def test_smallest_reproduction_is_found(tmp_path: Path, export: str, steps: tuple[Step, ...]) -> None:
    data = assemble(MODULE)
    result = search(data, export, (BUFFER,), HOST, 300)
    assert result.scenario is not None
    assert result.scenario.steps == steps
    assert run(data, result.scenario).outcome is ScenarioOutcome.GREW
    text = 'schema = 1\n[[artifact]]\npath = "a.wasm"\nstub = [{ import = "env.f", returns = 0 }]\n'
    (tmp_path / "nogrow.toml").write_text(text + spelled(result.scenario))
    (read,) = load(tmp_path / "nogrow.toml").artifacts[0].scenarios
    assert run(data, read).outcome is ScenarioOutcome.GREW


# `step` grows the memory in its call 5, and in every seventh call after that.
STATE = """(module (memory (export "memory") 1)
  (global $calls (mut i32) (i32.const 0))
  (func $grow (drop (memory.grow (i32.const 1))))
  (func (export "step") (param i32) (result i32)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (if (i32.eq (i32.rem_u (global.get $calls) (i32.const 7)) (i32.const 5)) (then (call $grow)))
    (global.get $calls))
  (func (export "start") (result i32) (call $grow) (i32.const 1)))"""


@pytest.fixture
def second_per_try(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace the clock of the search, so that each try takes a second."""
    seconds = count()
    clock = SimpleNamespace(monotonic=lambda: next(seconds))
    monkeypatch.setattr("nogrow.scenarios.argument_search.time", clock)


# After 15 tries, one has grown the memory and Hypothesis still makes it smaller.
@pytest.mark.parametrize("seconds", [15, 1000])
@pytest.mark.usefixtures("second_per_try")
def test_guest_with_state_is_searched(seconds: float) -> None:
    data = assemble(STATE)
    smallest = search(data, "step", (), Host(), seconds).scenario
    assert smallest is not None
    assert run(data, smallest).outcome is ScenarioOutcome.GREW


def test_search_goes_on_after_earlier_growth() -> None:
    before = (Call("start", save="n"), Call("step", (Saved("n"),), save="n"))
    scenario = Scenario("s", (*before, Call("start"), Call("step", (Saved("n"),)), Call("start")))
    data = assemble(STATE)
    smallest = search(data, "step", (scenario,), Host(), 60).scenario
    assert smallest is not None
    assert smallest.steps[0] == before[0]
    assert (
        sum(step.repeat for step in smallest.steps if isinstance(step, Call) and step.export == "step") == 5
    )
    assert run(data, smallest).outcome is ScenarioOutcome.GREW


@pytest.mark.parametrize(
    "error",
    [
        FlakyFailure("another outcome", [ValueError()]),
        FlakyReplay("replayed"),
        FlakyStrategyDefinition("drawn"),
        Unsatisfiable("nothing to draw"),
        InvalidArgument("an argument"),
        DeadlineExceeded(timedelta(1), timedelta(2)),
        Frozen("frozen"),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("grew", [True, False])
def test_error_of_hypothesis_only_ends_the_search(
    monkeypatch: pytest.MonkeyPatch, error: Exception, grew: bool
) -> None:
    def find(_: object, condition: Callable[[Try], bool], settings: object) -> Try:
        for times in (3, 9 if grew else 4, 7 if grew else 4):
            condition(((), (((0,), times),)))
        raise error

    monkeypatch.setattr("nogrow.scenarios.argument_search._warm_up", lambda: None)
    monkeypatch.setattr("nogrow.scenarios.argument_search.find", find)
    smallest = search(assemble(STATE), "step", (), Host(), 20).scenario
    assert smallest == (
        Scenario("step grows", (Call("step", (0,), repeat=4), Call("step", (0,), must_grow=True)))
        if grew
        else None
    )


@pytest.mark.usefixtures("second_per_try")
def test_outcome_of_a_try_never_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes: list[bool] = []

    def find(_: object, condition: Callable[[Try], bool], settings: object) -> Try:
        grows: Try = ((), (((0,), 5),))
        outcomes.append(condition(grows))
        outcomes.append(condition(((), (((1,), 5),))))
        outcomes.append(condition(grows))
        return grows

    monkeypatch.setattr("nogrow.scenarios.argument_search._warm_up", lambda: None)
    monkeypatch.setattr("nogrow.scenarios.argument_search.find", find)
    assert search(assemble(STATE), "step", (), Host(), 1).scenario is not None
    assert outcomes == [True, False, True]


def test_growth_that_does_not_happen_again_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def still(data: bytes, scenario: Scenario) -> ScenarioResult:
        return ScenarioResult(scenario.name, ScenarioOutcome.STILL)

    monkeypatch.setattr("nogrow.scenarios.argument_search.run", still)
    with pytest.raises(GuestError, match="once but not again"):
        search(assemble(STATE), "step", (), Host(), 60)


@pytest.mark.parametrize("export", ["never", "traps"])
@pytest.mark.usefixtures("second_per_try")
def test_search_without_result_ends_in_time(export: str) -> None:
    assert search(assemble(MODULE), export, (), HOST, 20)[:2] == (None, 20)


@pytest.mark.parametrize(
    ("export", "message"),
    [("vector", "the search can only draw numbers"), ("gone", "no exported function `gone`")],
)
def test_export_that_cannot_be_searched_is_an_error(export: str, message: str) -> None:
    with pytest.raises(GuestError, match=message):
        search(assemble(MODULE), export, (), HOST, 1)


UNKNOWN = """(module
  (import "env" "abort" (func $abort (param i32) (result i32)))
  (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
  (import "wasi_snapshot_preview1" "new" (func $new))
  (memory (export "memory") 1)
  (func (export "direct") (param i32) (drop (call $yield))
    (if (i32.gt_u (local.get 0) (i32.const 9)) (then (drop (memory.grow (i32.const 1))))))
  (func (export "behind") (param i32)
    (drop (call $abort (i32.const 1))) (drop (memory.grow (i32.const 1)))))"""


def test_import_without_a_stub_fails_in_a_search() -> None:
    data = assemble(UNKNOWN)
    stubs = tuple(Stub(name, fails=True) for name in ("env.abort", "wasi_snapshot_preview1.new"))
    added = Host(stubs, wasi=True)
    result = search(data, "direct", (), Host(), 300)
    assert result.scenario is not None
    assert (result.added, result.reached) == (added, ())
    assert run(data, result.scenario).outcome is ScenarioOutcome.GREW


@pytest.mark.usefixtures("second_per_try")
def test_growth_behind_an_unknown_import_is_not_found() -> None:
    result = search(assemble(UNKNOWN), "behind", (), Host(), 5)
    assert (result.scenario, result.reached) == (None, ("env.abort",))


def test_every_step_is_written_as_valid_toml(tmp_path: Path) -> None:
    steps: tuple[Step, ...] = (
        Call("f", (1, -2.5, 1e300, float("inf")), save="v", repeat=3),
        Call('q"\n\x7fé', expect=Saved("v"), may_grow=False),
        Call("g", expect=(1, Saved("v"))),
        Call("g", expect=2**64 - 1, must_grow=True),
        Call("g", expect_trap=""),
        Call("g", expect_trap="stack"),
        Write("aé\x00", Saved("v")),
        Write(b"\xff\x00", 7),
        Read(3, 4, "abc"),
        Read(1, 2, b"\x01"),
    )
    text = 'schema = 1\n[[artifact]]\npath = "a.wasm"\n' + spelled(Scenario("s", steps, 2))
    (tmp_path / "nogrow.toml").write_text(text)
    (scenario,) = load(tmp_path / "nogrow.toml").artifacts[0].scenarios
    assert scenario == Scenario("s", steps, 2)
