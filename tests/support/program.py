"""The real command in a process of its own, and what it used."""

import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

# For hangs only: nothing here takes a tenth of it.
HANGS = 300.0
NOGROW = (sys.executable, "-m", "nogrow")
MB = 1 << 20
# What a process's peak counts begins with what the one that started it held: this one holds next to nothing.
LAUNCH = """
import os, sys
process = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(process, 0)
told = f"{os.waitstatus_to_exitcode(status)} {usage.ru_utime + usage.ru_stime} {usage.ru_maxrss * 1024}"
os.write(int(sys.argv[1]), told.encode())
"""
# For the end of a script: its own peak in kilobytes. That of `getrusage` begins with that of who started it.
PRINT_PEAK = """
from pathlib import Path
status = Path("/proc/self/status").read_text().split("\\n")
print(next(line.split()[1] for line in status if line.startswith("VmHWM:")))
"""


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
    pass_fds: Sequence[int] = (),
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
        pass_fds=tuple(pass_fds),
        start_new_session=True,
    )


def nogrow(
    *words: str,
    folder: Path,
    environ: Mapping[str, str | None] | None = None,
    prepare: Callable[[], None] | None = None,
) -> Done:
    """The command, run to its end; fails if it hangs, is ended by a signal, or prints a traceback."""
    read, write = os.pipe()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, os.fdopen(read) as told:
        process = started(
            str(write),
            *NOGROW,
            *words,
            folder=folder,
            environ=environ,
            prepare=prepare,
            program=(sys.executable, "-I", "-S", "-c", LAUNCH),
            stdout=out.fileno(),
            stderr=err.fileno(),
            pass_fds=(write,),
        )
        os.close(write)
        ending = threading.Timer(HANGS, os.killpg, (process.pid, signal.SIGKILL))
        ending.start()
        usage = told.read().split()
        process.wait()
        ending.cancel()
        texts = []
        for stream in (out, err):
            stream.seek(0)
            texts.append(stream.read().decode("utf-8", "replace"))
    assert usage, f"{words}: it hangs"
    done = Done(int(usage[0]), texts[0], texts[1], float(usage[1]), int(usage[2]))
    assert done.code in range(5), (words, done.code, done.err[-2000:])
    assert "Traceback" not in done.out + done.err, done.err[-2000:]
    return done


def wait_for_end(process: int) -> None:
    """Wait until a process has ended that was killed: it ends when its turn comes. Needs Linux's /proc."""
    for _ in range(1000):
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return
        if state == "Z":
            return
        time.sleep(0.01)
    raise AssertionError(f"process {process} goes on")
