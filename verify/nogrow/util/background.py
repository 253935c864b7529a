"""Run work in a background thread: worthwhile for work that waits for the disk or runs outside of Python."""

import os
import sys
from collections.abc import Callable
from threading import Thread
from typing import Generic, TypeVar

_Result = TypeVar("_Result")


def cores() -> int:
    """Return the number of processors that this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Background(Generic[_Result]):
    """Work that a thread is doing."""

    def __init__(self, work: Callable[[], _Result]) -> None:
        """Start `work` at once."""
        self._results: list[_Result] = []
        self._errors: list[BaseException] = []
        # The thread is a daemon so that it does not delay the end of an interrupted program. `work` is not
        # stored here, because what it refers to can be large.
        self._thread = Thread(target=self._run, args=(work,), daemon=True)
        self._thread.start()

    def _run(self, work: Callable[[], _Result]) -> None:
        try:
            self._results.append(work())
        except BaseException as error:  # noqa: BLE001
            self._errors.append(error)

    def wait(self) -> None:
        """Wait for the end of the work, whatever it returns or raises."""
        self._thread.join()

    def result(self, seconds: float | None = None) -> _Result:
        """Wait for the work and return its result, or raise what the work raised.

        Raises `TimeoutError` if it takes longer than `seconds`; the work then goes on unobserved.
        """
        self._thread.join(seconds)
        if self._thread.is_alive():
            raise TimeoutError
        if self._errors:
            raise self._errors[0]
        return self._results[0]
