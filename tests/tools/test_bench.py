"""Test the bench: its measurements, aims, output files and exit codes."""

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from invoke.context import MockContext
from invoke.exceptions import Exit
from tools.bench import measure
from tools.bench import modules as bench
from tools.bench.aims import Line, Subject, aims
from tools.bench.decoders import Comparison, Counts
from tools.bench.generate import Shape, of_size
from tools.bench.many import measure_many
from tools.bench.measure import Measured, Pipeline, Run
from tools.bench.modules import run_bench, run_comparison
from tools.bench.page import PAGE, page
from tools.bench.plot import plot
from tools.bench.programs import (
    ALL,
    ALL_ONE_JOB,
    ALL_TWO_JOBS,
    IMPORT_WASMTIME,
    NOGROW,
    OBJDUMP,
    VALIDATE,
    VALIDATE_EACH,
    VALIDATE_ONE,
    pipelines,
)
from tools.bench.prover import ProverSpeed, measure_prover
from tools.bench.results import RESULTS, load

from nogrow.errors import ToolError
from nogrow.machine.machine import Machine
from tests.machine.fakes import FakeMachine
from tools import tasks

PYTHON = sys.executable
MB = 1_000_000


def python(name: str, *scripts: str) -> Pipeline:
    return Pipeline(name, tuple((PYTHON, "-S", "-c", script) for script in scripts))


# Measurements.


def test_time_and_memory_of_the_process_are_measured(tmp_path: Path) -> None:
    script = "import time; data = b'x' * 100_000_000; time.sleep(0.2)"
    run = measure.measure_once(python("large", script), tmp_path)
    assert 0.2 <= run.seconds < 5
    assert 100 * MB < run.peak_bytes < 140 * MB


def test_memory_of_the_measuring_process_does_not_count(tmp_path: Path) -> None:
    held = bytes(200 * MB)
    assert measure.measure_once(python("small", "pass"), tmp_path).peak_bytes < 40 * MB
    assert held[-1] == 0


def test_pipeline_ends_with_its_last_process(tmp_path: Path) -> None:
    first = "import sys; print('x' * 1_000_000); sys.exit(3)"
    second = "import sys, time; time.sleep(0.2); open('read', 'w').write(str(len(sys.stdin.read())))"
    run = measure.measure_once(python("both", first, second), tmp_path)
    assert (run.exit_code, (tmp_path / "read").read_text()) == (3, "1000001")
    assert run.seconds >= 0.2


def test_complaint_is_recorded(tmp_path: Path) -> None:
    failed = measure.measure_once(python("failed", "print('first'); raise ValueError('last')"), tmp_path)
    assert (failed.exit_code, failed.complaint) == (1, "ValueError: last")
    assert measure.measure_once(python("quiet", "print('out')"), tmp_path).complaint == ""


def test_pipeline_runs_in_its_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    script = "import os, sys; sys.exit(int(os.environ['N']) + ('PYTHONDONTWRITEBYTECODE' in os.environ))"
    pipeline = Pipeline("environ", ((PYTHON, "-S", "-c", script),), {"N": "7"})
    assert measure.measure_once(pipeline, tmp_path).exit_code == 7


def test_program_that_does_not_start_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="No such file"):
        measure.measure_once(Pipeline("none", ((str(tmp_path / "none"),),)), tmp_path)


def test_rounds_are_interleaved_and_slow_commands_run_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    times = {"a": [3.0, 1.0, 2.0], "slow": [11.0]}

    def once(pipeline: Pipeline, folder: Path) -> Run:
        order.append(pipeline.name)
        return Run(times[pipeline.name].pop(0), 5, 0)

    monkeypatch.setattr(measure, "measure_once", once)
    a, slow = measure.measure([Pipeline("a", ()), Pipeline("slow", ())], 3, tmp_path)
    assert order == ["a", "slow", "a", "a"]
    assert (a.seconds, slow.seconds, len(slow.runs)) == (2.0, 11.0, 1)


# Aims.


def subject(name: str, size: int, seconds: dict[str, float], **kind: bool) -> Subject:
    runs = tuple(Measured(what, (Run(time, 10 * MB, 0),)) for what, time in seconds.items())
    return Subject(name, size, runs, **kind)


def met(subjects: list[Subject], words: str) -> bool:
    (aim,) = (aim for aim in aims(subjects) if words in aim.words)
    return aim.met


@pytest.mark.parametrize(
    ("nogrow", "words", "expected"),
    [
        (1.0, "1 times wasm-tools validate, 1 thread", True),
        (1.1, "1 times wasm-tools validate, 1 thread", False),
        (0.9, "1.25 times wasm-tools", False),
        (0.8, "1.25 times wasm-tools", True),
        (1.0, "60 times faster", True),
        (1.1, "60 times faster", False),
    ],
)
def test_large_module_is_compared_with_native_tools(nogrow: float, words: str, expected: bool) -> None:
    times = {NOGROW: nogrow, VALIDATE: 0.7, VALIDATE_ONE: 1.0, OBJDUMP: 60.0}
    assert met([subject("x/biome_wasm_bg.wasm", 45 * MB, times)], words) is expected


@pytest.mark.parametrize(("nogrow", "expected"), [(2.0, True), (2.1, False)])
def test_module_with_many_exports_has_an_aim_of_its_own(nogrow: float, expected: bool) -> None:
    times = {NOGROW: nogrow, VALIDATE: 1.0}
    assert met([subject("x/duckdb-mvp.wasm", 40 * MB, times)], "2 times wasm-tools") is expected


@pytest.mark.parametrize(("nogrow", "expected"), [(0.16, True), (0.17, False)])
def test_small_module_is_compared_with_the_import(nogrow: float, expected: bool) -> None:
    times = {NOGROW: nogrow, IMPORT_WASMTIME: 0.1}
    assert met([subject("x/lz4_wasm_nodejs_bg.wasm", 25_000, times)], "1.6 times import wasmtime") is expected


def of_many(default: float, one: float, two: float, validate: float) -> list[Measured]:
    times = {ALL: default, ALL_ONE_JOB: one, ALL_TWO_JOBS: two, VALIDATE_EACH: validate}
    return [Measured(name, (Run(seconds, 5, 0),)) for name, seconds in times.items()]


@pytest.mark.parametrize(
    ("many", "words", "expected"),
    [
        (of_many(2.0, 4.0, 2.0, 2.0), "at most 1 times", True),
        (of_many(2.1, 4.0, 2.0, 2.0), "at most 1 times", False),
        (of_many(2.0, 3.2, 2.0, 2.0), "1.6 times faster", True),
        (of_many(2.0, 3.1, 2.0, 2.0), "1.6 times faster", False),
    ],
)
def test_many_modules_have_aims(many: list[Measured], words: str, expected: bool) -> None:
    (aim,) = (aim for aim in aims([subject("x", MB, {NOGROW: 1.0})], many) if words in aim.words)
    assert aim.met is expected


@pytest.mark.parametrize(
    ("peaks", "expected"), [((100, 180), True), ((101, 180), False), ((100, 181), False)]
)
def test_memory_of_many_modules_has_a_bound_for_each_thread(peaks: tuple[int, int], expected: bool) -> None:
    one, two = (Run(1.0, peak * MB, 0) for peak in peaks)
    default, each = (Measured(name, (Run(1.0, 999 * MB, 0),)) for name in (ALL, VALIDATE_EACH))
    many = [default, Measured(ALL_ONE_JOB, (one,)), Measured(ALL_TWO_JOBS, (two,)), each]
    subjects = [subject("x", 10 * MB, {NOGROW: 1.0}), subject("y", 99 * MB, {NOGROW: 1.0}, generated=True)]
    (aim,) = (aim for aim in aims(subjects, many) if "for each thread" in aim.words)
    assert aim.met is expected


@pytest.mark.parametrize(("peak", "expected"), [(48 * MB, True), (49 * MB, False)])
def test_memory_of_a_prover_must_stay_flat(peak: int, expected: bool) -> None:
    speed = ProverSpeed(1, 10_000, 50_000, 60.0, 1_000, 40 * MB, peak)
    (aim,) = (aim for aim in aims([subject("x", MB, {NOGROW: 1.0})], (), speed) if "Prover" in aim.words)
    assert aim.met is expected


def test_sum_adds_the_files_of_each_round(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter(range(1, 100))

    def once(pipeline: Pipeline, folder: Path) -> Run:
        return Run(float(next(times)), next(times), 0)

    monkeypatch.setattr(measure, "measure_once", once)
    paths = [tmp_path / "a.wasm", tmp_path / "b.wasm"]
    *together, each = measure_many(paths, 2, Machine.current())
    assert [measured.name for measured in together] == [ALL, ALL_ONE_JOB, ALL_TWO_JOBS]
    assert [run.seconds for run in together[0].runs] == [1, 11]
    assert each.runs == (Run(7 + 9, 10, 0), Run(17 + 19, 20, 0))


def test_prover_is_measured_in_a_process_of_its_own(tmp_path: Path) -> None:
    held = bytes(200 * MB)
    module = tmp_path / "a.wasm"
    module.write_bytes(of_size(1000))
    speed = measure_prover([module], 2, 200, 100)
    assert speed.per_second == 200 / speed.seconds
    assert 10 * MB < speed.first_peak_bytes <= speed.peak_bytes < 150 * MB
    assert (speed.mean_size, held[-1]) == (module.stat().st_size, 0)


@pytest.mark.parametrize(("peak", "expected"), [(100 * MB, True), (101 * MB, False)])
def test_memory_is_compared_with_the_size(peak: int, expected: bool) -> None:
    subject = Subject("x", 10 * MB, (Measured(NOGROW, (Run(1.0, 5, 0), Run(1.0, peak, 0))),))
    assert met([subject], "peak memory") is expected


@pytest.mark.parametrize(
    ("code", "complaint", "expected"),
    [(0, "", True), (1, "", True), (4, "", False), (-9, "", False), (1, "ImportError: x", False)],
)
def test_module_not_judged_in_some_run_is_named(code: int, complaint: str, expected: bool) -> None:
    runs = (Run(1.0, 5, code, complaint), Run(1.0, 5, 0))
    assert met([Subject("x", 10 * MB, (Measured(NOGROW, runs),))], "every module judged") is expected


@pytest.mark.parametrize(("code", "expected"), [(4, True), (0, False), (1, False), (3, False)])
def test_module_beyond_the_limits_must_not_be_judged(code: int, expected: bool) -> None:
    measured = (Measured(NOGROW, (Run(1.0, 5, code),)),)
    assert met([Subject("x", MB, measured, beyond_limits=True)], "every module judged") is expected


def line(*seconds: float) -> list[Subject]:
    sizes = (1 * MB, 10 * MB, 40 * MB)
    return [
        subject(f"{size}", size, {NOGROW: time}, generated=True, on_line=True)
        for size, time in zip(sizes, seconds, strict=True)
    ]


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [((0.11, 0.2, 0.5), True), ((0.1, 0.1, 0.1), True), ((0.1, 1.0, 16.0), False), ((0.1, 0.2, 2.4), False)],
)
def test_time_must_be_linear(seconds: tuple[float, float, float], expected: bool) -> None:
    assert met(line(*seconds), "linear") is expected


@pytest.mark.parametrize(("seconds", "expected"), [(0.59, True), (0.61, False)])
def test_shape_far_above_the_line_misses_the_aim(seconds: float, expected: bool) -> None:
    shape = subject("odd", 10 * MB, {NOGROW: seconds}, generated=True)
    assert met([*line(0.11, 0.2, 0.5), shape], "odd") is expected


def test_line_through_points_on_a_line() -> None:
    line = Line.through([(0, 1.0), (10, 2.0), (40, 5.0)])
    assert line.start_seconds == pytest.approx(1.0)
    assert line.at(20) == pytest.approx(3.0)


# The whole bench.


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Replace the bench's modules by one real and three generated ones, all small."""
    module = tmp_path / "build/corpus/a-1/a.wasm"
    module.parent.mkdir(parents=True)
    module.write_bytes(of_size(1000))
    made = tuple(Shape(f"{size} b", lambda size=size: of_size(size), on_line=True) for size in (500, 5000))  # type: ignore[misc]
    odd = Shape("odd", lambda: of_size(700))
    monkeypatch.setattr(bench, "fetch_all", lambda root, progress, machine: (module,))
    monkeypatch.setattr(bench, "shapes", lambda: (*made, odd))
    monkeypatch.setattr(bench, "_COMPARED", ("a.wasm",))
    monkeypatch.setattr(bench, "_DISASSEMBLED", ("a.wasm",))
    monkeypatch.setattr(
        bench, "measure_prover", lambda paths, threads: measure_prover(paths, threads, 200, 100)
    )
    return tmp_path


def test_bench_writes_figures_and_a_plot(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_bench(small, 1, strict=False) == 0
    results = load(small / RESULTS)
    assert [module.name for module in results.modules] == ["a-1/a.wasm", "500 b", "5000 b", "odd"]
    assert len(results.modules[0].figures) == 8
    assert not any(figure.refused for figure in results.modules[0].figures.values())
    assert results.many.keys() == {ALL, ALL_ONE_JOB, ALL_TWO_JOBS, VALIDATE_EACH}
    assert [speed.modules for speed in results.prover] == [200, 200]
    assert (small / PAGE).read_text() == page(results)
    ElementTree.fromstring((small / "build/bench.svg").read_text())
    printed = capsys.readouterr().out
    assert "every module judged" in printed
    assert "medians of fewer than 5 rounds" in printed


@pytest.mark.parametrize(("strict", "code"), [(True, 1), (False, 0)])
def test_missed_aim_fails_only_a_strict_bench(
    small: Path, monkeypatch: pytest.MonkeyPatch, strict: bool, code: int
) -> None:
    slow = Measured(NOGROW, (Run(1.0, 10_000 * MB, 0),))
    monkeypatch.setattr(bench, "measure", lambda *arguments: (slow,))
    monkeypatch.setattr(bench, "measure_many", lambda *arguments: ())
    monkeypatch.setattr(bench, "page", lambda results: "")
    assert run_bench(small, 5, strict=strict) == code


def test_bench_without_rounds_is_refused(small: Path) -> None:
    with pytest.raises(ToolError, match="at least one round"):
        run_bench(small, 0, strict=False)


@pytest.mark.parametrize(("theirs", "code"), [(3, 0), (4, 1)])
def test_differing_comparison_exits_with_1(
    small: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    theirs: int,
    code: int,
) -> None:
    monkeypatch.setattr(
        bench, "compare", lambda path: Comparison(path, Counts((), 3), Counts((), theirs), "other")
    )
    assert run_comparison(small) == code
    assert ("3 here, 4 there" in capsys.readouterr().out) is (code == 1)


def test_missing_program_is_named(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="grep is not on the PATH"):
        pipelines(tmp_path / "a.wasm", [OBJDUMP], FakeMachine(tmp_path).machine())


def test_commands_use_this_python() -> None:
    (nogrow,) = pipelines(Path("/a.wasm"), [NOGROW], Machine.current())
    assert nogrow.commands == ((str(Path(PYTHON).parent / "nogrow"), "check", "/a.wasm"),)


def test_plot_escapes_names_and_accepts_equal_values() -> None:
    ElementTree.fromstring(plot([subject('<&">', 1000, {NOGROW: 0.1})], [NOGROW]))


@pytest.mark.parametrize("code", [0, 1])
def test_task_exits_with_the_bench_code(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    calls: list[object] = []

    def run(root: Path, rounds: int, *, strict: bool) -> int:
        calls.append((root, rounds, strict))
        return code

    monkeypatch.setattr(tasks, "run_bench", run)
    monkeypatch.setattr(tasks, "run_comparison", lambda root: code)
    for check in (False, True):
        if code == 0:
            tasks.bench(MockContext(), check=check, strict=True, rounds=7)
        else:
            with pytest.raises(Exit) as caught:
                tasks.bench(MockContext(), check=check, strict=True, rounds=7)
            assert caught.value.code == code
    assert calls == [(tasks.ROOT, 7, True)]
