"""Spread files over the workers of a Dask cluster, and gather the reports.

The client keeps a few tasks for each thread of the cluster under way, so that neither the scheduler nor a
worker holds many files. The report is the one that a single process would give: no failure of a worker
changes the reports on files that can be judged.
"""

import os
import pickle
import time
import warnings
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

from nogrow import __version__
from nogrow.contract.select import Target
from nogrow.errors import Error, ModuleError, UsageError
from nogrow.pipeline.pipeline import Pipeline, Reports, with_sources
from nogrow.pipeline.urls import is_shared, is_url, read_url
from nogrow.pipeline.worker import LocalFile, RemoteFile, Work, call_of, state_of
from nogrow.report.model import ArtifactReport, not_judged
from nogrow.util.background import Background
from nogrow.wasm.file import read

if TYPE_CHECKING:
    from nogrow.baseline.regressions import Pinned

# The tasks under way for each thread of the cluster: one that it works on, and one that waits for it.
TASKS_EACH = 2
# Of files that the client sends, at most these bytes are under way, or one file.
MOST_BYTES_SENT = 256 << 20
# Small files share a task, because the scheduler needs about a millisecond for each task.
MOST_FILES, MOST_BYTES = 64, 4 << 20
# How often a task that raises an error is tried again, and how often one that the cluster has lost.
RETRIES, MOST_LOSSES = 1, 5
# A cluster that scales with the load needs some time to start its first worker.
SECONDS_WITHOUT_WORKERS = 120.0
_SECONDS_BETWEEN_LOOKS = 1.0
_SECONDS_FOR_RESULT = 60.0
_SECONDS_TO_CANCEL = 2.0

# It may have run out of memory, or the machine may be gone: the scheduler knows only that it is.
KILLED = "each worker of the cluster that judged it was ended; it may need more memory than a worker has"
LOST = f"the cluster has lost it {MOST_LOSSES} times"
NO_SCHEDULER = "the connection to the scheduler of the cluster is lost"
NO_WORKERS = f"for {SECONDS_WITHOUT_WORKERS:.0f} seconds, the cluster has had no worker"


class Future(Protocol):
    """The future of a task, as `distributed.Future` implements it."""

    @property
    def status(self) -> str:
        """`pending`, `finished`, `error`, `cancelled` or `lost`."""

    def add_done_callback(self, fn: Callable[[Any], object]) -> object:
        """Call `fn` with the future when it is done."""

    def result(self, timeout: float | None = None) -> Any:  # noqa: ANN401
        """Return the result, or raise what the task has raised."""

    def release(self) -> object:
        """Let the cluster forget the result."""


class Client(Protocol):
    """The client of a Dask cluster, as `distributed.Client` implements it."""

    @property
    def asynchronous(self) -> bool:
        """Whether its methods have to be awaited."""

    @property
    def status(self) -> str:
        """`running`, `connecting`, `closing` or `closed`, and some others."""

    def submit(self, func: Callable[..., object], *args: object, **kwargs: Any) -> Any:  # noqa: ANN401
        """Return the future of a call."""

    def cancel(self, futures: Any) -> object:  # noqa: ANN401
        """Cancel futures."""

    def close(self) -> object:
        """Close the connection."""

    def nthreads(self) -> Any:  # noqa: ANN401
        """Return the number of threads of each worker, by its address."""


@dataclass
class _File:
    """A file to judge, and its place in the report; `source` is None if the client sends its bytes.

    A worker has `missed` it if it could not read it at its path.
    """

    number: int
    target: Target
    size: int
    source: LocalFile | RemoteFile | None
    losses: int = 0
    missed: bool = False


def reports(
    client: Client, pipeline: Pipeline, targets: Sequence[Target], watch: Callable[[int], None]
) -> list[Reports]:
    """Return the reports on each of the targets, judged by the workers of the cluster.

    `watch` is told how many targets are done. A file that the cluster cannot judge is reported as not judged.
    Raises `UsageError` for a cluster without workers, or whose workers do not have this version of nogrow.
    """
    if not hasattr(client, "submit") or not hasattr(client, "asynchronous"):
        raise UsageError(f"client: expected a distributed.Client, not {type(client).__name__}")
    if client.asynchronous:
        raise UsageError("the client of the cluster is asynchronous: use one with asynchronous=False")
    if pipeline.run is not None:
        raise UsageError("scenarios cannot run in a cluster")
    spread = _Spread(client, pipeline, targets, watch)
    try:
        spread.finish()
    except BaseException:
        spread.cancel()
        raise
    by_number = spread.reports
    return [_located(by_number[number], target, pipeline) for number, target in enumerate(targets)]


class _Spread:
    """The state of a check: which files wait, which are under way, and the reports so far."""

    def __init__(
        self, client: Client, pipeline: Pipeline, targets: Sequence[Target], watch: Callable[[int], None]
    ) -> None:
        # A worker has a task for each of its threads, and sends what it keeps of a file.
        shared = replace(pipeline, glue={}, pinned=None, source=None, read_ahead=None, engine=None)
        shared.several = shared.in_threads = True
        self.reports: dict[int, Reports] = {}
        self._client, self._pipeline, self._watch = client, pipeline, watch
        self._pickled = pickle.dumps(shared)
        self._pins = _by_file(pipeline.pinned) if pipeline.pinned is not None else {}
        self._waiting: deque[_File] = deque()
        # One of the files of a failed task may have ended the worker of the others, so each is tried alone.
        self._suspects: list[_File] = []
        self._alone = False
        self._tasks: dict[Future, list[_File]] = {}
        self._done: SimpleQueue[Future] = SimpleQueue()
        self._shares_files = True
        self._threads = 0
        self._looked = 0.0
        self._had_workers = time.monotonic()
        self._prefix = f"nogrow-{uuid4().hex}"
        self._sent = 0
        files = []
        for number, target in enumerate(targets):
            if not target.found or target.problem is not None:
                self.reports[number] = pipeline.reports(target)
            else:
                files.append(_file(number, target))
        # With the large ones first, no thread ends long after the others.
        self._waiting.extend(sorted(files, key=lambda file: -file.size))

    def finish(self) -> None:
        """Judge all files."""
        self._watch(len(self.reports))
        while self._waiting or self._tasks or self._suspects:
            if not self._waiting and not self._tasks:
                self._waiting.extend(self._suspects)
                self._suspects.clear()
                self._alone = True
            self._look()
            while self._waiting and self._has_room():
                self._send(self._next())
            with suppress(Empty):
                self._take(self._done.get(timeout=_SECONDS_BETWEEN_LOOKS))
                while True:
                    self._take(self._done.get_nowait())
            self._watch(len(self.reports))

    def cancel(self) -> None:
        """Have the cluster forget the tasks that it has not begun, and stop waiting for the others."""
        futures, self._tasks = list(self._tasks), {}
        with suppress(Exception):
            Background(lambda: self._client.cancel(futures)).result(_SECONDS_TO_CANCEL)

    def _look(self) -> None:
        """Count the threads of the cluster now and then, and give up if nobody is left to work."""
        if self._client.status in ("closing", "closed"):
            self._give_up(NO_SCHEDULER)
            return
        now = time.monotonic()
        if now - self._looked < _SECONDS_BETWEEN_LOOKS:
            return
        # While the connection is lost, the client tries to make a new one, and closes if it can't.
        with suppress(OSError):
            self._threads = sum(self._client.nthreads().values())
        self._looked = time.monotonic()
        if self._threads:
            self._had_workers = self._looked
        elif self._looked - self._had_workers > SECONDS_WITHOUT_WORKERS:
            self._give_up(NO_WORKERS)

    def _give_up(self, reason: str) -> None:
        if not self.reports:
            raise UsageError(f"no file was judged: {reason}")
        under_way = [file for files in self._tasks.values() for file in files]
        self.cancel()
        for file in (*under_way, *self._waiting, *self._suspects):
            self._refuse(file, reason)
        self._waiting.clear()
        self._suspects.clear()

    def _has_room(self) -> bool:
        if not self._tasks or self._alone:
            return not self._tasks and self._threads > 0
        sent = sum(file.size for files in self._tasks.values() for file in files if file.source is None)
        return len(self._tasks) < TASKS_EACH * self._threads and sent < MOST_BYTES_SENT

    def _next(self) -> list[_File]:
        """Take the next files, which share a task."""
        files = [self._waiting.popleft()]
        size = files[0].size
        # The last files are few for each task, so that all threads get some.
        most = 1 if self._alone else min(MOST_FILES, len(self._waiting) // (TASKS_EACH * self._threads))
        while self._waiting and len(files) < most and size + self._waiting[0].size <= MOST_BYTES:
            files.append(self._waiting.popleft())
            size += files[-1].size
        return files

    def _send(self, files: Sequence[_File]) -> None:
        works, of_works = [], []
        for file in files:
            if not self._shares_files and isinstance(file.source, LocalFile):
                file.source = None
            try:
                works.append(self._work(file))
            except ModuleError as error:
                self._refuse(file, str(error))
            else:
                of_works.append(file)
        if not works:
            return
        self._sent += 1
        with warnings.catch_warnings():
            # It warns that the bytes of a file make a large task. They have to be sent anyway.
            warnings.simplefilter("ignore")
            future: Future = self._client.submit(
                pickle.loads,  # noqa: S301
                call_of(self._pickled, works),
                key=f"{self._prefix}-{self._sent}",
                pure=False,
                retries=RETRIES,
            )
        self._tasks[future] = of_works
        future.add_done_callback(self._done.put)

    def _work(self, file: _File) -> Work:
        """Return what a worker needs for the file; raises `ModuleError` if the client cannot read it."""
        path = file.target.path
        source: LocalFile | RemoteFile | bytes | None = file.source
        if source is None:
            source = file.target.data if file.target.data is not None else _read(path)
            file.size = len(source)
            # The client can read what a worker cannot, so they do not share their files.
            self._shares_files = self._shares_files and not file.missed
        pinned = self._pipeline.pinned
        if pinned is not None:
            pinned = pinned.of_file(path, self._pins)
        return Work(file.target._replace(data=None), source, self._pipeline.glue.get(path, ()), pinned)

    def _take(self, future: Future) -> None:
        """Note the reports of a task that is done, or what has become of it."""
        files = self._tasks.pop(future, None)
        if files is None:
            return
        try:
            answer = future.result(_SECONDS_FOR_RESULT)
        except Exception as error:  # noqa: BLE001
            self._failed(files, future.status, error)
            return
        finally:
            future.release()
        if isinstance(answer, str):
            raise UsageError(f"a worker of the cluster has nogrow {answer}, not {__version__} as here")
        for file, of_file in zip(files, answer, strict=True):
            if of_file is None:
                file.missed = isinstance(file.source, LocalFile)
                file.source = None
                self._waiting.appendleft(file)
            else:
                self.reports[file.number] = of_file

    def _failed(self, files: Sequence[_File], status: str, error: Exception) -> None:
        # Its class is known by name, because it is imported only where there is a cluster.
        kind = type(error).__name__
        if status != "error" or kind == "NoValidWorkerError":
            for file in files:
                file.losses += 1
                if file.losses < MOST_LOSSES:
                    self._waiting.append(file)
                else:
                    self._refuse(file, LOST)
        elif isinstance(error, ImportError):
            reason = f"cannot run nogrow {__version__}: {error}"
            raise UsageError(f"a worker of the cluster {reason}") from error
        elif isinstance(error, Error):
            raise error
        elif self._alone:
            detail = f"{kind}: {error}".partition("\n")[0]
            fault = f"internal error in a worker of the cluster: {detail}"
            self._refuse(files[0], KILLED if kind == "KilledWorker" else fault)
        else:
            self._suspects.extend(files)

    def _refuse(self, file: _File, reason: str) -> None:
        self.reports[file.number] = (not_judged(ArtifactReport(file.target.path), reason),)


def _file(number: int, target: Target) -> _File:
    """Return the file of the target, with its size as far as it is known without opening it."""
    path = target.path
    if target.data is not None:
        return _File(number, target, len(target.data), None)
    if is_url(path):
        return _File(number, target, 0, RemoteFile(path) if is_shared(path) else None)
    try:
        state = state_of(path)
    except (OSError, ValueError):
        return _File(number, target, 0, None)
    return _File(number, target, state[0], LocalFile(os.path.abspath(path), state))  # noqa: PTH100


def _read(path: str) -> bytes:
    return read_url(path) if is_url(path) else read(path)


def _by_file(pinned: "Pinned") -> Mapping[str, Sequence[str]]:
    """Return the keys of the lock by the key of their file."""
    from nogrow.contract.patterns import without_number

    keys: dict[str, list[str]] = {}
    for key in pinned.lock.pins:
        keys.setdefault(without_number(key), []).append(key)
    return keys


def _located(of_file: Reports, target: Target, pipeline: Pipeline) -> Reports:
    """Return the reports with source lines, which are looked up in the folders of the client."""
    from nogrow.pipeline.core_modules import modules_in

    source = pipeline.source
    if source is None or all(report.judgement is None for report in of_file):
        return of_file
    try:
        data = _read(target.path) if target.data is None else target.data
        modules = {module.path: module for module in modules_in(target.path, data)}
    except ModuleError:
        return of_file
    return tuple(
        with_sources(report, target.path, modules[report.path], source)
        if report.judgement is not None and report.path in modules
        else report
        for report in of_file
    )
