"""Test that a scenario written as TOML is read again without a change."""

import math
from pathlib import Path

import pytest

from nogrow.contract.load import load
from nogrow.contract.model import Call, Read, Saved, Scenario, Step, Write
from nogrow.contract.toml_text import spelled


def read_again(scenario: Scenario, folder: Path) -> Scenario:
    path = folder / "nogrow.toml"
    path.write_text(f'schema = 1\n[[artifact]]\npath = "a.wasm"\n{spelled(scenario)}\n', "utf-8")
    (artifact,) = load(path).artifacts
    (scenario,) = artifact.scenarios
    return scenario


@pytest.mark.parametrize(
    "step",
    [
        Call("f"),
        Call("f", (1, -2, 2.5, 1e300, 3.0), save="x", expect=7),
        Call("f", (1 << 63, -(1 << 63))),
        Call("f", (math.inf, -math.inf), expect=math.inf),
        Call("f", expect=(1, 2)),
        Call("f", expect=-0.5, may_grow=False, repeat=3),
        Call('quo"te\\back\x7f\n', must_grow=True),
        Call("f", expect_trap=""),
        Call("f", expect_trap="unreachable"),
        Write("text", 4),
        Write("t\u00e9xt\n", 4),
        Write(b"\x00\xff", 4),
        Read(3, 4, "abc"),
        Read(2, 4, b"\x00\xff"),
    ],
    ids=str,
)
def test_written_step_is_read_unchanged(step: Step, tmp_path: Path) -> None:
    # A scenario has to call something.
    scenario = Scenario("name", (step, Call("f")))
    assert read_again(scenario, tmp_path) == scenario


def test_saved_values_and_repetition_are_read_again(tmp_path: Path) -> None:
    steps = (
        Call("f", save="x"),
        Call("g", (Saved("x"),), expect=Saved("x")),
        Write("a", Saved("x")),
        Read(Saved("x"), Saved("x"), "a"),
    )
    scenario = Scenario("a name", steps, repeat=4)
    assert read_again(scenario, tmp_path) == scenario


def test_not_a_number_is_read_again(tmp_path: Path) -> None:
    (step,) = read_again(Scenario("s", (Call("f", (math.nan,)),)), tmp_path).steps
    assert isinstance(step, Call)
    assert isinstance(step.args[0], float)
    assert math.isnan(step.args[0])
