"""Try mutants in a copy of the project: a child process of its own tests each mutant.

This process reads a job as JSON from standard input. It writes one line of JSON for the tests without a
change, run here and in a child, and then one for each mutant. Modules that no mutant can change are loaded
once; each child loads the project's own modules again.
"""

import json
import os
import signal
import sys
import time
from importlib.util import cache_from_source
from pathlib import Path
from typing import NamedTuple

import pytest

from tools.mutation.mutant import Outcome

if sys.platform == "win32":
    raise SystemExit("mutants are tried in forked processes, which Windows does not have")

import resource

_KEPT = ("tests.support.modules", "tests.support.smith", "tests.support.generate")
# In a child, pytest would install its fault handlers before wasmtime's, and WebAssembly's traps are faults.
_WITHOUT = ("cacheprovider", "randomly", "faulthandler")
_WITHOUT_PLUGINS = tuple(word for name in _WITHOUT for word in ("-p", f"no:{name}"))
# The plan may name exhaustive tests, so no test is left out by its marker.
_QUIET = ("-x", "-q", "--tb=no", "--no-header", *_WITHOUT_PLUGINS, "-m", "")
# A kernel's memory may have 4 GiB: they count even though most of them are never written.
_MOST_BYTES = 6 << 30
_LEAST_SECONDS = 3.0
_LEAST_WAIT = 30.0


class _Limits(NamedTuple):
    """Limits in seconds: of processor time for each test, and of real time for all of them."""

    test: float
    wait: float


class _Watch:
    """Record the first test that fails, and the processor time of the slowest test.

    A test that takes more than `limit` seconds ends the process, because Python's signal handlers do not run
    while a kernel is in an endless loop.
    """

    def __init__(self, limit: float = 0) -> None:
        self.failed = ""
        self.slowest = 0.0
        self._limit = limit
        self._began = 0.0

    def pytest_runtest_logstart(self) -> None:
        self._began = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, self._limit)

    def pytest_runtest_logfinish(self) -> None:
        self.slowest = max(self.slowest, time.process_time() - self._began)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid


def main() -> None:
    """Run the job."""
    job = json.load(sys.stdin)
    tests: list[str] = job["tests"]
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    _be_quiet()
    sys.dont_write_bytecode = False
    watch = _Watch()
    begun = time.monotonic()
    if pytest.main([*_QUIET, *tests], plugins=[watch]) != 0:
        print(json.dumps({"passed": False, "test": watch.failed}), file=answers, flush=True)
        return
    own = f"{Path.cwd()}{os.sep}"
    for name, module in list(sys.modules.items()):
        if (getattr(module, "__file__", None) or "").startswith(own) and not name.startswith(_KEPT):
            del sys.modules[name]
    sys.dont_write_bytecode = True
    limits = _Limits(_LEAST_SECONDS + 4 * watch.slowest, _LEAST_WAIT + 10 * (time.monotonic() - begun))
    # A test that fails in every child would seem to notice every mutant.
    outcome, test = _tried(tests, limits)
    passed = outcome is Outcome.SURVIVED
    print(json.dumps({"passed": passed, "test": test or outcome.value}), file=answers, flush=True)
    if not passed:
        return
    path = Path(job["path"])
    original = path.read_text("utf-8")
    for text in job["mutants"]:
        path.write_text(text, "utf-8")
        _forget(path)
        outcome, test = _tried(tests, limits)
        print(json.dumps({"outcome": outcome.value, "test": test}), file=answers, flush=True)
    path.write_text(original, "utf-8")
    _forget(path)


def _tried(tests: list[str], limits: _Limits) -> tuple[Outcome, str]:
    """Test the mutant that is in place; return its outcome and the first test that failed."""
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        _be_child(tests, limits.test, sending)
    os.close(sending)
    deadline = time.monotonic() + limits.wait
    while True:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            break
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
        time.sleep(0.01)
    with os.fdopen(receiving, encoding="utf-8") as answers:
        test = answers.read()
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGPROF, signal.SIGKILL):
        return Outcome.TIMEOUT, test
    return (Outcome.SURVIVED if status == 0 else Outcome.KILLED), test


def _be_child(tests: list[str], limit: float, sending: int) -> None:
    code = 99
    try:
        resource.setrlimit(resource.RLIMIT_DATA, (_MOST_BYTES, _MOST_BYTES))
        watch = _Watch(limit)
        code = int(pytest.main([*_QUIET, *tests], plugins=[watch]))
        os.write(sending, watch.failed.encode())
    finally:
        os._exit(code)


def _be_quiet() -> None:
    null = os.open(os.devnull, os.O_RDWR)
    for place in (1, 2):
        os.dup2(null, place)


def _forget(path: Path) -> None:
    """Delete the compiled file, which Python would use if the change has the same second and size."""
    if path.suffix == ".py":
        Path(cache_from_source(str(path))).unlink(missing_ok=True)


if __name__ == "__main__":
    main()
