"""Try the mutants of each subject in a copy of the project, in a process of its own."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from nogrow.errors import ToolError
from tools.guards.copied import copied
from tools.mutation import kernel, python
from tools.mutation.mutant import Mutant, Outcome
from tools.mutation.plan import Subject

_SEED = 8


class Tried(NamedTuple):
    """A mutant and its outcome; `test` is the first test that failed, if one did."""

    mutant: Mutant
    outcome: Outcome
    test: str


def mutants_of(root: Path, subject: Subject, sample: int | None) -> list[Mutant]:
    """Return the mutants of `subject`, or a fixed sample of `sample` mutants."""
    text = (root / subject.path).read_text("utf-8")
    mutants = kernel.mutants_of(text) if subject.is_kernel else python.mutants_of(text)
    if sample is None or sample >= len(mutants):
        return mutants
    # A fixed seed gives the same sample each time.
    drawn = random.Random(_SEED).sample(mutants, sample)  # noqa: S311
    return sorted(drawn, key=lambda mutant: mutant.line)


def tried(root: Path, subject: Subject, mutants: Sequence[Mutant]) -> Iterator[Tried]:
    """Try each of `mutants` and yield the results; raises `ToolError` if the tests fail without a change."""
    with copied(root) as copy:
        yield from _answers(copy, subject, mutants)


def _answers(copy: Path, subject: Subject, mutants: Sequence[Mutant]) -> Iterator[Tried]:
    path = (copy / "verify", Path(__file__).resolve().parents[2])
    environ = dict(os.environ) | {"PYTHONPATH": os.pathsep.join(map(str, path))}
    job = {"tests": subject.tests, "path": subject.path, "mutants": [mutant.text for mutant in mutants]}
    # The command is this Python with a module of this package.
    with subprocess.Popen(
        (sys.executable, "-m", "tools.mutation.kill"),
        cwd=copy,
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise ToolError("no pipes")
        try:
            json.dump(job, process.stdin)
            process.stdin.close()
            baseline = json.loads(process.stdout.readline() or '{"passed": false, "test": ""}')
            if not baseline["passed"]:
                raise ToolError(f"the tests of {subject.path} fail without any change: {baseline['test']}")
            for mutant, line in zip(mutants, process.stdout, strict=False):
                answer = json.loads(line)
                yield Tried(mutant, Outcome(answer["outcome"]), answer["test"])
        finally:
            process.kill()
