"""Work on many things to its results in the order of the things, in several processes.

Processes and not threads: what Python does itself would wait for Python. Each batch has a process and a pipe
of its own, so that one that is killed, even while it answers, takes nothing of the others with it. (What a
`ProcessPoolExecutor` shares among its processes may then stay locked for ever.)
"""

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from multiprocessing import active_children, get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
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
    """The outcome of every thing of every batch, in order, worked on by `jobs` processes at a time.

    `work` must be a function of a module or a method of what can be pickled. Where a process ends that
    should not, each thing of its batch is tried once more, alone; `lost` is what becomes of one that
    ends that process as well. `watch` is told how many things are done. Where the system can, no process
    gets more than `bytes_each` bytes of memory to write to. An interruption ends them all.
    """
    results: list[list[_Outcome] | None] = [None] * len(batches)
    with _ended_together():
        done = 0
        watch(done)
        for place, found in _worked(batches, work, jobs, bytes_each):
            results[place] = found
            if found is not None:
                done += len(batches[place])
                watch(done)
        for place, batch in enumerate(batches):
            if results[place] is None:
                results[place] = [_alone(thing, work, lost, bytes_each) for thing in batch]
                done += len(batch)
                watch(done)
    return [outcome for found in results for outcome in found or ()]


def _alone(
    thing: _Thing,
    work: Work[_Thing, _Outcome],
    lost: Callable[[_Thing], _Outcome],
    bytes_each: int | None,
) -> _Outcome:
    ((_, found),) = _worked([[thing]], work, 1, bytes_each)
    return lost(thing) if found is None else found[0]


def _worked(
    batches: Sequence[Sequence[_Thing]], work: Work[_Thing, _Outcome], jobs: int, bytes_each: int | None
) -> Iterator[tuple[int, list[_Outcome] | None]]:
    """The place of each batch with its outcomes, as they come; None where its process ended without."""
    # Elsewhere than on Linux, a process that has loaded much may not be forked.
    context = get_context("fork") if sys.platform == "linux" else get_context("spawn")
    waiting = iter(enumerate(batches))
    running: dict[Connection, tuple[int, BaseProcess]] = {}
    process: BaseProcess
    try:
        while True:
            for place, batch in islice(waiting, jobs - len(running)):
                mine, its = context.Pipe(duplex=False)
                process = context.Process(target=_serve, args=(its, work, batch, bytes_each), daemon=True)
                process.start()
                # Only the process may hold this end: its end is then the pipe's.
                its.close()
                running[mine] = place, process
            if not running:
                return
            for ready in wait(list(running)):
                if isinstance(ready, Connection):
                    place, process = running.pop(ready)
                    yield place, _answer(ready, process)
    finally:
        for _, process in running.values():
            process.kill()


def _answer(pipe: "Connection", process: BaseProcess) -> list[_Outcome] | None:
    """What the process found, None if it ended without a whole answer; raises what its work raised."""
    try:
        found: list[_Outcome] | Exception = pipe.recv()
    except (EOFError, OSError):
        return None
    finally:
        pipe.close()
        process.join()
    if isinstance(found, Exception):
        raise found
    return found


def _serve(
    pipe: "Connection", work: Work[_Thing, _Outcome], batch: Sequence[_Thing], bytes_each: int | None
) -> None:
    _prepare(bytes_each)
    found: list[_Outcome] | Exception
    try:
        found = work(batch)
    except Exception as error:  # noqa: BLE001
        # It is raised where the work was asked for.
        found = error
    pipe.send(found)


@contextmanager
def _ended_together() -> Iterator[None]:
    """Ends all processes when this one is interrupted, and does not wait for their work."""
    try:
        yield
    except Exception:
        raise
    except BaseException:
        for process in active_children():
            process.kill()
        raise


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
