"""Run work on many items in several processes, and return the outcomes in the order of the items.

A guest can use up the memory of its process, or end it. Each item has its own process and pipe, so a process
that is killed, even while it answers, harms no other. (The locks that the processes of
a `ProcessPoolExecutor` share could stay locked for ever.)
"""

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from multiprocessing import Pipe, active_children, get_context, get_start_method
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Generic, TypeVar

if sys.platform == "win32":
    from multiprocessing.connection import PipeConnection as Connection
else:
    from multiprocessing.connection import Connection

_Item = TypeVar("_Item")
_Outcome = TypeVar("_Outcome")


def in_order(
    items: Sequence[_Item],
    work: Callable[[_Item], _Outcome],
    lost: Callable[[_Item], _Outcome],
    jobs: int,
    watch: Callable[[int], None],
    bytes_each: int | None = None,
) -> list[_Outcome]:
    """Return the outcome of each item, in order; `jobs` processes work at a time.

    `work` must be picklable, such as a function of a module. If a process ends without an answer, its item is
    tried once more; if it ends that process, too, `lost` returns its outcome. `watch` is told how many items
    are done. On Linux, a process gets at most `bytes_each` bytes of writable memory. An interruption ends all
    processes.
    """
    results: dict[int, _Outcome] = {}
    numbers = list(range(len(items)))
    try:
        watch(0)
        for _ in range(2):
            for number, answer in _worked(items, numbers, work, jobs, bytes_each):
                if answer is not None:
                    results[number] = answer.outcome
                    watch(len(results))
            numbers = [number for number in numbers if number not in results]
        for number in numbers:
            results[number] = lost(items[number])
            watch(len(results))
    except Exception:
        raise
    except BaseException:
        # An interruption does not wait for the work of the processes.
        for process in active_children():
            process.kill()
        raise
    return [results[number] for number in range(len(items))]


@dataclass(frozen=True)
class _Answer(Generic[_Outcome]):
    outcome: _Outcome


def _worked(
    items: Sequence[_Item],
    numbers: Sequence[int],
    work: Callable[[_Item], _Outcome],
    jobs: int,
    bytes_each: int | None,
) -> Iterator[tuple[int, _Answer[_Outcome] | None]]:
    """Yield the answer for each item with one of the numbers, as they come; None if its process has none."""
    kind = _kind_of_process()
    waiting = iter(numbers)
    running: dict[Connection, tuple[int, BaseProcess]] = {}
    try:
        while True:
            for number in islice(waiting, jobs - len(running)):
                receiver, sender = Pipe(duplex=False)
                process = kind(target=_serve, args=(sender, work, items[number], bytes_each), daemon=True)
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
    """Return the kind that the program has chosen for `multiprocessing`, but fork only where it is safe."""
    chosen = get_start_method(allow_none=True)
    if chosen not in (None, "fork"):
        return get_context().Process
    # Any use of `multiprocessing` makes its default the chosen one, so fork may be nobody's choice.
    if sys.platform == "linux" and _has_one_thread():
        return get_context("fork").Process
    return get_context("spawn").Process


def _has_one_thread() -> bool:
    """Return whether forking is safe: no other thread can hold a lock, which nobody would ever release."""
    try:
        return len(list(Path("/proc/self/task").iterdir())) == 1
    except OSError:
        return False


def _answer(pipe: Connection, process: BaseProcess) -> _Answer[_Outcome] | None:
    """Return the answer, None if the process ended without a whole one; raise what its work raised."""
    try:
        answer: _Answer[_Outcome] | Exception = pipe.recv()
    except (EOFError, OSError):
        return None
    finally:
        pipe.close()
        if process.pid is not None:
            process.join()
    if isinstance(answer, Exception):
        raise answer
    return answer


def _serve(pipe: Connection, work: Callable[[_Item], _Outcome], item: _Item, bytes_each: int | None) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    if bytes_each is not None and sys.platform == "linux":
        import resource

        # This limit does not count memory that is only reserved, of which wasmtime reserves a lot.
        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        allowed = bytes_each if most == resource.RLIM_INFINITY else min(bytes_each, most)
        resource.setrlimit(resource.RLIMIT_DATA, (allowed, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answer: _Answer[_Outcome] | Exception
    try:
        answer = _Answer(work(item))
    except Exception as error:  # noqa: BLE001
        # The process that asked for the work raises it.
        answer = error
    pipe.send(answer)
