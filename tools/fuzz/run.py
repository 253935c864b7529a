"""Run coverage-guided fuzzing: each target gets a share of the time and a libFuzzer process of its own."""

import re
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from nogrow.errors import ToolError
from nogrow.machine.process import run
from nogrow.util.background import cores

SEEDS = Path("tests", "fuzz", "corpus")
DICTIONARIES = Path("tests", "fuzz", "dictionaries")
FOUND = Path("build", "fuzz", "corpus")
CRASHES = Path("build", "fuzz", "crashes")

# An input that takes longer counts as a hang; no input in the corpora takes a second.
LONGEST_INPUT_SECONDS = 20
MOST_MEMORY_MB = 2048
_START_SECONDS = 120
_SCREEN = 4000
_PROGRESS = re.compile(r"^#\d+\s.*\bcov: (\d+)\b.*\bcorp: (\d+)", re.M)
_DONE = re.compile(r"^Done (\d+) runs", re.M)
_RUNS = re.compile(r"^#(\d+)\s", re.M)


class Fuzzed(NamedTuple):
    """The result for a target: how many inputs were tried, and how many edges of the program they covered.

    `complaint` is the error that ended the target early, None if there was none.
    """

    target: str
    executions: int
    coverage: int
    corpus: int
    complaint: str | None


def fuzz(root: Path, targets: Sequence[str], minutes: float, announce: Callable[[str], None]) -> list[Fuzzed]:
    """Fuzz each target for its share of `minutes`. Inputs that crash a target stay in build/fuzz/crashes/.

    Raises `ToolError` when atheris is missing, or a target cannot be started.
    """
    if find_spec("atheris") is None:
        raise ToolError("fuzzing needs atheris, which only exists for Linux: pip install 'nogrow[dev]'")
    known = sorted(path.name for path in (root / SEEDS).iterdir())
    for target in targets:
        if target not in known:
            raise ToolError(f"unknown target {target!r}; expected one of: {', '.join(known)}")
    chosen = list(targets or known)
    workers = min(cores(), len(chosen))
    seconds = max(1, round(minutes * 60 * workers / len(chosen)))
    announce(f"{len(chosen)} targets, {seconds} s each, {workers} at a time")
    (root / CRASHES).mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(partial(_fuzz_one, root, seconds), chosen))


def _fuzz_one(root: Path, seconds: int, target: str) -> Fuzzed:
    corpus = root / FOUND / target
    corpus.mkdir(parents=True, exist_ok=True)
    dictionary = root / DICTIONARIES / f"{target}.dict"
    words = (
        *(sys.executable, "-m", "tests.fuzz", target, corpus, root / SEEDS / target),
        f"-max_total_time={seconds}",
        f"-timeout={LONGEST_INPUT_SECONDS}",
        f"-rss_limit_mb={MOST_MEMORY_MB}",
        f"-artifact_prefix={root / CRASHES / target}-",
        "-print_final_stats=1",
        *((f"-dict={dictionary}",) if dictionary.exists() else ()),
    )
    done = run(words, seconds=seconds + _START_SECONDS, folder=root)
    return read_log(target, done.exit_code, done.stderr + done.stdout)


def read_log(target: str, code: int, log: str) -> Fuzzed:
    """Return the figures in libFuzzer's log. Raises `ToolError` for a target that tried no input."""
    progress = _PROGRESS.findall(log)
    coverage, corpus = map(int, progress[-1]) if progress else (0, 0)
    finished = _DONE.search(log)
    runs = [int(number) for number in _RUNS.findall(log)]
    executions = int(finished[1]) if finished else max(runs, default=0)
    if not executions and code == 0:
        raise ToolError(f"the target {target} tried no input:\n{log[-2000:]}")
    return Fuzzed(target, executions, coverage, corpus, None if code == 0 else _complaint(log))


def _complaint(log: str) -> str:
    """Return a screen of the log from the first error of Python or libFuzzer on, otherwise its end."""
    starts = [log.find(mark) for mark in ("=== Uncaught Python exception", "==ERROR")]
    start = next((position for position in starts if position >= 0), len(log) - _SCREEN)
    return log[max(start, 0) :][:_SCREEN].strip()
