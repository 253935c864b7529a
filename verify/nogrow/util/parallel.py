"""Run work on many items in several processes, and return the outcomes in the order of the items.

Threads would wait for each other, because much of the work is done in Python. Each batch has its own process
and pipe, so a process that is killed, even while it answers, harms no other. (The locks that the processes of
a `ProcessPoolExecutor` share could stay locked for ever.)
"""

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from multiprocessing import Pipe, active_children, get_context, get_start_method
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TypeVar

if sys.platform == "win32":
    from multiprocessing.connection import PipeConnection as Connection
else:
    from multiprocessing.connection import Connection

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
    kind = _kind_of_process()
    waiting = iter(enumerate(batches))
    running: dict[Connection, tuple[int, BaseProcess]] = {}
    try:
        while True:
            for number, batch in islice(waiting, jobs - len(running)):
                receiver, sender = Pipe(duplex=False)
                process = kind(target=_serve, args=(sender, work, batch, bytes_each), daemon=True)
                # A process that ends at once no longer reads its work; its pipe then ends without an answer.
                with suppress(BrokenPipeError):
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
            if process.pid is not None:
                process.kill()


def _kind_of_process() -> type[BaseProcess]:
    """Return the kind that the program has chosen for `multiprocessing`, else the quickest safe one."""
    if get_start_method(allow_none=True) is not None:
        return get_context().Process
    if sys.platform == "linux" and _has_one_thread():
        return get_context("fork").Process
    return get_context("spawn").Process


def _has_one_thread() -> bool:
    """Return whether forking is safe: no other thread can hold a lock, which nobody would ever release."""
    try:
        return len(list(Path("/proc/self/task").iterdir())) == 1
    except OSError:
        return False


def _answer(pipe: Connection, process: BaseProcess) -> list[_Outcome] | None:
    """Return the outcomes, None if the process ended without a whole answer; raise what its work raised."""
    try:
        answer: list[_Outcome] | Exception = pipe.recv()
    except (EOFError, OSError):
        return None
    finally:
        pipe.close()
        if process.pid is not None:
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
