"""Coverage-guided fuzzing: each target for its share of the time, a process of its own under libFuzzer."""

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

# An input that takes longer than this hangs, for whoever waits for it; nothing in the corpora takes a second.
LONGEST_INPUT_SECONDS = 20
MOST_MEMORY_MB = 2048
_START_SECONDS = 120
_PROGRESS = re.compile(r"^#\d+\s.*\bcov: (\d+)\b.*\bcorp: (\d+)", re.M)
_DONE = re.compile(r"^Done (\d+) runs", re.M)
_RUNS = re.compile(r"^#(\d+)\s", re.M)


class Fuzzed(NamedTuple):
    """What became of a target: how many inputs were tried, and how many of the program's edges they reached.

    `complaint` is what it ended with before its time, None if nothing was found.
    """

    target: str
    executions: int
    coverage: int
    corpus: int
    complaint: str | None


def fuzz(root: Path, targets: Sequence[str], minutes: float, announce: Callable[[str], None]) -> list[Fuzzed]:
    """Fuzz each target for its share of `minutes`; inputs that crash stay in build/fuzz/crashes/.

    Raises `ToolError` when atheris is missing, or a target can't be started.
    """
    if find_spec("atheris") is None:
        raise ToolError("fuzzing needs atheris, which there is for Linux: pip install 'nogrow[dev]'")
    known = sorted(path.name for path in (root / SEEDS).iterdir())
    for target in targets:
        if target not in known:
            raise ToolError(f"no target {target!r}; there are {', '.join(known)}")
    chosen = list(targets or known)
    workers = min(cores(), len(chosen))
    seconds = max(1, round(minutes * 60 * workers / len(chosen)))
    announce(f"{len(chosen)} targets, {seconds} s each, {workers} at a time")
    (root / CRASHES).mkdir(parents=True, exist_ok=True)
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(partial(_fuzz_one, root, seconds), chosen))


def _fuzz_one(root: Path, seconds: int, target: str) -> Fuzzed:
    found = root / FOUND / target
    found.mkdir(parents=True, exist_ok=True)
    dictionary = root / DICTIONARIES / f"{target}.dict"
    words = (
        *(sys.executable, "-m", "tests.fuzz", target, found, root / SEEDS / target),
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
    """Return what libFuzzer's log says. Raises `ToolError` for a target that never got to try an input."""
    progress = _PROGRESS.findall(log)
    coverage, corpus = map(int, progress[-1]) if progress else (0, 0)
    finished = _DONE.search(log)
    runs = [int(number) for number in _RUNS.findall(log)]
    executions = int(finished[1]) if finished else max(runs, default=0)
    if not executions and code == 0:
        raise ToolError(f"the target {target} tried no input:\n{log[-2000:]}")
    return Fuzzed(target, executions, coverage, corpus, None if code == 0 else _complaint(log))


def _complaint(log: str) -> str:
    """The lines from where Python or libFuzzer says what is wrong, at most a screen."""
    start = max(log.find("=== Uncaught Python exception"), 0) or max(log.find("==ERROR"), 0)
    return log[start : start + 4000].strip()
