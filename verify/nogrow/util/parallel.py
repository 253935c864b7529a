"""Run work on many items in several processes, and return the outcomes in the order of the items.

Threads would wait for each other, because much of the work is done in Python. Each batch has its own process
and pipe, so a process that is killed, even while it answers, harms no other. (The locks that the processes of
a `ProcessPoolExecutor` share could stay locked for ever.)
"""

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from multiprocessing import active_children, get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import TypeVar

_Item = TypeVar("_Item")
_Outcome = TypeVar("_Outcome")

Work = Callable[[Sequence[_Item]], list[_Outcome]]


def in_order(
    batches: Sequence[Sequence[_Item]],
    work: Work[_Item, _Outcome],
    lost: Callable[[_Item], _Outcome],
    jobs: int,
    watch: Callable[[int], None],
    bytes_each: int | None = None,
) -> list[_Outcome]:
    """Return the outcome of each item of each batch, in order; `jobs` processes work at a time.

    `work` must be picklable, such as a function of a module. If a process ends without an answer, each item
    of its batch is tried once more, alone; if it ends that process, too, `lost` returns its outcome. `watch`
    is told how many items are done. On Linux, a process gets at most `bytes_each` bytes of writable memory.
    An interruption ends all processes.
    """
    results: list[list[_Outcome] | None] = [None] * len(batches)
    done = 0
    try:
        watch(done)
        for number, outcomes in _worked(batches, work, jobs, bytes_each):
            results[number] = outcomes
            if outcomes is not None:
                done += len(batches[number])
                watch(done)
        for number, batch in enumerate(batches):
            if results[number] is None:
                alone = [outcomes for item in batch for _, outcomes in _worked([[item]], work, 1, bytes_each)]
                results[number] = [
                    lost(item) if outcomes is None else outcomes[0]
                    for item, outcomes in zip(batch, alone, strict=True)
                ]
                done += len(batch)
                watch(done)
    except Exception:
        raise
    except BaseException:
        # An interruption does not wait for the work of the processes.
        for process in active_children():
            process.kill()
        raise
    return [outcome for outcomes in results for outcome in outcomes or ()]


def _worked(
    batches: Sequence[Sequence[_Item]], work: Work[_Item, _Outcome], jobs: int, bytes_each: int | None
) -> Iterator[tuple[int, list[_Outcome] | None]]:
    """Yield the number of each batch with its outcomes, as they come; None if its process did not answer."""
    # On other systems than Linux, it is not safe to fork a process that has loaded many libraries.
    context = get_context("fork") if sys.platform == "linux" else get_context("spawn")
    waiting = iter(enumerate(batches))
    running: dict[Connection, tuple[int, BaseProcess]] = {}
    process: BaseProcess
    try:
        while True:
            for number, batch in islice(waiting, jobs - len(running)):
                receiver, sender = context.Pipe(duplex=False)
                process = context.Process(target=_serve, args=(sender, work, batch, bytes_each), daemon=True)
                process.start()
                # Only the new process may hold this end, so that the pipe ends with it.
                sender.close()
                running[receiver] = number, process
            if not running:
                return
            for ready in wait(list(running)):
                if isinstance(ready, Connection):
                    number, process = running.pop(ready)
                    yield number, _answer(ready, process)
    finally:
        for _, process in running.values():
            process.kill()


def _answer(pipe: Connection, process: BaseProcess) -> list[_Outcome] | None:
    """Return the outcomes, None if the process ended without a whole answer; raise what its work raised."""
    try:
        answer: list[_Outcome] | Exception = pipe.recv()
    except (EOFError, OSError):
        return None
    finally:
        pipe.close()
        process.join()
    if isinstance(answer, Exception):
        raise answer
    return answer


def _serve(
    pipe: Connection, work: Work[_Item, _Outcome], batch: Sequence[_Item], bytes_each: int | None
) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    if bytes_each is not None and sys.platform == "linux":
        import resource

        # This limit does not count memory that is only reserved, of which wasmtime reserves a lot.
        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        allowed = bytes_each if most == resource.RLIM_INFINITY else min(bytes_each, most)
        resource.setrlimit(resource.RLIMIT_DATA, (allowed, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answer: list[_Outcome] | Exception
    try:
        answer = work(batch)
    except Exception as error:  # noqa: BLE001
        # The process that asked for the work raises it.
        answer = error
    pipe.send(answer)
