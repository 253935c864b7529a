"""A command in, its output out: the build starts every program here, with a time limit."""

import os
import shlex
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nogrow.errors import ToolError

Progress = Callable[[str], None]
"""Told what is about to be done, in a line."""

_SHOWN_LINES = 40
_SHOWN_CHARACTERS = 200


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
        return first[:_SHOWN_CHARACTERS]


def run(
    command: Sequence[str | Path],
    *,
    seconds: float,
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Completed:
    """Run `command` to its end, whatever its exit code.

    Raises `ToolError` when it can't be started or takes longer than `seconds`; it is then ended
    with everything that it started itself.
    """
    words = tuple(str(word) for word in command)
    try:
        # The words come from this package and from the PATH, and no shell reads them.
        process = subprocess.Popen(  # noqa: S603
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
    try:
        stdout, stderr = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired as error:
        stderr = _end(process)
        raise ToolError(
            f"{shlex.join(words)} took longer than {seconds:g} s{_quoted(_text(stderr))}"
        ) from error
    except BaseException:
        _end(process)
        raise
    return Completed(words, process.returncode, _text(stdout), _text(stderr))


def run_checked(
    command: Sequence[str | Path],
    *,
    seconds: float,
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Completed:
    """Like `run`, but an exit code other than 0 is a `ToolError` that shows the standard error."""
    completed = run(command, seconds=seconds, environ=environ, folder=folder)
    if completed.exit_code != 0:
        raise ToolError(
            f"{shlex.join(completed.command)} failed with exit code {completed.exit_code}"
            f"{_quoted(completed.stderr or completed.stdout)}"
        )
    return completed


def _end(process: "subprocess.Popen[bytes]") -> bytes:
    # The group, because a wrapper script's child would otherwise live on and hold the pipes open.
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        process.kill()
    return process.communicate()[1]


def _text(output: bytes) -> str:
    return output.decode("utf-8", errors="replace")


def _quoted(output: str) -> str:
    lines = [line.rstrip() for line in output.split("\n") if line.strip()]
    return "".join(f"\n  | {line}" for line in lines[-_SHOWN_LINES:])
