"""Work on many things to its results in the order of the things, in several processes.

Processes and not threads: what Python does itself would wait for Python.
"""

import signal
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TypeVar

_Thing = TypeVar("_Thing")
_Outcome = TypeVar("_Outcome")

Work = Callable[[Sequence[_Thing]], list[_Outcome]]


def in_order(
    batches: Sequence[Sequence[_Thing]],
    work: Work[_Thing, _Outcome],
    lost: Callable[[_Thing], _Outcome],
    jobs: int,
    watch: Callable[[int], None],
) -> list[_Outcome]:
    """The outcome of every thing of every batch, in order, worked on by `jobs` processes.

    `work` must be a function of a module or a method of what can be pickled. Where a process ends that
    should not, each thing of its batch is tried once more, alone; `lost` is what becomes of one that
    ends that process as well. `watch` is told how many things are done.
    """
    results: list[list[_Outcome] | None] = [None] * len(batches)
    with _pool(jobs) as pool:
        futures: dict[Future[list[_Outcome]], int] = {}
        try:
            for place, batch in enumerate(batches):
                futures[pool.submit(work, batch)] = place
        except BrokenProcessPool:
            pass
        done = 0
        watch(done)
        for future in as_completed(futures):
            try:
                results[futures[future]] = future.result()
            except BrokenProcessPool:
                continue
            done += len(batches[futures[future]])
            watch(done)
    return [
        outcome
        for batch, found in zip(batches, results, strict=True)
        for outcome in (found if found is not None else [_alone(thing, work, lost) for thing in batch])
    ]


def _alone(thing: _Thing, work: Work[_Thing, _Outcome], lost: Callable[[_Thing], _Outcome]) -> _Outcome:
    try:
        with _pool(1) as pool:
            return pool.submit(work, [thing]).result()[0]
    except BrokenProcessPool:
        return lost(thing)


def _pool(jobs: int) -> ProcessPoolExecutor:
    # Elsewhere than on Linux, a process that has loaded much may not be forked.
    context = get_context("fork" if sys.platform == "linux" else "spawn")
    return ProcessPoolExecutor(jobs, mp_context=context, initializer=_end_when_interrupted)


def _end_when_interrupted() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
