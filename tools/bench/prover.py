"""Prove many small modules with one `nogrow.Prover`, and print the speed and the memory as JSON.

`measure_prover` runs this file in a process of its own, because the memory of the bench must not count.
"""

import json
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple

from nogrow.machine.process import run

MODULES, FIRST = 10_000, 1_000
"""How many modules are proved, and after how many of them the memory is measured first."""
_LIMIT_SECONDS = 1200.0
_CHUNK = 100


class ProverSpeed(NamedTuple):
    """How fast one `Prover` is, and its peak memory after the first modules and after all of them."""

    threads: int
    modules: int
    mean_size: int
    seconds: float
    first: int
    first_peak_bytes: int
    peak_bytes: int

    @property
    def per_second(self) -> float:
        """Return how many modules are proved in a second."""
        return self.modules / self.seconds


def measure_prover(
    paths: Sequence[Path], threads: int, modules: int = MODULES, first: int = FIRST
) -> ProverSpeed:
    """Prove `modules` modules, which are those at `paths` again and again, and return the figures.

    Raises `ToolError` if a module can't be judged.
    """
    script = [sys.executable, __file__, json.dumps([list(map(str, paths)), threads, modules, first])]
    done = run(script, seconds=_LIMIT_SECONDS, folder=Path.cwd()).checked()
    seconds, first_peak, peak = json.loads(done.stdout)
    mean = sum(path.stat().st_size for path in paths) // len(paths)
    return ProverSpeed(threads, modules, mean, seconds, first, first_peak, peak)


def _prove_all(paths: Sequence[str], threads: int, modules: int, first: int) -> tuple[float, int, int]:
    import nogrow

    some = cycle(paths)
    with nogrow.Prover() as prover, ThreadPoolExecutor(threads) as pool:

        def prove(path: str) -> None:
            prover.prove(path).verdict  # noqa: B018

        begin = time.perf_counter()
        for chunk in range(modules // _CHUNK):
            list(pool.map(prove, islice(some, _CHUNK)))
            if (chunk + 1) * _CHUNK == first:
                first_peak = _peak_bytes()
        return time.perf_counter() - begin, first_peak, _peak_bytes()


def _peak_bytes() -> int:
    """Return the peak of this process.

    What `getrusage` counts begins with the memory of the process that started this one, so Linux is asked
    for the peak of the program alone.
    """
    try:
        lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    except OSError:
        if sys.platform == "win32":
            raise
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_prove_all(*json.loads(sys.argv[1]))))
