"""Files and folders that are going to be shipped, to what is in each file. Each is read once."""

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from nogrow.archives.archive import Module, check_name, contents
from nogrow.archives.counts import UNREADABLE, Counts
from nogrow.archives.unpack_limits import Budget, Limits, UnsafeArchiveError
from nogrow.errors import ModuleError, UsageError
from nogrow.wasm.file import read


class Shipped(NamedTuple):
    """A file that is shipped.

    `path` is how reports call it, `name` its path in the folder that was given, with slashes. `sha256` and
    `size` (bytes) are None if it could not be read. `refused` says why nothing in it is judged. `counts` says
    how many files in it were looked at.
    """

    path: str
    name: str
    sha256: str | None = None
    size: int | None = None
    modules: tuple[Module, ...] = ()
    refused: UnsafeArchiveError | None = None
    is_archive: bool = False
    counts: Counts = UNREADABLE

    @property
    def matters(self) -> bool:
        """Whether it holds modules, may hold some, or is refused."""
        return bool(self.modules) or self.is_archive or self.refused is not None


def shipped(path: str, limits: Limits = Limits(), kept: int = 0) -> Iterator[Shipped]:  # noqa: B008
    """Yield the files at `path`, a file or a folder, sorted by name.

    `kept` is the size in bytes of the modules that are in memory already. Raises `UsageError` if
    nothing is at `path`.
    """
    if not os.path.lexists(path):
        raise UsageError(f"--dist: {path} is not there")
    if not Path(path).is_dir():
        yield from _one(path, Path(path).name, limits, kept)
        return
    for name in _names(path):
        for one in _one(str(Path(path, name)), Path(name).as_posix(), limits, kept):
            kept += sum(len(module.data) for module in one.modules)
            yield one


def _names(folder: str) -> Sequence[str]:
    """The paths of what is in the folder and below it, except for folders."""
    found: list[str] = []

    def failed(error: OSError) -> None:
        raise UsageError(f"--dist: {error.filename} can't be searched: {error.strerror}")

    for place, folders, names in os.walk(folder, onerror=failed):
        # A link to a folder is not followed, so it counts as what can't be looked into.
        links = [name for name in folders if Path(place, name).is_symlink()]
        found += (os.path.relpath(Path(place, name), folder) for name in (*names, *links))
    return sorted(found)


def _one(path: str, name: str, limits: Limits, kept: int) -> Iterator[Shipped]:
    bare = Shipped(path, name)
    try:
        data = _read(path, name, limits)
        bare = bare._replace(sha256=hashlib.sha256(data).hexdigest(), size=len(data))
        inside = contents(name, data, Budget(limits, len(data), kept))
        if inside.modules or inside.is_archive:
            check_name(name)
    except UnsafeArchiveError as error:
        yield bare._replace(refused=error)
        return
    yield bare._replace(modules=inside.modules, is_archive=inside.is_archive, counts=inside.counts)


def _read(path: str, name: str, limits: Limits) -> bytes:
    try:
        name.encode()
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            raise UnsafeArchiveError("a symbolic link: name the file that it stands for")
        if status.st_size > limits.file:
            raise UnsafeArchiveError(f"{status.st_size:,} bytes; a file may have {limits.file:,}")
        return read(path)
    except UnicodeEncodeError:
        raise UnsafeArchiveError("a name that is not UTF-8") from None
    except OSError as error:
        raise UnsafeArchiveError(f"can't be read: {error.strerror}") from None
    except ModuleError as error:
        raise UnsafeArchiveError(str(error)) from None
