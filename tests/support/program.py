"""The real command in a process of its own, and what it used."""

import os
import resource
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

# For hangs only: nothing here takes a tenth of it.
HANGS = 300.0
NOGROW = (sys.executable, "-m", "nogrow")
MB = 1 << 20


class Done(NamedTuple):
    """A process that has ended; the code of one that a signal ended is negative."""

    code: int
    out: str
    err: str
    cpu_seconds: float
    peak_bytes: int


def limited(kind: int, most: int) -> Callable[[], None]:
    """What sets a limit of the process in which it is called."""
    return lambda: resource.setrlimit(kind, (most, most))


def started(
    *words: str,
    folder: Path,
    environ: Mapping[str, str | None] | None = None,
    prepare: Callable[[], None] | None = None,
    program: Sequence[str] = NOGROW,
    stdin: int | None = None,
    stdout: int | None = None,
    stderr: int | None = None,
) -> "subprocess.Popen[bytes]":
    """The command, started in `folder`; `environ` are changes, None takes a variable away."""
    wanted = {**os.environ, **(environ or {})}
    env = {name: value for name, value in wanted.items() if value is not None}
    return subprocess.Popen(
        [*program, *words],
        cwd=folder,
        env=env,
        preexec_fn=prepare,
        stdin=stdin,
        stdout=stdout,
        stderr=stderr,
    )


def nogrow(
    *words: str,
    folder: Path,
    environ: Mapping[str, str | None] | None = None,
    prepare: Callable[[], None] | None = None,
) -> Done:
    """The command, run to its end; fails if it hangs, is ended by a signal, or prints a traceback."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = started(
            *words, folder=folder, environ=environ, prepare=prepare, stdout=out.fileno(), stderr=err.fileno()
        )
        ending = threading.Timer(HANGS, process.kill)
        ending.start()
        _, status, usage = os.wait4(process.pid, 0)
        ending.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        texts = []
        for stream in (out, err):
            stream.seek(0)
            texts.append(stream.read().decode("utf-8", "replace"))
    cpu = usage.ru_utime + usage.ru_stime
    done = Done(process.returncode, texts[0], texts[1], cpu, usage.ru_maxrss * 1024)
    assert done.code in range(5), (words, done.code, done.err[-2000:])
    assert "Traceback" not in done.out + done.err, done.err[-2000:]
    return done
