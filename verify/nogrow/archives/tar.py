"""Read the members of a tar, and refuse a tar in which other programs may see other members."""

from collections.abc import Iterator

from nogrow.archives.compressed import Forward
from nogrow.archives.members import Member, Names
from nogrow.archives.tar_header import (
    BLOCK,
    EXTENDED,
    FOLDER,
    GLOBAL,
    LONG_NAME,
    DamagedTarError,
    Extended,
    Header,
    read_header,
    read_long_name,
    read_records,
)
from nogrow.archives.unpack_limits import Budget, UnsafeArchiveError

_CHUNK = 1 << 20
# node-tar skips longer extended headers, and unpacks their member under another name.
_LONGEST_EXTENDED = 1 << 20


def is_tar(head: bytes) -> bool:
    """Return whether a file that starts with these 512 bytes is a tar, of a format that has a signature."""
    return head[257:262] == b"ustar"


def members(stream: Forward, budget: Budget) -> Iterator[Member]:
    """Yield the files in the tar; raise `UnsafeArchiveError` if it is damaged or ambiguous.

    POSIX.1-2017, pax, "ustar Interchange Format".
    """
    names = Names()
    extended = Extended()
    # Whether the last header extends the header of the next member.
    is_extended = False
    while any(block := _block(stream)):
        header = _readable(block)
        if header.kind in (LONG_NAME, EXTENDED, GLOBAL):
            if is_extended:
                raise UnsafeArchiveError(
                    "two extended headers of one member, which programs combine differently"
                )
            if header.size > _LONGEST_EXTENDED:
                raise UnsafeArchiveError(
                    f"{header.size:,} bytes in an extended header; at most {_LONGEST_EXTENDED:,} are read"
                )
            data = _content(stream, header.size)
            is_extended = header.kind != GLOBAL
            if header.kind == LONG_NAME:
                extended = read_long_name(data)
            else:
                extended = read_records(data, for_all=header.kind == GLOBAL)
            continue
        yield from _member(stream, header, extended, names, budget)
        extended, is_extended = Extended(), False
    if is_extended:
        raise UnsafeArchiveError("a damaged tar: an extended header without a member")
    _check_end(stream)


def _readable(block: bytes) -> Header:
    try:
        return read_header(block)
    except DamagedTarError:
        raise
    except UnsafeArchiveError as error:
        raise error.within(_shown(block[:100].split(b"\0")[0])) from None


def _member(
    stream: Forward, header: Header, extended: Extended, names: Names, budget: Budget
) -> Iterator[Member]:
    """Yield the member behind the header, unless it is a folder; raise `UnsafeArchiveError`."""
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
        raise UnsafeArchiveError("two sizes, of which programs choose differently")
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
    """Return the next whole block of the tar; raise `UnsafeArchiveError` if the tar ends before it."""
    block = stream.read(BLOCK)
    if len(block) < BLOCK:
        raise UnsafeArchiveError("a tar that is cut: its end is missing")
    return block


def _content(stream: Forward, size: int) -> bytes:
    """Return the contents of a member, and skip the padding of its last block."""
    content = stream.read(size)
    if len(content) != size or len(stream.read(-size % BLOCK)) != -size % BLOCK:
        raise UnsafeArchiveError("cut: the tar ends within it")
    return content


def _check_end(stream: Forward) -> None:
    """Raise `UnsafeArchiveError` unless at least one more block follows, and only zeros."""
    length = 0
    while chunk := stream.read(_CHUNK):
        length += len(chunk)
        if any(chunk):
            raise UnsafeArchiveError("a damaged tar, or one with bytes after its end")
    if length < BLOCK:
        raise UnsafeArchiveError("a tar that is cut: its end is missing")
