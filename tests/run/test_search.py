import time
from pathlib import Path

import pytest

from nogrow.contract.load import load
from nogrow.contract.model import Call, Host, Read, Saved, Scenario, Step, Stub, Write
from nogrow.contract.spelled import spelled
from nogrow.run.errors import GuestError
from nogrow.run.result import ScenarioOutcome
from nogrow.run.scenario import run
from nogrow.run.search import search
from tests.run.guests import binary

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
def test_the_smallest_reproduction_is_found_and_grows(
    tmp_path: Path, export: str, steps: tuple[Step, ...]
) -> None:
    data = binary(MODULE)
    result = search(data, export, (BUFFER,), HOST, 20)
    assert result.found is not None
    assert result.found.steps == steps
    assert run(data, result.found).outcome is ScenarioOutcome.GREW
    text = 'schema = 1\n[[artifact]]\npath = "a.wasm"\nstub = [{ import = "env.f", returns = 0 }]\n'
    (tmp_path / "nogrow.toml").write_text(text + spelled(result.found))
    (read,) = load(tmp_path / "nogrow.toml").artifacts[0].scenarios
    assert run(data, read).outcome is ScenarioOutcome.GREW


@pytest.mark.parametrize("export", ["never", "traps"])
def test_what_does_not_grow_and_return_is_not_found_in_time(export: str) -> None:
    begun = time.monotonic()
    result = search(binary(MODULE), export, (), HOST, 1)
    assert result.found is None
    assert result.tries > 10 or export == "traps"
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize(
    ("export", "message"), [("vector", "numbers can be drawn only"), ("gone", "no exported function `gone`")]
)
def test_what_can_not_be_searched(export: str, message: str) -> None:
    with pytest.raises(GuestError, match=message):
        search(binary(MODULE), export, (), HOST, 1)


def test_every_step_is_spelled_as_a_contract_reads_it(tmp_path: Path) -> None:
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
