"""A command in, its output out: every program is started here, with limits of time and of what it prints."""

import os
import shlex
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import IO

from nogrow.errors import ToolError

Progress = Callable[[str], None]
"""Told what is about to be done, in a line."""

# Of each stream. No log of a build that works comes near it.
MOST_BYTES = 64 << 20
# For a program that is asked for a line or two.
ANSWER_BYTES = 1 << 20
# For how long an ended program's pipes are waited for: what left its group can still hold them open.
_GRACE_SECONDS = 2.0
_CHUNK = 1 << 16
_SHOWN_LINES = 40
_SHOWN_CHARACTERS = 400
_SHOWN_WORDS = 2000


@dataclass(frozen=True)
class Completed:
    """A program that has ended, with what it printed."""

    command: tuple[str, ...]
    exit_code: int
    stdout: str
    stderr: str

    @property
    def complaint(self) -> str:
        """What it complained of: the first line that says "error", else the first there is."""
        lines = [line.strip() for line in (self.stderr + self.stdout).split("\n") if line.strip()]
        errors = [line for line in lines if "error" in line.lower()]
        first = (errors or lines or [f"exit code {self.exit_code}, and it printed nothing"])[0]
        return _shortened(first, _SHOWN_CHARACTERS)


def run(
    command: Sequence[str | Path],
    *,
    seconds: float,
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
    most_bytes: int = MOST_BYTES,
) -> Completed:
    """Run `command` to its end, whatever its exit code.

    Raises `ToolError` when it can't be started, takes longer than `seconds`, or prints more than `most_bytes`
    to one of its streams; it is then ended with everything of its process group.
    """
    words = tuple(str(word) for word in command)
    process: subprocess.Popen[bytes] | None = None
    try:
        with _signals_later():
            process = _started(words, environ, folder)
            stdout, stderr = (_Reader(process, one, most_bytes) for one in (process.stdout, process.stderr))
        late = not _is_over(process, (stdout, stderr), seconds)
    except BaseException:
        if process is not None:
            _end(process)
        raise
    if stdout.is_full or stderr.is_full or late:
        _end(process)
        stderr.join(_GRACE_SECONDS)
        what = f"took longer than {seconds:g} s" if late else f"printed more than {most_bytes:,} bytes"
        raise ToolError(f"{_line(words)} {what}{_quoted(stderr.text)}")
    return Completed(words, process.returncode, stdout.text, stderr.text)


def run_checked(
    command: Sequence[str | Path],
    *,
    seconds: float,
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
    most_bytes: int = MOST_BYTES,
) -> Completed:
    """Like `run`, but an exit code other than 0 is a `ToolError` that shows the standard error."""
    completed = run(command, seconds=seconds, environ=environ, folder=folder, most_bytes=most_bytes)
    if completed.exit_code != 0:
        said = completed.stderr if completed.stderr.strip() else completed.stdout
        raise ToolError(
            f"{_line(completed.command)} failed with exit code {completed.exit_code}{_quoted(said)}"
        )
    return completed


def _started(
    words: tuple[str, ...], environ: Mapping[str, str] | None, folder: Path | None
) -> "subprocess.Popen[bytes]":
    """Return the program, started in a session of its own; raises `ToolError` where it can't be."""
    try:
        # The words come from this package and from the PATH, and no shell reads them.
        return subprocess.Popen(  # noqa: S603
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=None if environ is None else dict(environ),
            start_new_session=True,
        )
    except OSError as error:
        raise ToolError(f"{words[0]} can't be started: {error.strerror}") from error
    except ValueError as error:
        raise ToolError(f"{words[0]!r} can't be started: {error}") from error


@contextmanager
def _signals_later() -> Iterator[None]:
    """Hold back the signals that raise exceptions until the block is over.

    One that came while a program is being started would leave it running, with nobody who knows of it.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    known = (getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
    handlers = {number: signal.getsignal(number) for number in known}
    # Python handles only those that can raise; the others end the process at once, or nothing does.
    held = {number: handler for number, handler in handlers.items() if callable(handler)}
    for number in held:
        signal.signal(number, lambda number, _: came.append(number))
    try:
        yield
    finally:
        for number, handler in held.items():
            signal.signal(number, handler)
        for number in came:
            signal.raise_signal(number)


class _Reader(Thread):
    """Keeps what a program prints to a stream, and ends the program where it prints too much."""

    def __init__(self, process: "subprocess.Popen[bytes]", stream: IO[bytes] | None, most: int) -> None:
        super().__init__(daemon=True)
        self.is_full = False
        self._process, self._stream, self._most = process, stream, most
        self._kept = bytearray()
        self.start()

    @property
    def text(self) -> str:
        """All of it; what is no UTF-8 is replaced."""
        return self._kept.decode("utf-8", errors="replace")

    def run(self) -> None:
        """Read to the end of the stream."""
        if self._stream is None:
            return
        with self._stream:
            while piece := os.read(self._stream.fileno(), _CHUNK):
                self._kept += piece
                if len(self._kept) > self._most:
                    self.is_full = True
                    kill(self._process)
                    return


def _is_over(process: "subprocess.Popen[bytes]", readers: Sequence[_Reader], seconds: float) -> bool:
    """Whether the program and its streams have ended within `seconds`."""
    end = time.monotonic() + seconds
    for reader in readers:
        reader.join(max(0, end - time.monotonic()))
        if reader.is_alive():
            return False
    try:
        process.wait(max(0, end - time.monotonic()))
    except subprocess.TimeoutExpired:
        return False
    return True


def _end(process: "subprocess.Popen[bytes]") -> None:
    kill(process)
    process.wait()


def kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill a program that was started in a session of its own, with all that is still in its group."""
    # The group, because a wrapper script's child would otherwise live on and hold the pipes open.
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        process.kill()


def _line(words: Sequence[str]) -> str:
    return _shortened(shlex.join(words), _SHOWN_WORDS)


def _quoted(output: str) -> str:
    lines = [line.rstrip() for line in output.split("\n") if line.strip()]
    return "".join(f"\n  | {_shortened(line, _SHOWN_CHARACTERS)}" for line in lines[-_SHOWN_LINES:])


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}..."
