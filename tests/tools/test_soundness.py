"""Run random programs, and compare what they do with what nogrow says of them."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from tools.browser.demo import find_node
from tools.soundness import compare as comparing
from tools.soundness.compare import Result, compare
from tools.soundness.programs import Program, program

from nogrow.analysis.judgement import Verdict
from nogrow.machine.machine import Machine
from nogrow.pipeline.cached_views import inspect

# Each notices one of the faults of the analysis in tests/guards.toml, or several.
CHOSEN = (0, 1, 4, 5, 7, 8, 11, 26, 36, 75, 87, 99)
BATCH = 100
GUEST = """(module (memory (export "memory") 1) (func (export "grow") (drop (memory.grow (i32.const 1))))
    (func (export "fail") (drop (memory.grow (i32.const 1))) (throw $e)) (tag $e))"""
HEAD = """import { readFileSync } from "node:fs";
const bytes = readFileSync(new URL("./app.wasm", import.meta.url));
const wasm = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
const view = new Uint8Array(wasm.memory.buffer);
"""


def results_of(programs: dict[int, Program], folder: Path) -> list[Result]:
    return compare(programs, str(find_node(Machine.current())), folder)


def faults_in(seeds: Iterable[int], folder: Path) -> list[str]:
    results = results_of({seed: program(seed) for seed in seeds}, folder)
    assert any(result.uses for result in results)
    return [fault for result in results for fault in result.faults]


def test_findings_cover_stale_uses(tmp_path: Path) -> None:
    assert faults_in(CHOSEN, tmp_path) == []


@pytest.mark.exhaustive
@pytest.mark.parametrize("first", range(0, 1_000, BATCH))
def test_findings_cover_stale_uses_of_more_programs(first: int, tmp_path: Path) -> None:
    assert faults_in(range(first, first + BATCH), tmp_path) == []


def test_uses_and_mentions_are_noted(tmp_path: Path) -> None:
    code = HEAD + "export function run() { wasm.grow();\nconst copy = «view»;\nreturn copy[0] }\n"
    (result,) = results_of({7: Program(GUEST, {"a.mjs": code})}, tmp_path)
    assert (result.uses, result.certain, result.growths, result.faults) == (1, 1, 1, ())


def test_uses_without_findings_are_faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "inspect", lambda paths, **options: inspect([], **options))
    code = HEAD + "export function run() { wasm.grow();\nreturn view[0] }\n"
    (result,) = results_of({7: Program(GUEST, {"a.mjs": code})}, tmp_path)
    assert result.faults == ("seed 7: stale use without a finding: a.mjs:6",)


def test_verdicts_that_runs_refute_are_faults() -> None:
    verdicts = {"f": Verdict.UNREACHABLE, "g": Verdict.THROW_ONLY}
    grown = ("f returns", "g throws", "f traps", "unknown returns")
    assert list(comparing._refuted(verdicts, grown)) == [
        "`f` returns after a growth, but its verdict is unreachable"
    ]


def test_seed_decides_the_program() -> None:
    assert program(11) == program(11)
    assert program(11) != program(12)


@pytest.mark.parametrize("seed", range(5))
def test_notes_of_mentions_keep_the_lines(seed: int) -> None:
    made = program(seed)
    for name, text in made.noted().items():
        assert text.count("\n") == made.plain()[name].count("\n")
        assert "«" not in text + made.plain()[name]
