"""Run the bench over the corpus and the generated modules, and write its results as tables, JSON and SVG."""

import json
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path, PurePosixPath

from nogrow.errors import ToolError
from nogrow.machine.machine import Machine, find_program, find_wabt, program_version
from nogrow.project.console import announce, print_table
from nogrow.project.manifest import write_atomic
from tools.bench.aims import (
    IMPORT_WASMTIME,
    NOGROW,
    OBJDUMP,
    SHA256SUM,
    VALIDATE,
    VALIDATE_ONE,
    Aim,
    Subject,
    aims,
    is_refused,
)
from tools.bench.corpus import CORPUS, fetch_all
from tools.bench.decoders import Comparison, compare
from tools.bench.generate import Shape, shapes
from tools.bench.measure import Measured, Pipeline, measure
from tools.bench.plot import plot

RESULTS = PurePosixPath("build/bench.json")
PLOT = PurePosixPath("build/bench.svg")
GENERATED = PurePosixPath("build/generated")
SCHEMA = "nogrow/bench/1"
LEAST_ROUNDS = 5

_MB = 1_000_000
_TOOLS = (NOGROW, VALIDATE, VALIDATE_ONE, OBJDUMP, SHA256SUM, IMPORT_WASMTIME)
_ON_GENERATED = (NOGROW, VALIDATE, VALIDATE_ONE, SHA256SUM)


def run_bench(root: Path, rounds: int, *, strict: bool) -> int:
    """Measure whole processes over the corpus and the generated modules, and print and write the results.

    Returns 1 if `strict` is set and an aim is not met, otherwise 0. Raises `ToolError`, also when a program
    or the network is missing.
    """
    if rounds < 1:
        raise ToolError("the bench needs at least one round")
    machine = Machine.current()
    corpus = fetch_all(root, announce, machine)
    subjects = [
        _measured(str(path.relative_to(root / CORPUS)), path, pipelines(path, _TOOLS, machine), rounds)
        for path in corpus
    ]
    for shape in shapes():
        path = _generate(root, shape)
        lines = pipelines(path, _ON_GENERATED, machine)
        subjects.append(_measured(shape.name, path, lines, rounds, shape))
    checked_aims = aims(subjects)
    _print(subjects, checked_aims)
    if rounds < LEAST_ROUNDS:
        announce(f"the medians of fewer than {LEAST_ROUNDS} rounds are not reliable")
    write_atomic(root / RESULTS, _as_json(subjects, checked_aims, rounds).encode())
    write_atomic(root / PLOT, plot(subjects, _TOOLS).encode())
    announce(f"the figures are in {RESULTS}, and {PLOT} shows them")
    return 1 if strict and not all(aim.met for aim in checked_aims) else 0


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


def pipelines(path: Path, names: Sequence[str], machine: Machine) -> tuple[Pipeline, ...]:
    """Return the commands of `names` for one module; raises `ToolError` for a missing program."""
    file = str(path)
    validate = (_program("wasm-tools", "nogrow[dev]"), "validate", "--features", "all", file)
    commands = {
        NOGROW: Pipeline(NOGROW, ((_program("nogrow", "nogrow"), "check", file),)),
        VALIDATE: Pipeline(VALIDATE, (validate,)),
        VALIDATE_ONE: Pipeline(VALIDATE_ONE, (validate,), {"RAYON_NUM_THREADS": "1"}),
        OBJDUMP: Pipeline(
            OBJDUMP,
            (
                (str(find_wabt("wasm-objdump").absolute()), "-d", file),
                (_on_path(machine, "grep"), "-c", "memory.grow"),
            ),
        ),
        SHA256SUM: Pipeline(SHA256SUM, ((_on_path(machine, "sha256sum"), file),)),
        IMPORT_WASMTIME: Pipeline(IMPORT_WASMTIME, ((sys.executable, "-c", "import wasmtime"),)),
    }
    return tuple(commands[name] for name in names)


def _program(name: str, requirement: str) -> str:
    return str(find_program(name, requirement).absolute())


def _on_path(machine: Machine, name: str) -> str:
    path = machine.on_path(name)
    if path is None:
        raise ToolError(f"{name} is not on the PATH; the bench compares with it")
    return str(path)


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
    return Subject(name, size, measured, shape is not None, shape is not None and shape.on_line)


def _print(subjects: Sequence[Subject], checked_aims: Sequence[Aim]) -> None:
    columns = ("module", "MB", *_TOOLS)
    rows = [
        (subject.name, f"{subject.size / _MB:.2f}", *(_time(subject, name) for name in _TOOLS))
        for subject in subjects
    ]
    print_table("median time in ms (times that of nogrow check)", columns, rows)
    rows = [
        (subject.name, f"{subject.size / _MB:.2f}", *(_peak(subject.of(name)) for name in _TOOLS))
        for subject in subjects
    ]
    print_table("peak memory in MB; 12 is the smallest that can be measured", columns, rows)
    print_table("aims", ("aim", "met?"), [(aim.words, "yes" if aim.met else "no") for aim in checked_aims])
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


def _peak(measured: Measured | None) -> str:
    return "" if measured is None else f"{measured.peak_bytes / _MB:,.0f}"


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


def _as_json(subjects: Sequence[Subject], checked_aims: Sequence[Aim], rounds: int) -> str:
    wabt, wasm_tools = find_wabt("wasm-objdump"), find_program("wasm-tools", "nogrow[dev]")
    document = {
        "schema": SCHEMA,
        "machine": {
            "system": f"{platform.system()} {platform.machine()}",
            "cores": os.cpu_count(),
            "python": platform.python_version(),
        },
        "tools": {
            "wasm-objdump": program_version(wabt),
            "wasm-tools": program_version(wasm_tools),
        },
        "rounds": rounds,
        "modules": [
            {
                "name": subject.name,
                "size": subject.size,
                "generated": subject.generated,
                "measured": {
                    measured.name: {
                        "seconds": measured.seconds,
                        "peak_bytes": measured.peak_bytes,
                        "runs": [asdict(run) for run in measured.runs],
                    }
                    for measured in subject.measured
                },
            }
            for subject in subjects
        ],
        "aims": [asdict(aim) for aim in checked_aims],
    }
    return json.dumps(document, indent=2) + "\n"
