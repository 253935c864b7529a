"""Judge many files in threads, which share the compiled kernels.

The kernels and wasmtime's validation run without the interpreter's lock, so threads keep all cores busy, and
no result has to be sent from process to process.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from nogrow.contract.select import Target
from nogrow.pipeline.pipeline import Pipeline, Reports


def in_threads(
    targets: Sequence[Target], pipeline: Pipeline, jobs: int, watch: Callable[[int], None]
) -> list[Reports]:
    """Return the reports on each of the targets, in their order; `jobs` threads work at a time.

    `watch` is told how many targets are done. An interruption does not wait for the files that are being
    judged.
    """
    pipeline.in_threads = True
    pipeline.prepare()
    reports: list[Reports] = [()] * len(targets)
    # A large file at the end would keep one thread busy while the others have nothing to do.
    largest_first = sorted(range(len(targets)), key=lambda number: -_size(targets[number]))
    executor = ThreadPoolExecutor(min(jobs, len(targets)), thread_name_prefix="nogrow")
    try:
        watch(0)
        numbers = {executor.submit(pipeline.reports, targets[number]): number for number in largest_first}
        for done, future in enumerate(as_completed(numbers), 1):
            reports[numbers.pop(future)] = future.result()
            watch(done)
    finally:
        executor.shutdown(wait=False, cancel_futures=True)
    return reports


def _size(target: Target) -> int:
    if target.data is not None:
        return len(target.data)
    try:
        return os.stat(target.path).st_size  # noqa: PTH116
    except OSError:
        return 0
