"""Read the members of a tar, and refuse a tar in which other programs may see other members.

POSIX.1-2017, pax, "ustar Interchange Format" and "pax Extended Header"; GNU tar manual, "Basic Tar Format".
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from nogrow.archives.compressed import Forward
from nogrow.archives.members import Member, Names
from nogrow.archives.unpack_limits import Budget, UnsafeArchiveError

BLOCK = 512

_CHUNK = 1 << 20
# node-tar skips longer extended headers, and unpacks their member under another name.
_LONGEST_EXTENDED = 1 << 20

_FILES, _FOLDER = (b"0", b"\0"), b"5"
_LONG_NAME, _EXTENDED, _GLOBAL = b"L", b"x", b"g"
_LINKS = {b"1": "a hard link", b"2": "a symbolic link"}
_POSIX, _GNU, _V7 = b"ustar\x0000", b"ustar  \0", bytes(8)
# Octal digits, with spaces in front and spaces or NULs behind. Readers differ in everything else: Python's
# `int` takes `_` and signs, GNU tar skips a NUL in front, and few read large numbers in base 256 alike.
_NUMBER = re.compile(rb" *([0-7]+)[ \0]*")
# node-tar reads four bytes beyond the checksum's field, so the checksum must end within its field.
_CHECKSUM = re.compile(rb" *([0-7]+)[ \0]+")
_BLANK = re.compile(rb"[ \0]*")
# node-tar and star store two times behind a short prefix.
_TIMES = re.compile(rb"[0-7 \0]*")
_PREFIX_BEFORE_TIMES = 131

_RECORD = re.compile(rb"([1-9][0-9]{0,8}) ([^=\n\0]+)=([^\n\0]*)\n")
# The pax keywords that change no member's name, size or type in any reader, and the form of their values.
_HARMLESS = {
    **dict.fromkeys(
        (b"mtime", b"atime", b"ctime", b"LIBARCHIVE.creationtime"), re.compile(rb"-?[0-9]+(\.[0-9]*)?")
    ),
    **dict.fromkeys((b"uid", b"gid", b"SCHILY.dev", b"SCHILY.ino", b"SCHILY.nlink"), re.compile(rb"[0-9]+")),
    **dict.fromkeys((b"uname", b"gname", b"comment", b"SCHILY.fflags"), re.compile(rb"[^\n\0]*")),
}
_HARMLESS_PREFIXES = (b"SCHILY.xattr.", b"LIBARCHIVE.xattr.", b"RHT.security.")
# npm writes the size here and in the header; both must agree.
_SIZE = re.compile(rb"0|[1-9][0-9]{0,11}")
_AMBIGUOUS = "an extended header that programs read differently"


class Header(NamedTuple):
    """A header block: the member's type flag, its name with the prefix in front, and its size in bytes."""

    kind: bytes
    name: bytes
    size: int


class Extended(NamedTuple):
    """The name and the size in bytes from an extended header; None for what it does not state."""

    name: bytes | None = None
    size: int | None = None


def is_tar(head: bytes) -> bool:
    """Return whether a file that starts with these 512 bytes is a tar, of a format that has a signature."""
    return head[257:262] == b"ustar"


def members(stream: Forward, budget: Budget) -> Iterator[Member]:
    """Yield the files in the tar; raise `UnsafeArchiveError` if it is damaged or ambiguous."""
    names = Names()
    extended = Extended()
    # Whether the last header extends the header of the next member.
    is_extended = False
    while any(block := stream.read(BLOCK)):
        _check_block(block)
        try:
            header = _header(block)
        except UnsafeArchiveError as error:
            name = block[:100].split(b"\0")[0]
            raise error.within(name.decode(errors="backslashreplace")) from None
        if header.kind not in (_LONG_NAME, _EXTENDED, _GLOBAL):
            yield from _member(stream, header, extended, names, budget)
            extended, is_extended = Extended(), False
            continue
        if is_extended:
            raise UnsafeArchiveError("two extended headers of one member, which programs combine differently")
        if header.size > _LONGEST_EXTENDED:
            raise UnsafeArchiveError(
                f"{header.size:,} bytes in an extended header; at most {_LONGEST_EXTENDED:,} are read"
            )
        data = _content(stream, header.size)
        is_extended = header.kind != _GLOBAL
        extended = _long_name(data) if header.kind == _LONG_NAME else _records(data, for_all=not is_extended)
    if is_extended:
        raise UnsafeArchiveError("a damaged tar: an extended header without a member")
    _check_end(stream)


def _member(
    stream: Forward, header: Header, extended: Extended, names: Names, budget: Budget
) -> Iterator[Member]:
    """Yield the member behind the header, unless it is a folder; raise `UnsafeArchiveError`."""
    raw = header.name if extended.name is None else extended.name
    shown = raw.decode(errors="backslashreplace")
    is_folder = header.kind == _FOLDER
    if extended.size not in (None, header.size):
        raise UnsafeArchiveError("two sizes, of which programs choose differently", shown)
    if is_folder and header.size:
        raise UnsafeArchiveError("a folder with contents", shown)
    try:
        name = names.add(raw.decode(), folder=is_folder)
        budget.member(header.size)
        content = _content(stream, header.size)
    except UnicodeDecodeError:
        raise UnsafeArchiveError("a name that is not UTF-8", shown) from None
    except UnsafeArchiveError as error:
        raise error.within(shown) from None
    if not is_folder:
        yield Member(name, content)


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


def _check_block(block: bytes) -> None:
    """Raise `UnsafeArchiveError` if the header is damaged as a whole, so that its name means nothing."""
    if len(block) < BLOCK:
        raise UnsafeArchiveError("a tar that is cut: its end is missing")
    # The checksum is the sum of all bytes, with its own field as spaces.
    stated = _CHECKSUM.fullmatch(block[148:156])
    expected = sum(block) - sum(block[148:156]) + 8 * ord(" ")
    if stated is None or int(stated[1], 8) != expected:
        raise UnsafeArchiveError("a damaged tar: a wrong checksum in a header")
    if block[257:265] not in (_POSIX, _GNU, _V7):
        raise UnsafeArchiveError("a damaged tar: a header of an unknown format")


def _header(block: bytes) -> Header:
    """Decode a header block; raise `UnsafeArchiveError` if it is ambiguous."""
    for start, end in ((100, 108), (108, 116), (116, 124), (136, 148)):
        _number(block[start:end], may_be_blank=True)
    kind = block[156:157]
    if kind in _LINKS:
        raise UnsafeArchiveError(_LINKS[kind])
    if kind not in (*_FILES, _FOLDER, _LONG_NAME, _EXTENDED, _GLOBAL):
        raise UnsafeArchiveError("not a regular file")
    if any(block[157:257]):
        raise UnsafeArchiveError("a file or folder with the target of a link")
    prefix = _prefix(block, block[257:265])
    name = _text(block[:100])
    if not name:
        # node-tar skips such a header, and reads the member's contents as headers.
        raise UnsafeArchiveError("a header without a name")
    size = _number(block[124:136], may_be_blank=False)
    return Header(kind, prefix + b"/" + name if prefix else name, size)


def _number(field: bytes, *, may_be_blank: bool) -> int:
    match = _NUMBER.fullmatch(field)
    if match is not None:
        return int(match[1], 8)
    if may_be_blank and _BLANK.fullmatch(field):
        return 0
    raise UnsafeArchiveError("a number in its header that is not in octal digits")


def _text(field: bytes) -> bytes:
    """Return the text in front of the NULs; raise `UnsafeArchiveError` if anything follows them."""
    text = field.rstrip(b"\0")
    if b"\0" in text:
        raise UnsafeArchiveError("a name that some programs cut or split: it has a NUL or a backslash")
    return text


def _prefix(block: bytes, magic: bytes) -> bytes:
    """Return the prefix of the name; raise `UnsafeArchiveError` for one that only some programs read.

    Python reads the prefix in every format, most other programs in that of POSIX only.
    """
    _number(block[329:337], may_be_blank=True)
    _number(block[337:345], may_be_blank=True)
    if magic != _POSIX:
        if any(block[345:]):
            raise UnsafeArchiveError("a prefix of its name that only some programs read")
        return b""
    field, rest = block[345:500], block[500:]
    if any(rest):
        raise UnsafeArchiveError("a header of an unknown format")
    times = field[_PREFIX_BEFORE_TIMES:]
    if not field[_PREFIX_BEFORE_TIMES - 1] and _TIMES.fullmatch(times):
        field = field[: _PREFIX_BEFORE_TIMES - 1]
    return _text(field)


def _long_name(data: bytes) -> Extended:
    """Decode a GNU header for long names; raise `UnsafeArchiveError` if the name does not end in NULs."""
    name = data.rstrip(b"\0")
    if not name or name == data or b"\0" in name:
        raise UnsafeArchiveError(_AMBIGUOUS)
    return Extended(name)


def _records(data: bytes, *, for_all: bool) -> Extended:
    """Decode pax records; raise `UnsafeArchiveError` if they are ambiguous.

    With `for_all`, they apply to all members, so they may state no name and no size.
    """
    name, size = None, None
    keys: set[bytes] = set()
    offset = 0
    while offset < len(data):
        record = _RECORD.match(data, offset)
        if record is None or record.end() - offset != int(record[1]):
            raise UnsafeArchiveError(_AMBIGUOUS)
        key, value = record[2], record[3]
        form = _HARMLESS.get(key)
        if key in keys:
            raise UnsafeArchiveError(_AMBIGUOUS)
        if key == b"path" and value and not for_all:
            name = value
        elif key == b"size" and _SIZE.fullmatch(value) and not for_all:
            size = int(value)
        elif not key.startswith(_HARMLESS_PREFIXES) and not (form and form.fullmatch(value)):
            raise UnsafeArchiveError(_AMBIGUOUS)
        keys.add(key)
        offset = record.end()
    return Extended(name, size)
