"""A tar to its members, if all programs that read tars see the same ones in it."""

from collections.abc import Iterator

from nogrow.archives.compressed import Forward
from nogrow.archives.members import Member, Names
from nogrow.archives.tar_header import (
    BLOCK,
    EXTENDED,
    FOLDER,
    GLOBAL,
    LONG_NAME,
    Extended,
    Header,
    read_header,
    read_long_name,
    read_records,
)
from nogrow.archives.unpack_limits import Budget, UnsafeArchiveError

_CHUNK = 1 << 20
# node-tar passes over longer headers in front of a member, and unpacks it under another name.
_LONGEST_EXTENDED = 1 << 20


def is_tar(head: bytes) -> bool:
    """Whether a file with these first 512 bytes is a tar, of a kind that has a signature."""
    return head[257:262] == b"ustar"


def members(stream: Forward, budget: Budget) -> Iterator[Member]:
    """Yield the files in the tar; raise `UnsafeArchiveError`. POSIX.1-2017, "ustar Interchange Format"."""
    names = Names()
    extended = Extended()
    # Whether there was a header in front of the next member that is about this one.
    described = False
    while any(block := _block(stream)):
        header = _readable(block)
        if header.kind in (LONG_NAME, EXTENDED, GLOBAL):
            if described:
                raise UnsafeArchiveError(
                    "two headers in front of one member, which programs join in different ways"
                )
            if header.size > _LONGEST_EXTENDED:
                raise UnsafeArchiveError(
                    f"{header.size:,} bytes in one piece; {_LONGEST_EXTENDED:,} are read of a header"
                )
            data = _content(stream, header.size)
            described = header.kind != GLOBAL
            if header.kind == LONG_NAME:
                extended = read_long_name(data)
            else:
                extended = read_records(data, for_all=header.kind == GLOBAL)
            continue
        yield from _member(stream, header, extended, names, budget)
        extended, described = Extended(), False
    if described:
        raise UnsafeArchiveError("a damaged tar: a header without a member")
    _check_end(stream)


def _readable(block: bytes) -> Header:
    try:
        return read_header(block)
    except UnsafeArchiveError as error:
        if error.reason.startswith("a damaged tar"):
            raise
        raise error.within(_shown(block[:100].split(b"\0")[0])) from None


def _member(
    stream: Forward, header: Header, extended: Extended, names: Names, budget: Budget
) -> Iterator[Member]:
    """Yield the member behind the header, unless it is a folder; raises `UnsafeArchiveError`."""
    raw = header.name if extended.name is None else extended.name
    is_folder = header.kind == FOLDER
    try:
        _require_one_size(header, extended)
        name = names.add(_decoded(raw), folder=is_folder)
        budget.member(header.size)
        content = _content(stream, header.size)
    except UnsafeArchiveError as error:
        raise error.within(_shown(raw)) from None
    if not is_folder:
        yield Member(name, content)


def _require_one_size(header: Header, extended: Extended) -> None:
    if extended.size not in (None, header.size):
        raise UnsafeArchiveError("two sizes, which programs obey in different ways")
    if header.kind == FOLDER and header.size:
        raise UnsafeArchiveError("a folder with contents")


def _decoded(name: bytes) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError:
        raise UnsafeArchiveError("a name that is not UTF-8") from None


def _shown(name: bytes) -> str:
    return name.decode(errors="backslashreplace")


def _block(stream: Forward) -> bytes:
    """Return the next block of the tar, whole; raises `UnsafeArchiveError` where the tar ends before it."""
    block = stream.read(BLOCK)
    if len(block) < BLOCK:
        raise UnsafeArchiveError("a tar that is cut: its end is missing")
    return block


def _content(stream: Forward, size: int) -> bytes:
    """Return the bytes of a member, and pass over what fills its last block."""
    content = stream.read(size)
    if len(content) != size or len(stream.read(-size % BLOCK)) != -size % BLOCK:
        raise UnsafeArchiveError("cut: the tar ends within it")
    return content


def _check_end(stream: Forward) -> None:
    """Raise `UnsafeArchiveError` unless one more block of zeros or several follow, and only zeros."""
    length = 0
    while chunk := stream.read(_CHUNK):
        length += len(chunk)
        if any(chunk):
            raise UnsafeArchiveError("a damaged tar, or one with bytes after its end")
    if length < BLOCK:
        raise UnsafeArchiveError("a tar that is cut: its end is missing")
