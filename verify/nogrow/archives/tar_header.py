"""The header blocks of a tar and its pax records; what readers understand differently is refused.

POSIX.1-2017, pax, "ustar Interchange Format" and "pax Extended Header"; GNU tar manual, "Basic Tar Format".
"""

import re
from typing import NamedTuple

from nogrow.archives.unpack_limits import UnsafeArchiveError

BLOCK = 512
FILES, FOLDER = (b"0", b"\0"), b"5"
LONG_NAME, EXTENDED, GLOBAL = b"L", b"x", b"g"

_LINKS = {b"1": "a hard link", b"2": "a symbolic link"}
_POSIX, _GNU, _V7 = b"ustar\x0000", b"ustar  \0", bytes(8)
# Octal digits, with spaces in front and spaces or NULs behind. Readers differ in all else: Python's `int`
# takes `_` and signs, GNU tar skips a NUL in front, and few read a too large number in base 256 alike.
_NUMBER = re.compile(rb" *([0-7]+)[ \0]*")
# node-tar reads four bytes more than the checksum has, so that it must end within its field.
_CHECKSUM = re.compile(rb" *([0-7]+)[ \0]+")
_BLANK = re.compile(rb"[ \0]*")
# node-tar and star keep two times behind a short prefix.
_TIMES = re.compile(rb"[0-7 \0]*")
_PREFIX_BEFORE_TIMES = 131

_RECORD = re.compile(rb"([1-9][0-9]{0,8}) ([^=\n\0]+)=([^\n\0]*)\n")
_DECIMAL = re.compile(rb"-?[0-9]+(\.[0-9]*)?")
_INTEGER = re.compile(rb"[0-9]+")
_ANY = re.compile(rb"[^\n\0]*")
# The pax keywords that change no member's name, size or kind in any reader, and the form of their values.
_HARMLESS = {
    b"mtime": _DECIMAL,
    b"atime": _DECIMAL,
    b"ctime": _DECIMAL,
    b"LIBARCHIVE.creationtime": _DECIMAL,
    b"uid": _INTEGER,
    b"gid": _INTEGER,
    b"SCHILY.dev": _INTEGER,
    b"SCHILY.ino": _INTEGER,
    b"SCHILY.nlink": _INTEGER,
    b"uname": _ANY,
    b"gname": _ANY,
    b"comment": _ANY,
    b"SCHILY.fflags": _ANY,
}
_HARMLESS_PREFIXES = (b"SCHILY.xattr.", b"LIBARCHIVE.xattr.", b"RHT.security.")
_PATH, _SIZE = b"path", b"size"
# A size that is as it is in the header: npm writes both.
_COUNT = re.compile(rb"0|[1-9][0-9]{0,11}")


class Header(NamedTuple):
    """A header block: the member's kind, its name with the prefix in front, and its size in bytes."""

    kind: bytes
    name: bytes
    size: int


class Extended(NamedTuple):
    """What a header in front of a member says of it; None where it says nothing. The size is in bytes."""

    name: bytes | None = None
    size: int | None = None


def read_header(block: bytes) -> Header:
    """Return what the header says; raises `UnsafeArchiveError`."""
    _check_sum(block)
    magic = block[257:265]
    if magic not in (_POSIX, _GNU, _V7):
        raise UnsafeArchiveError("a damaged tar: a header of an unknown format")
    for start, end in ((100, 108), (108, 116), (116, 124), (136, 148)):
        _number(block[start:end], may_be_blank=True)
    kind = block[156:157]
    if kind in _LINKS:
        raise UnsafeArchiveError(_LINKS[kind])
    if kind not in (*FILES, FOLDER, LONG_NAME, EXTENDED, GLOBAL):
        raise UnsafeArchiveError("no regular file")
    if any(block[157:257]):
        raise UnsafeArchiveError("a file or folder that names the target of a link")
    prefix = _prefix(block, magic)
    name = _text(block[:100])
    if not name:
        # node-tar passes over such a header, and reads on in what it describes.
        raise UnsafeArchiveError("a header without a name")
    size = _number(block[124:136], may_be_blank=False)
    return Header(kind, prefix + b"/" + name if prefix else name, size)


def read_records(data: bytes, *, for_all: bool) -> Extended:
    """Return what pax records say of the next member; raises `UnsafeArchiveError`.

    `for_all` says that they are about all members, which may have no name and no size in common.
    """
    extended = Extended()
    known: set[bytes] = set()
    place = 0
    while place < len(data):
        record = _RECORD.match(data, place)
        if record is None or record.end() - place != int(record[1]):
            raise UnsafeArchiveError(_UNCLEAR)
        key, value = record[2], record[3]
        if key in known:
            raise UnsafeArchiveError(_UNCLEAR)
        known.add(key)
        if key == _PATH and value and not for_all:
            extended = extended._replace(name=value)
        elif key == _SIZE and _COUNT.fullmatch(value) and not for_all:
            extended = extended._replace(size=int(value))
        elif not _is_harmless(key, value):
            raise UnsafeArchiveError(_UNCLEAR)
        place = record.end()
    return extended


def read_long_name(data: bytes) -> Extended:
    """Return the name in a GNU header for long names; raises `UnsafeArchiveError` where NULs don't end it."""
    name = data.rstrip(b"\0")
    if not name or name == data or b"\0" in name:
        raise UnsafeArchiveError(_UNCLEAR)
    return Extended(name)


_UNCLEAR = "a header that programs obey in different ways"


def _is_harmless(key: bytes, value: bytes) -> bool:
    if key.startswith(_HARMLESS_PREFIXES):
        return True
    form = _HARMLESS.get(key)
    return form is not None and form.fullmatch(value) is not None


def _check_sum(block: bytes) -> None:
    """Raise `UnsafeArchiveError` unless the checksum is that of all bytes, its own taken as spaces."""
    stated = _CHECKSUM.fullmatch(block[148:156])
    expected = sum(block) - sum(block[148:156]) + 8 * ord(" ")
    if stated is None or int(stated[1], 8) != expected:
        raise UnsafeArchiveError("a damaged tar: a wrong checksum in a header")


def _number(field: bytes, *, may_be_blank: bool) -> int:
    match = _NUMBER.fullmatch(field)
    if match is not None:
        return int(match[1], 8)
    if may_be_blank and _BLANK.fullmatch(field):
        return 0
    raise UnsafeArchiveError("a number in its header that is not written in octal digits")


def _text(field: bytes) -> bytes:
    """Return what stands in front of the NULs; raises `UnsafeArchiveError` if anything is behind them."""
    text = field.rstrip(b"\0")
    if b"\0" in text:
        raise UnsafeArchiveError("a name that some programs cut or divide: it has a NUL or a backslash")
    return text


def _prefix(block: bytes, magic: bytes) -> bytes:
    """Return the prefix of the name; raise `UnsafeArchiveError` for one that only some programs obey.

    Python puts it there in every format, most others in that of POSIX alone.
    """
    if magic != _POSIX:
        _number(block[329:337], may_be_blank=True)
        _number(block[337:345], may_be_blank=True)
        if any(block[345:]):
            raise UnsafeArchiveError("a prefix to its name that not all programs read")
        return b""
    _number(block[329:337], may_be_blank=True)
    _number(block[337:345], may_be_blank=True)
    field, rest = block[345:500], block[500:]
    if any(rest):
        raise UnsafeArchiveError("a header of an unknown format")
    times = field[_PREFIX_BEFORE_TIMES:]
    if not field[_PREFIX_BEFORE_TIMES - 1] and _TIMES.fullmatch(times):
        field = field[: _PREFIX_BEFORE_TIMES - 1]
    return _text(field)
