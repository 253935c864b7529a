"""How far a long check is, on standard error if that is a terminal."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import TextIO

SILENT = 1.0
EVERY = 0.2
CLEAR = "\r\x1b[K"

Watch = Callable[[int, int], None]


@contextmanager
def progress() -> Iterator[Watch | None]:
    """Yield what a check tells how many of its targets are done; None if nobody would see it.

    Nothing is shown in the first second, and nothing is left behind.
    """
    stream = sys.stderr
    if stream is None or not stream.isatty():
        yield None
        return
    line = _Line(stream)
    try:
        yield line.tell
    finally:
        line.end()


class _Line:
    """A line that another thread writes anew, so that it moves while one module takes long."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._state = (0, 0)
        self._ended = Event()
        self._thread: Thread | None = None

    def tell(self, done: int, total: int) -> None:
        self._state = (done, total)
        if self._thread is None:
            self._thread = Thread(target=self._write, daemon=True)
            self._thread.start()

    def end(self) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def _write(self) -> None:
        started = time.monotonic()
        if self._ended.wait(SILENT):
            return
        while True:
            done, total = self._state
            seconds = int(time.monotonic() - started)
            self._stream.write(f"{CLEAR}nogrow: {done} of {total} checked, {seconds} s")
            self._stream.flush()
            if self._ended.wait(EVERY):
                break
        self._stream.write(CLEAR)
        self._stream.flush()
