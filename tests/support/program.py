"""Runs the command `nogrow` in a process of its own and measures its use of time and memory."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

if sys.platform == "win32":
    pytest.skip("Windows does not tell the use of ended processes", allow_module_level=True)

import resource

# Ends a process that hangs; no test needs a tenth of it.
HANGS = 300.0
NOGROW = (sys.executable, "-m", "nogrow")
MB = 1 << 20
# The peak memory of a process includes its parent's at the start, so a small process starts the command.
LAUNCH = """
import os, sys
process = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(process, 0)
# macOS counts bytes, other systems kilobytes.
peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
report = f"{os.waitstatus_to_exitcode(status)} {usage.ru_utime + usage.ru_stime} {peak}"
os.write(int(sys.argv[1]), report.encode())
"""
# The end of a script that prints its own peak memory in kilobytes; `getrusage` would include the parent's.
PRINT_PEAK = """
from pathlib import Path
status = Path("/proc/self/status").read_text().split("\\n")
print(next(line.split()[1] for line in status if line.startswith("VmHWM:")))
"""


class Done(NamedTuple):
    """The result of a process; the code is negative if a signal ended the process."""

    code: int
    out: str
    err: str
    cpu_seconds: float
    peak_bytes: int


def limited(kind: int, most: int) -> Callable[[], None]:
    """Return a function that limits a resource of the process that calls it."""
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
    """Start the command in `folder`; `environ` changes variables, None removes one."""
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
    """Run the command; fail if it hangs, is ended by a signal, or prints a traceback."""
    read, write = os.pipe()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err, os.fdopen(read) as report:
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
        usage = report.read().split()
        process.wait()
        ending.cancel()
        texts = []
        for stream in (out, err):
            stream.seek(0)
            texts.append(stream.read().decode("utf-8", "replace"))
    assert usage, f"{words}: the process hangs"
    done = Done(int(usage[0]), texts[0], texts[1], float(usage[1]), int(usage[2]))
    assert done.code in range(5), (words, done.code, done.err[-2000:])
    assert "Traceback" not in done.out + done.err, done.err[-2000:]
    return done


def wait_for_end(process: int) -> None:
    """Wait until a killed process has ended; needs Linux's /proc."""
    for _ in range(1000):
        try:
            state = Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return
        if state == "Z":
            return
        time.sleep(0.01)
    raise AssertionError(f"process {process} still runs")
