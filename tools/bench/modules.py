"""Run the bench over the corpus and the generated modules, and write its results as tables, JSON and SVG."""

import os
import platform
import tempfile
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path, PurePosixPath

from nogrow.errors import ToolError
from nogrow.machine.machine import Machine, find_program, find_wabt, program_version
from nogrow.project.console import announce, print_table
from nogrow.project.manifest import write_atomic
from tools.bench.aims import Subject, aims, is_refused
from tools.bench.corpus import CORPUS, fetch_all
from tools.bench.decoders import Comparison, compare
from tools.bench.generate import Shape, shapes
from tools.bench.many import measure_many
from tools.bench.measure import Pipeline, measure
from tools.bench.page import PAGE, page
from tools.bench.plot import plot
from tools.bench.programs import (
    IMPORT_WASMTIME,
    NOGROW,
    OBJDUMP,
    PYTHON,
    SHA256SUM,
    UNVALIDATED,
    VALIDATE,
    VALIDATE_ONE,
    pipelines,
)
from tools.bench.prover import ProverSpeed, measure_prover
from tools.bench.results import RESULTS, Results, as_json, figures, modules

PLOT = PurePosixPath("build/bench.svg")
GENERATED = PurePosixPath("build/generated")
LEAST_ROUNDS = 5

_MB = 1_000_000
_TOOLS = (NOGROW, UNVALIDATED, VALIDATE, VALIDATE_ONE, SHA256SUM, PYTHON, IMPORT_WASMTIME)
_ON_GENERATED = (NOGROW, VALIDATE, VALIDATE_ONE, SHA256SUM)
_PLOTTED = (NOGROW, VALIDATE, VALIDATE_ONE, SHA256SUM)
# The modules that are compared with every program, by the ends of their paths.
_COMPARED = (
    "biome_wasm_bg.wasm",
    "duckdb-mvp.wasm",
    "esbuild.wasm",
    "pyodide.asm.wasm",
    "package/tiktoken_bg.wasm",
    "rapier_wasm3d_bg.wasm",
    "lz4_wasm_nodejs_bg.wasm",
)
# wasm-objdump takes more than half a minute for the largest module.
_DISASSEMBLED = ("biome_wasm_bg.wasm", "lz4_wasm_nodejs_bg.wasm")
_SMALL_BYTES, _MORE_ROUNDS = 1_000_000, 4
_PROVED_BYTES = 100_000


def run_bench(root: Path, rounds: int, *, strict: bool) -> int:
    """Measure whole processes over the corpus and the generated modules, and print and write the results.

    Returns 1 if `strict` is set and an aim is not met, otherwise 0. Raises `ToolError`, also when a program
    or the network is missing.
    """
    if rounds < 1:
        raise ToolError("the bench needs at least one round")
    machine = Machine.current()
    corpus = fetch_all(root, announce, machine)
    subjects = [_of_corpus(root, path, rounds, machine) for path in corpus]
    for shape in shapes():
        path = _generate(root, shape)
        subjects.append(_measured(shape.name, path, pipelines(path, _ON_GENERATED, machine), rounds, shape))
    announce(f"measuring {len(corpus)} modules in one run")
    many = measure_many(corpus, rounds, machine)
    prover = _measure_prover(corpus)
    checked_aims = aims(subjects, many, prover[0])
    results = Results(_machine_facts(), rounds, modules(subjects), figures(many), prover, checked_aims)
    _print(subjects, results)
    if rounds < LEAST_ROUNDS:
        announce(f"the medians of fewer than {LEAST_ROUNDS} rounds are not reliable")
    for path_from_root, text in (
        (RESULTS, as_json(results)),
        (PAGE, page(results)),
        (PLOT, plot(subjects, _PLOTTED)),
    ):
        write_atomic(root / path_from_root, text.encode())
    announce(f"{PAGE} and {RESULTS} have the figures, and {PLOT} shows them")
    return 1 if strict and not all(aim.met for aim in checked_aims) else 0


def _of_corpus(root: Path, path: Path, rounds: int, machine: Machine) -> Subject:
    name = path.relative_to(root / CORPUS).as_posix()
    if not name.endswith(_COMPARED):
        return _measured(name, path, pipelines(path, (NOGROW,), machine), 1)
    tools = (*_TOOLS, OBJDUMP) if name.endswith(_DISASSEMBLED) else _TOOLS
    small = path.stat().st_size < _SMALL_BYTES
    return _measured(name, path, pipelines(path, tools, machine), rounds * _MORE_ROUNDS if small else rounds)


def _measure_prover(corpus: Sequence[Path]) -> list[ProverSpeed]:
    """Measure a `Prover` in one thread, and in a thread for each processor."""
    small = [path for path in corpus if path.stat().st_size < _PROVED_BYTES]
    announce(f"proving {len(small)} small modules again and again")
    return [measure_prover(small, 1), measure_prover(small, os.cpu_count() or 1)]


def run_comparison(root: Path) -> int:
    """Compare the grow sites and direct calls of every corpus module with another decoder's.

    Returns 1 when any of them differ, otherwise 0. Raises `ToolError` and `ModuleError`.
    """
    comparisons = []
    for path in fetch_all(root, announce, Machine.current()):
        announce(f"comparing {path.relative_to(root)}")
        comparisons.append(compare(path))
    columns = ("module", "compared with", "grow sites", "direct calls", "the same?")
    print_table("comparison", columns, [_compared(root, comparison) for comparison in comparisons])
    return 0 if all(comparison.agrees for comparison in comparisons) else 1


def _generate(root: Path, shape: Shape) -> Path:
    path = root / GENERATED / f"{shape.name.replace(' ', '-').replace('^', '')}.wasm"
    write_atomic(path, shape.make())
    return path


def _measured(
    name: str, path: Path, lines: Sequence[Pipeline], rounds: int, shape: Shape | None = None
) -> Subject:
    announce(f"measuring {name}")
    # In an empty folder, nogrow finds no contract.
    with tempfile.TemporaryDirectory(prefix="nogrow-bench-") as folder:
        measured = measure(lines, rounds, Path(folder))
    size = path.stat().st_size
    if shape is None:
        return Subject(name, size, measured)
    return Subject(name, size, measured, True, shape.on_line, shape.beyond_limits != "")


def _print(subjects: Sequence[Subject], results: Results) -> None:
    columns = ("module", "MB", *_TOOLS)
    rows = [
        (subject.name, f"{subject.size / _MB:.2f}", *(_time(subject, name) for name in _TOOLS))
        for subject in subjects
        if len(subject.measured) > 1
    ]
    print_table("median time in ms (times that of nogrow check)", columns, rows)
    together = [
        (name, f"{figure.seconds:.2f}", f"{figure.peak_bytes / _MB:.0f}")
        for name, figure in results.many.items()
    ]
    print_table("all modules", ("run", "seconds", "peak MB"), together)
    proved = [
        (str(speed.threads), f"{speed.per_second:.0f}", f"{speed.peak_bytes / _MB:.1f}")
        for speed in results.prover
    ]
    print_table("Prover", ("threads", "modules a second", "peak MB"), proved)
    met = [(aim.words, aim.figure, "yes" if aim.met else "no") for aim in results.aims]
    print_table("aims", ("aim", "measured", "met?"), met)
    for shape in shapes():
        if shape.beyond_limits:
            announce(
                f"{shape.name} exceeds the limit of engines, {shape.beyond_limits}: other tools refuse it"
            )
    announce("x1: took over 10 s, so it ran once; refused: the program failed on the module")


def _time(subject: Subject, name: str) -> str:
    measured = subject.of(name)
    if measured is None:
        return ""
    notes = [f"{measured.seconds / subject.seconds(NOGROW):.3g}"] if name != NOGROW else []
    notes += ["x1"] if len(measured.runs) == 1 else []
    notes += ["refused"] if is_refused(measured) else []
    return f"{measured.seconds * 1000:,.0f}" + (f" ({', '.join(notes)})" if notes else "")


def _compared(root: Path, comparison: Comparison) -> tuple[str, ...]:
    def cell(ours: int, theirs: int) -> str:
        return f"{ours:,}" if ours == theirs else f"{ours:,} here, {theirs:,} there"

    return (
        str(comparison.path.relative_to(root / CORPUS)),
        comparison.other,
        cell(len(comparison.ours.sites), len(comparison.theirs.sites)),
        cell(comparison.ours.direct_calls, comparison.theirs.direct_calls),
        "yes" if comparison.agrees else "no",
    )


def _machine_facts() -> dict[str, str]:
    """Return what the figures depend on, besides the commit."""
    wabt, wasm_tools = find_wabt("wasm-objdump"), find_program("wasm-tools", "nogrow[dev]")
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "python": platform.python_version(),
        "wasmtime": metadata.version("wasmtime"),
        "wasm-tools": program_version(wasm_tools),
        "wasm-objdump": program_version(wabt),
    }


def _processor() -> str:
    """Return the name of the processor, which only Linux has in a file."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or "unknown")
