"""Judge files in a worker of a cluster, and find their bytes there.

The client sends a call of `judged` as a pickle that a worker loads: so a scheduler that only passes the call
on does not need nogrow, and a worker without nogrow fails with `ModuleNotFoundError`.
"""

import os
import pickle
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from nogrow import __version__
from nogrow.contract.select import Target
from nogrow.errors import ModuleError
from nogrow.jshost.model import Glue
from nogrow.pipeline.pipeline import Pipeline, Reports
from nogrow.pipeline.urls import read_url
from nogrow.wasm.file import read

if TYPE_CHECKING:
    from nogrow.baseline.regressions import Pinned


class LocalFile(NamedTuple):
    """A file of the client, as its file system describes it.

    A file of a worker with the same path and the same `state` is the same file: both see one file system.
    """

    path: str
    state: tuple[int, int, int, int]


class RemoteFile(NamedTuple):
    """A file at a URL that means the same for all machines."""

    url: str


class Work(NamedTuple):
    """A file to judge, with what only this file needs: its host code and its pins."""

    target: Target
    source: LocalFile | RemoteFile | bytes
    glue: tuple[Glue, ...] = ()
    pinned: "Pinned | None" = None


# None: the worker cannot read the file, so the client has to send its bytes.
Answer = list[Reports | None]


class _Call:
    """A call that happens where its pickle is loaded."""

    def __init__(self, function: Callable[..., object], *arguments: object) -> None:
        self._call = function, arguments

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self._call


def call_of(pipeline: bytes, works: Sequence[Work]) -> bytes:
    """Return the pickle whose loading judges the files and gives an `Answer` or a string.

    `pipeline` is the pickle of the pipeline that all files share.
    """
    return pickle.dumps(_Call(judged, __version__, pipeline, pickle.dumps(works)))


def judged(version: str, pipeline: bytes, works: bytes) -> Answer | str:
    """Return the reports on the files, or the version of this nogrow if it is not `version`."""
    if version != __version__:
        return __version__
    shared = _pipeline(pipeline)
    loaded: Sequence[Work] = pickle.loads(works)  # noqa: S301
    return [_reports(shared, work) for work in loaded]


@lru_cache(maxsize=4)
def _pipeline(pickled: bytes) -> Pipeline:
    """Return the pipeline, the same one for all files of a check, so that its kernels are compiled once."""
    pipeline: Pipeline = pickle.loads(pickled)  # noqa: S301
    pipeline.prepare()
    return pipeline


def _reports(shared: Pipeline, work: Work) -> Reports | None:
    data = contents(work.source)
    if data is None:
        return None
    target = work.target._replace(data=data)
    return shared.for_file(target.path, work.glue, work.pinned).reports(target)


def state_of(path: str) -> tuple[int, int, int, int]:
    """Return what tells a file from others and from its later contents; raises `OSError`.

    Programs cannot set the time of the last change of a file's status, so two files that agree in all
    of it are one file.
    """
    status = os.stat(path)  # noqa: PTH116
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def contents(source: LocalFile | RemoteFile | bytes) -> bytes | None:
    """Return the bytes of the file, None if it cannot be read here or is another file here."""
    if isinstance(source, bytes):
        return source
    try:
        if isinstance(source, RemoteFile):
            return read_url(source.url)
        if state_of(source.path) != source.state:
            return None
        data = read(source.path)
        return data if state_of(source.path) == source.state else None
    except (ModuleError, OSError):
        return None
