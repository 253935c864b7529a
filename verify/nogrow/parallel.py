"""Work on many things to its results in the order of the things, in several processes.

Processes and not threads: what Python does itself would wait for Python.
"""

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import active_children, get_context
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
    bytes_each: int | None = None,
) -> list[_Outcome]:
    """The outcome of every thing of every batch, in order, worked on by `jobs` processes.

    `work` must be a function of a module or a method of what can be pickled. Where a process ends that
    should not, each thing of its batch is tried once more, alone; `lost` is what becomes of one that
    ends that process as well. `watch` is told how many things are done. Where the system can, no process
    gets more than `bytes_each` bytes of memory to write to. An interruption ends them all.
    """
    results: list[list[_Outcome] | None] = [None] * len(batches)
    with _pool(jobs, bytes_each) as pool, _ended_together():
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
        for outcome in (
            found if found is not None else [_alone(thing, work, lost, bytes_each) for thing in batch]
        )
    ]


def _alone(
    thing: _Thing,
    work: Work[_Thing, _Outcome],
    lost: Callable[[_Thing], _Outcome],
    bytes_each: int | None,
) -> _Outcome:
    try:
        with _pool(1, bytes_each) as pool, _ended_together():
            return pool.submit(work, [thing]).result()[0]
    except BrokenProcessPool:
        return lost(thing)


@contextmanager
def _ended_together() -> Iterator[None]:
    """Ends the processes of a pool when this one is interrupted, and does not wait for their work."""
    try:
        yield
    except Exception:
        raise
    except BaseException:
        for process in active_children():
            process.kill()
        raise


def _pool(jobs: int, bytes_each: int | None) -> ProcessPoolExecutor:
    # Elsewhere than on Linux, a process that has loaded much may not be forked.
    context = get_context("fork" if sys.platform == "linux" else "spawn")
    return ProcessPoolExecutor(jobs, mp_context=context, initializer=_prepare, initargs=(bytes_each,))


def _prepare(bytes_each: int | None) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    if bytes_each is not None and sys.platform == "linux":
        import resource

        # Of what is only reserved, as wasmtime does generously, nothing counts here.
        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        mine = bytes_each if most == resource.RLIM_INFINITY else min(bytes_each, most)
        resource.setrlimit(resource.RLIMIT_DATA, (mine, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
