"""A tar to its members, if all programs that read tars see the same ones in it."""

import tarfile
from collections.abc import Iterable, Iterator

from nogrow.dist.compressed import Forward
from nogrow.dist.limits import Budget, Refused
from nogrow.dist.members import Member, Names

_FILES = (tarfile.REGTYPE, tarfile.AREGTYPE)
_LINKS = {tarfile.SYMTYPE: "a symbolic link", tarfile.LNKTYPE: "a hard link"}
_CHUNK = 1 << 20
# Programs differ in whether they obey these.
_UNCLEAR = ("size", "hdrcharset", "GNU.sparse.")
_UNCLEAR_FOR_ALL = (*_UNCLEAR, "path", "linkpath")
_BAD = (tarfile.TarError, OSError, ValueError, OverflowError, RecursionError, EOFError)


def is_tar(head: bytes) -> bool:
    """Whether a file with these first 512 bytes is a tar, of a kind that has a signature."""
    return head[257:262] == b"ustar"


def members(stream: Forward, budget: Budget) -> Iterator[Member]:
    """The files in the tar; raises `Refused`. POSIX.1-2001, pax, "ustar Interchange Format"."""
    names = Names()
    try:
        archive = tarfile.TarFile(fileobj=stream, mode="r", encoding="utf-8", errors="strict")
        while (info := archive.next()) is not None:
            try:
                _check(info, archive, budget)
                name = names.add(info.name, folder=info.isdir())
                content = _content(archive, info)
            except Refused as error:
                raise error.within(info.name) from None
            if not info.isdir():
                yield Member(name, content)
    except UnicodeDecodeError:
        raise Refused("a name that is not UTF-8") from None
    except _BAD as error:
        raise Refused(f"a damaged tar: {error}") from None
    _check_end(stream)


def _check(info: tarfile.TarInfo, archive: tarfile.TarFile, budget: Budget) -> None:
    """Raises `Refused` for a member that is no plain file or folder, or that is described unclearly."""
    if info.type in _LINKS:
        raise Refused(_LINKS[info.type])
    if info.type not in _FILES and not info.isdir():
        raise Refused("no regular file")
    if _holds(archive.pax_headers, _UNCLEAR_FOR_ALL) or _holds(info.pax_headers, _UNCLEAR):
        raise Refused("a header that programs obey in different ways")
    if info.isdir() and info.size:
        raise Refused("a folder with contents")
    # All that was read stays in memory, and nothing bounds a header's length.
    info.pax_headers = {}
    budget.member(info.size)


def _holds(headers: Iterable[str], unclear: tuple[str, ...]) -> bool:
    return any(key.startswith(unclear) for key in headers)


def _content(archive: tarfile.TarFile, info: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(info)
    content = file.read() if file is not None else b""
    if len(content) != info.size:
        raise Refused("cut: the tar ends within it")
    return content


def _check_end(stream: Forward) -> None:
    """What is behind the last member is two blocks of zeros at least, and only zeros.

    The first of them was read, as it might have been a header.
    """
    length, chunk = 0, stream.last
    while chunk:
        length += len(chunk)
        if any(chunk):
            raise Refused("a damaged tar, or one with bytes after its end")
        chunk = stream.read(_CHUNK)
    if length < 2 * tarfile.BLOCKSIZE:
        raise Refused("a tar that is cut: its end is missing")
