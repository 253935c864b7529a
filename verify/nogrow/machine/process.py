"""This module starts every program that nogrow uses, and limits its time and its output."""

import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import IO

from nogrow.errors import ToolError

Progress = Callable[[str], None]
"""A function that shows a line on what is done next."""

# Per stream; the log of a successful build is far smaller.
MOST_BYTES = 64 << 20
# For a program that answers in a line or two.
ANSWER_BYTES = 1 << 20
# A child that left the process group of an ended program can still hold its pipes open.
_GRACE_SECONDS = 2.0
_KILL_SECONDS = 10.0
_CHUNK = 1 << 16
_SHOWN_LINES = 40
_SHOWN_CHARACTERS = 400
_SHOWN_WORDS = 2000


@dataclass(frozen=True)
class Completed:
    """A program that has ended, with its output."""

    command: tuple[str, ...]
    exit_code: int
    stdout: str
    stderr: str

    @property
    def complaint(self) -> str:
        """Return the first line of the output that contains "error", or else the first line."""
        lines = [line.strip() for line in (self.stderr + self.stdout).split("\n") if line.strip()]
        errors = [line for line in lines if "error" in line.lower()]
        first = (errors or lines or [f"exit code {self.exit_code}, and it printed nothing"])[0]
        return _shortened(first, _SHOWN_CHARACTERS)

    def checked(self) -> "Completed":
        """Return this, or raise `ToolError` with the standard error if the exit code is not 0."""
        if self.exit_code != 0:
            output = self.stderr if self.stderr.strip() else self.stdout
            line = _command_line(self.command)
            raise ToolError(f"{line} failed with exit code {self.exit_code}{_quoted(output)}")
        return self


def run(
    command: Sequence[str | Path],
    *,
    seconds: float,
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
    most_bytes: int = MOST_BYTES,
) -> Completed:
    """Run `command` to its end and return its output, whatever its exit code is.

    Raises `ToolError` if the program cannot be started, takes longer than `seconds`, or prints more than
    `most_bytes` to one of its streams; its whole process group is then killed.
    """
    words = tuple(str(word) for word in command)
    process: subprocess.Popen[bytes] | None = None
    try:
        with _delayed_signals():
            process = _start(words, environ, folder)
            stdout = _Reader(process, process.stdout, most_bytes)
            stderr = _Reader(process, process.stderr, most_bytes)
        timed_out = not _has_ended(process, (stdout, stderr), seconds)
    except BaseException:
        if process is not None:
            _end(process)
        raise
    if stdout.is_full or stderr.is_full or timed_out:
        _end(process)
        stderr.join(_GRACE_SECONDS)
        excess = f"took longer than {seconds:g} s" if timed_out else f"printed more than {most_bytes:,} bytes"
        raise ToolError(f"{_command_line(words)} {excess}{_quoted(stderr.text)}")
    return Completed(words, process.returncode, stdout.text, stderr.text)


def _start(
    words: tuple[str, ...], environ: Mapping[str, str] | None, folder: Path | None
) -> "subprocess.Popen[bytes]":
    """Start the program in a session of its own and return it; raises `ToolError` if that fails."""
    try:
        # No shell reads the words, which come from this package, the contract and the PATH.
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
        raise ToolError(f"{words[0]} cannot be started: {error.strerror}") from error
    except ValueError as error:
        raise ToolError(f"{words[0]!r} cannot be started: {error}") from error


@contextmanager
def _delayed_signals() -> Iterator[None]:
    """Delay the signals that raise exceptions until the block ends.

    A signal while a program is being started would otherwise leave that program running.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    received: list[int] = []
    known = (getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
    handlers = {number: signal.getsignal(number) for number in known}
    # Only a handler in Python can raise; the default action ends the process at once.
    delayed = {number: handler for number, handler in handlers.items() if callable(handler)}
    for number in delayed:
        signal.signal(number, lambda number, _: received.append(number))
    try:
        yield
    finally:
        for number, handler in delayed.items():
            signal.signal(number, handler)
        for number in received:
            signal.raise_signal(number)


class _Reader(Thread):
    """A thread that keeps the output of a program, and kills the program if it prints too much."""

    def __init__(self, process: "subprocess.Popen[bytes]", stream: IO[bytes] | None, most: int) -> None:
        super().__init__(daemon=True)
        self.is_full = False
        self._process, self._stream, self._most = process, stream, most
        self._kept = bytearray()
        self.start()

    @property
    def text(self) -> str:
        """Return the output as text; bytes that are not UTF-8 are replaced."""
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


def _has_ended(process: "subprocess.Popen[bytes]", readers: Sequence[_Reader], seconds: float) -> bool:
    """Return whether the program and its streams end within `seconds`."""
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
    """Kill a program that was started in a session of its own, with the programs that it has started."""
    # A child of a wrapper script would otherwise live on and hold the pipes open.
    if sys.platform == "win32":
        _kill_tree(process.pid)
        process.kill()
        return
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        process.kill()


def _kill_tree(number: int) -> None:
    """Kill a process and its children on Windows, which has no process groups that can be killed."""
    program = Path(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "taskkill.exe")
    with suppress(OSError, subprocess.TimeoutExpired):
        subprocess.run(  # noqa: S603
            (str(program), "/T", "/F", "/PID", str(number)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_KILL_SECONDS,
            check=False,
        )


def _command_line(words: Sequence[str]) -> str:
    return _shortened(shlex.join(words), _SHOWN_WORDS)


def _quoted(output: str) -> str:
    lines = [line.rstrip() for line in output.split("\n") if line.strip()]
    return "".join(f"\n  | {_shortened(line, _SHOWN_CHARACTERS)}" for line in lines[-_SHOWN_LINES:])


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}..."
