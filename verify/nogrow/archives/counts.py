"""Count the files that were searched for modules, and those that could not be read."""

from collections.abc import Iterable
from typing import NamedTuple


class Counts(NamedTuple):
    """The numbers of files that were searched, including the files in archives.

    `files` are all files but archives, `archives` those that were unpacked. `binaries` are the files that are
    neither text nor modules: in these, nogrow finds only modules that are written as text. `unreadable` are
    the files that were refused with everything in them.
    """

    files: int = 0
    archives: int = 0
    modules: int = 0
    binaries: int = 0
    unreadable: int = 0


UNREADABLE = Counts(files=1, unreadable=1)


def added(counts: Iterable[Counts]) -> Counts:
    """Return the sums."""
    return Counts(*map(sum, zip(Counts(), *counts, strict=True)))


def counts_of_file(data: bytes, modules: int) -> Counts:
    """Return the counts of one file that is not an archive and contains `modules` modules."""
    return Counts(files=1, modules=modules, binaries=0 if is_text(data) else 1)


def is_text(data: bytes) -> bool:
    """Return whether the file is UTF-8 without NULs."""
    if b"\0" in data:
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
