"""Read the files and folders to be shipped, each file once, and find the modules in them."""

import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from nogrow.archives.archive import UNREADABLE, Counts, Module, check_name, contents
from nogrow.archives.unpack_limits import Budget, Limits, UnsafeArchiveError
from nogrow.errors import ModuleError, UsageError
from nogrow.util.paths import joined, relative, slashed
from nogrow.wasm.file import read


class Shipped(NamedTuple):
    """A file to be shipped.

    `path` is its name in reports, `name` its path below the folder that the user named, with slashes.
    `sha256` and `size` (bytes) are None if it could not be read. `refused` says why nothing in it is judged.
    `counts` has the numbers of files in it that were searched.
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
        """Whether the file holds modules, is an archive, or is refused."""
        return bool(self.modules) or self.is_archive or self.refused is not None


def shipped(path: str, limits: Limits = Limits(), kept: int = 0) -> Iterator[Shipped]:  # noqa: B008
    """Yield the files at `path`, a file or a folder, sorted by name.

    `kept` is the size in bytes of the modules that are in memory already. Raises `UsageError` if nothing
    is at `path`.
    """
    if not os.path.lexists(path):
        raise UsageError(f"--dist: {path} does not exist")
    if not Path(path).is_dir():
        yield _file(slashed(path), Path(path).name, limits, kept)
        return
    for name in _names(path):
        file = _file(joined(path, name), name, limits, kept)
        kept += sum(len(module.data) for module in file.modules)
        yield file


def _names(folder: str) -> Sequence[str]:
    """Return the paths of all files in the folder and below it; a link to a folder counts as a file."""
    paths: list[str] = []

    def failed(error: OSError) -> None:
        raise UsageError(f"--dist: can't list {error.filename}: {error.strerror}")

    for parent, folders, names in os.walk(folder, onerror=failed):
        # os.walk does not follow links to folders, so they are listed here and refused later.
        links = [name for name in folders if Path(parent, name).is_symlink()]
        paths += (relative(joined(parent, name), folder) for name in (*names, *links))
    return sorted(paths)


def _file(path: str, name: str, limits: Limits, kept: int) -> Shipped:
    file = Shipped(path, name)
    try:
        data = _read(path, name, limits)
        file = file._replace(sha256=hashlib.sha256(data).hexdigest(), size=len(data))
        inside = contents(name, data, Budget(limits, len(data), kept))
        if inside.modules or inside.is_archive:
            check_name(name)
    except UnsafeArchiveError as error:
        return file._replace(refused=error)
    return file._replace(modules=inside.modules, is_archive=inside.is_archive, counts=inside.counts)


def _read(path: str, name: str, limits: Limits) -> bytes:
    try:
        name.encode()
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            raise UnsafeArchiveError("a symbolic link: name the file that it points to")
        if status.st_size > limits.file:
            raise UnsafeArchiveError(f"{status.st_size:,} bytes; a file may have {limits.file:,}")
        return read(path)
    except UnicodeEncodeError:
        raise UnsafeArchiveError("a name that is not UTF-8") from None
    except OSError as error:
        raise UnsafeArchiveError(f"can't be read: {error.strerror}") from None
    except ModuleError as error:
        raise UnsafeArchiveError(str(error)) from None
