"""Measure `nogrow check` of all modules of the corpus in one run, beside other tools once for each file."""

import math
import tempfile
from collections.abc import Sequence
from pathlib import Path

from nogrow.machine.machine import Machine
from tools.bench.measure import Measured, Pipeline, Run, measure
from tools.bench.programs import (
    ALL,
    ALL_ONE_JOB,
    ALL_TWO_JOBS,
    VALIDATE,
    VALIDATE_EACH,
    nogrow,
    pipelines,
)


def measure_many(paths: Sequence[Path], rounds: int, machine: Machine) -> tuple[Measured, ...]:
    """Return the measurements of one run over all modules, and of the sum of runs for each file.

    All of them are interleaved in each round. A sum has the time of all files of a round, and the peak of the
    largest process.
    """
    check = (nogrow(), "check", *map(str, paths))
    together = (
        Pipeline(ALL, (check,)),
        Pipeline(ALL_ONE_JOB, ((*check, "--jobs", "1"),)),
        Pipeline(ALL_TWO_JOBS, ((*check, "--jobs", "2"),)),
    )
    each = [
        Pipeline(f"{VALIDATE} {path}", pipeline.commands)
        for path in paths
        for pipeline in pipelines(path, (VALIDATE,), machine)
    ]
    with tempfile.TemporaryDirectory(prefix="nogrow-bench-") as folder:
        measured = measure((*together, *each), rounds, Path(folder), slow_seconds=math.inf)
    return (*measured[: len(together)], _sum(VALIDATE_EACH, measured[len(together) :]))


def _sum(name: str, measured: Sequence[Measured]) -> Measured:
    rounds = zip(*(each.runs for each in measured), strict=True)
    return Measured(name, tuple(map(_sum_of_round, rounds)))


def _sum_of_round(runs: Sequence[Run]) -> Run:
    failed = next((run for run in runs if run.exit_code != 0), runs[0])
    return Run(
        sum(run.seconds for run in runs),
        max(run.peak_bytes for run in runs),
        failed.exit_code,
        failed.complaint,
    )
