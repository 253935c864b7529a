"""Measure the time and peak memory of whole processes, in interleaved rounds."""

import json
import os
import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nogrow.machine.process import run
from tools.bench import launch

LIMIT_SECONDS = 600.0
SLOW_SECONDS = 10.0


@dataclass(frozen=True)
class Pipeline:
    """Commands, each of which reads the output of the one before it; the programs are absolute paths."""

    name: str
    commands: tuple[tuple[str, ...], ...]
    environ: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """One run, with the peak of the largest process and the exit code of the first one.

    `complaint` is the last line of standard error, empty if there is none.
    """

    seconds: float
    peak_bytes: int
    exit_code: int
    complaint: str = ""


@dataclass(frozen=True)
class Measured:
    """All runs of one pipeline over one file."""

    name: str
    runs: tuple[Run, ...]

    @property
    def seconds(self) -> float:
        """Return the median time in seconds."""
        return statistics.median(run.seconds for run in self.runs)

    @property
    def peak_bytes(self) -> int:
        """Return the highest peak in bytes."""
        return max(run.peak_bytes for run in self.runs)

    @property
    def exit_codes(self) -> frozenset[int]:
        """Return the exit codes of all runs."""
        return frozenset(run.exit_code for run in self.runs)

    @property
    def complaint(self) -> str:
        """Return the complaint of the first run that had one, otherwise an empty text."""
        return next((run.complaint for run in self.runs if run.complaint), "")


def measure_once(pipeline: Pipeline, folder: Path) -> Run:
    """Run the pipeline once in `folder`; raises `ToolError` when it does not start or takes too long."""
    environ = {**os.environ, **pipeline.environ}
    # An installed command has compiled its byte code already.
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    script = [sys.executable, "-I", "-S", launch.__file__, json.dumps([pipeline.commands, environ])]
    done = run(script, seconds=LIMIT_SECONDS, folder=folder).checked()
    seconds, peak, code, complaint = json.loads(done.stdout)
    return Run(float(seconds), int(peak), int(code), complaint.strip().rpartition("\n")[2])


def measure(
    pipelines: Sequence[Pipeline], rounds: int, folder: Path, slow_seconds: float = SLOW_SECONDS
) -> tuple[Measured, ...]:
    """Run every pipeline once in each round, so that other load on the machine affects all of them equally.

    A pipeline that takes more than `slow_seconds` runs only once.
    """
    runs: dict[str, list[Run]] = {pipeline.name: [] for pipeline in pipelines}
    for _ in range(rounds):
        for pipeline in pipelines:
            done = runs[pipeline.name]
            if not done or done[0].seconds <= slow_seconds:
                done.append(measure_once(pipeline, folder))
    return tuple(Measured(name, tuple(done)) for name, done in runs.items())
