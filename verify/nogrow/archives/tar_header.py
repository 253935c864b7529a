"""Decode the header blocks and pax records of a tar, and refuse those that programs read differently.

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
_DECIMAL = re.compile(rb"-?[0-9]+(\.[0-9]*)?")
_INTEGER = re.compile(rb"[0-9]+")
_ANY = re.compile(rb"[^\n\0]*")
# The pax keywords that change no member's name, size or type in any reader, and the form of their values.
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
# npm writes the size here and in the header; `tar.py` requires that both agree.
_COUNT = re.compile(rb"0|[1-9][0-9]{0,11}")


class DamagedTarError(UnsafeArchiveError):
    """A header block that is damaged as a whole, so that its name means nothing."""


class Header(NamedTuple):
    """A header block: the member's type flag, its name with the prefix in front, and its size in bytes."""

    kind: bytes
    name: bytes
    size: int


class Extended(NamedTuple):
    """The name and the size in bytes from an extended header; None for what it does not state."""

    name: bytes | None = None
    size: int | None = None


def read_header(block: bytes) -> Header:
    """Decode a header block; raise `UnsafeArchiveError` if it is damaged or ambiguous."""
    _check_sum(block)
    magic = block[257:265]
    if magic not in (_POSIX, _GNU, _V7):
        raise DamagedTarError("a damaged tar: a header of an unknown format")
    for start, end in ((100, 108), (108, 116), (116, 124), (136, 148)):
        _number(block[start:end], may_be_blank=True)
    kind = block[156:157]
    if kind in _LINKS:
        raise UnsafeArchiveError(_LINKS[kind])
    if kind not in (*FILES, FOLDER, LONG_NAME, EXTENDED, GLOBAL):
        raise UnsafeArchiveError("not a regular file")
    if any(block[157:257]):
        raise UnsafeArchiveError("a file or folder with the target of a link")
    prefix = _prefix(block, magic)
    name = _text(block[:100])
    if not name:
        # node-tar skips such a header, and reads the member's contents as headers.
        raise UnsafeArchiveError("a header without a name")
    size = _number(block[124:136], may_be_blank=False)
    return Header(kind, prefix + b"/" + name if prefix else name, size)


def read_records(data: bytes, *, for_all: bool) -> Extended:
    """Decode pax records; raise `UnsafeArchiveError` if they are ambiguous.

    With `for_all`, they apply to all members, so they may state no name and no size.
    """
    extended = Extended()
    known: set[bytes] = set()
    offset = 0
    while offset < len(data):
        record = _RECORD.match(data, offset)
        if record is None or record.end() - offset != int(record[1]):
            raise UnsafeArchiveError(_AMBIGUOUS)
        key, value = record[2], record[3]
        if key in known:
            raise UnsafeArchiveError(_AMBIGUOUS)
        known.add(key)
        if key == _PATH and value and not for_all:
            extended = extended._replace(name=value)
        elif key == _SIZE and _COUNT.fullmatch(value) and not for_all:
            extended = extended._replace(size=int(value))
        elif not _is_harmless(key, value):
            raise UnsafeArchiveError(_AMBIGUOUS)
        offset = record.end()
    return extended


def read_long_name(data: bytes) -> Extended:
    """Decode a GNU header for long names; raise `UnsafeArchiveError` if the name does not end in NULs."""
    name = data.rstrip(b"\0")
    if not name or name == data or b"\0" in name:
        raise UnsafeArchiveError(_AMBIGUOUS)
    return Extended(name)


_AMBIGUOUS = "an extended header that programs read differently"


def _is_harmless(key: bytes, value: bytes) -> bool:
    if key.startswith(_HARMLESS_PREFIXES):
        return True
    form = _HARMLESS.get(key)
    return form is not None and form.fullmatch(value) is not None


def _check_sum(block: bytes) -> None:
    """Raise `DamagedTarError` unless the checksum is the sum of all bytes, with its own field as spaces."""
    stated = _CHECKSUM.fullmatch(block[148:156])
    expected = sum(block) - sum(block[148:156]) + 8 * ord(" ")
    if stated is None or int(stated[1], 8) != expected:
        raise DamagedTarError("a damaged tar: a wrong checksum in a header")


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
