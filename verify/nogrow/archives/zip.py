"""Read the members of a zip, and refuse a zip in which other programs may see other members.

Some programs read the directory at the end, some the header in front of each member, and some tolerate bytes
that belong to neither. So every byte must belong to a member or to the directory, and both must agree.
"""

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO

from nogrow.archives.members import Member, Names
from nogrow.archives.unpack_limits import Budget, UnsafeArchiveError

MAGIC = (b"PK\3\4", b"PK\5\6")

_LOCAL = struct.Struct("<4s2xHH4xIIIHH")
_LOCATOR, _LOCATOR_SIZE = b"PK\6\7", 20
_END = struct.Struct("<4sHHHHIIH")
_END_MAGIC = b"PK\5\6"
_DESCRIPTOR = b"PK\7\x08"
_LONGEST_COMMENT = 65_535
_ENCRYPTED = 1 | 1 << 6 | 1 << 13
# Flags that all programs treat alike: the compression level, a data descriptor, and a name in UTF-8.
_KNOWN_FLAGS = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 11
_DESCRIBED_AFTER = 1 << 3
_UTF_8 = 1 << 11
_IN_EXTRA = 0xFFFFFFFF
_ZIP64 = 0x0001
# Extra fields that don't change a member's name, size or type: times, owners, alignment, comments, jars.
_KNOWN_EXTRA = (0x000A, 0x5455, 0x5855, 0x6375, 0x7855, 0x7875, 0xA11E, 0xA220, 0xCAFE, 0xD935)
_UNIX, _DOS = 3, 0
_DOS_FOLDER = 0x10
_BAD = (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, EOFError, struct.error)


def members(data: bytes, budget: Budget) -> Iterator[Member]:
    """Yield the files in the zip `data`; raise `UnsafeArchiveError` if it is damaged or ambiguous.

    APPNOTE.TXT - .ZIP File Format Specification, section 4.3.
    """
    directory, count = _directory(data, budget)
    infos = sorted(_listed(data), key=lambda info: info.header_offset)
    if len(infos) != count:
        raise UnsafeArchiveError("a zip whose directory and end disagree about the number of members")
    budget.foresee(sum(info.file_size for info in infos if not info.is_dir()))
    names, offset = Names(), 0
    for info in infos:
        try:
            _check(info, budget)
            name = names.add(info.orig_filename, folder=info.is_dir())
            content, offset = _content(data, info, offset)
            budget.spend(len(content))
        except UnsafeArchiveError as error:
            raise error.within(info.orig_filename) from None
        if not info.is_dir():
            yield Member(name, content)
    if offset != directory:
        raise UnsafeArchiveError("bytes in the zip that belong to no member")


def _directory(data: bytes, budget: Budget) -> tuple[int, int]:
    """Return the offset of the directory, and the number of members that the end record states.

    Only the end record may follow the directory, and nothing may follow that.
    """
    tail = max(0, len(data) - _END.size - _LONGEST_COMMENT)
    starts = (match.start() for match in re.compile(_END_MAGIC).finditer(data, tail))
    ends = [start for start in starts if _is_end(data, start)]
    if not ends:
        raise UnsafeArchiveError("a zip that is cut, or has bytes after its end")
    at = ends[0]
    if len(ends) > 1 or data.rfind(_END_MAGIC) != at:
        raise UnsafeArchiveError("a zip with two ends")
    if data[max(0, at - _LOCATOR_SIZE) :].startswith(_LOCATOR):
        raise UnsafeArchiveError("a zip64")
    _, disk, first_disk, count_on_disk, count, size, start, _ = _END.unpack_from(data, at)
    if disk or first_disk or count_on_disk != count:
        raise UnsafeArchiveError("a part of a zip in several parts")
    if start + size != at:
        raise UnsafeArchiveError("a zip with bytes before or within it that belong to no member, or a zip64")
    if size > budget.limits.directory or count > budget.limits.members:
        raise UnsafeArchiveError(
            f"{count:,} members in a directory of {size:,} bytes: more than nogrow reads"
        )
    return int(start), int(count)


def _is_end(data: bytes, at: int) -> bool:
    """Return whether an end record at `at` reaches exactly to the end of the file."""
    if at + _END.size > len(data):
        return False
    *_, comment_length = _END.unpack_from(data, at)
    return bool(at + _END.size + comment_length == len(data))


def _listed(data: bytes) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            infos = archive.infolist()
    except UnicodeDecodeError:
        raise UnsafeArchiveError("a name that is not UTF-8") from None
    except _BAD as error:
        raise UnsafeArchiveError(f"a damaged zip: {error}") from None
    # zipfile cuts a name at a NUL, and fails on a name that starts with one.
    if not all(info.filename for info in infos):
        raise UnsafeArchiveError("a member without a name")
    return infos


def _check(info: zipfile.ZipInfo, budget: Budget) -> None:
    """Raise `UnsafeArchiveError` for an unreadable member, or one that is neither a file nor a folder."""
    mode = stat.S_IFMT(info.external_attr >> 16)
    if mode not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise UnsafeArchiveError("a symbolic link" if mode == stat.S_IFLNK else "not a regular file")
    is_folder = mode == stat.S_IFDIR and info.create_system == _UNIX
    is_folder = is_folder or (info.create_system == _DOS and bool(info.external_attr & _DOS_FOLDER))
    if is_folder and not info.is_dir():
        raise UnsafeArchiveError("a folder with the name of a file")
    if info.flag_bits & _ENCRYPTED:
        raise UnsafeArchiveError("encrypted")
    if info.flag_bits & ~_KNOWN_FLAGS:
        raise UnsafeArchiveError(f"flags that programs treat differently: {info.flag_bits:#06x}")
    if info.volume:
        raise UnsafeArchiveError("a part of a zip in several parts")
    if not info.flag_bits & _UTF_8 and not info.orig_filename.isascii():
        raise UnsafeArchiveError("a name that is not marked as UTF-8")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UnsafeArchiveError(
            f"compression method {info.compress_type}; only stored and deflated members are read"
        )
    if info.is_dir() and info.file_size:
        raise UnsafeArchiveError("a folder with contents")
    budget.member(info.file_size)


def _content(data: bytes, info: zipfile.ZipInfo, offset: int) -> tuple[bytes, int]:
    """Return the contents of the member, which must start at `offset`, and the offset of the next one."""
    if info.header_offset != offset or offset + _LOCAL.size > len(data):
        raise UnsafeArchiveError("bytes before it that belong to no member, or to two")
    start, stated = _start(data, info, offset)
    raw = data[start : start + info.compress_size]
    after = start + info.compress_size
    content = raw if info.compress_type == zipfile.ZIP_STORED else _inflated(raw, info.file_size)
    if len(raw) != info.compress_size or len(content) != info.file_size:
        raise UnsafeArchiveError("its size is not the one that the zip states")
    if zlib.crc32(content) != info.CRC:
        raise UnsafeArchiveError("damaged: its checksum (CRC) is wrong")
    expected = (info.CRC, info.compress_size, info.file_size)
    if info.flag_bits & _DESCRIBED_AFTER:
        if info.compress_type == zipfile.ZIP_STORED:
            # A program that reads forward only has to guess where the member ends.
            raise UnsafeArchiveError("a stored member whose size is behind it")
        # The header may leave numbers open that the descriptor behind the contents states.
        is_open = all(number in (fact, 0) for number, fact in zip(stated, expected, strict=True))
        if not is_open and stated != (0, _IN_EXTRA, _IN_EXTRA):
            raise UnsafeArchiveError(_DIFFERENT)
        return content, after + _descriptor(data, after, expected)
    if stated != expected:
        raise UnsafeArchiveError(_DIFFERENT)
    return content, after


_DIFFERENT = "its header and the zip's directory disagree about it"


def _start(data: bytes, info: zipfile.ZipInfo, offset: int) -> tuple[int, tuple[int, int, int]]:
    """Return where the contents start, and the CRC, packed and unpacked size that the header states."""
    signature, flags, method, crc, packed, size, name_length, extra_length = _LOCAL.unpack_from(data, offset)
    at = offset + _LOCAL.size
    name = data[at : at + name_length]
    extra = data[at + name_length : at + name_length + extra_length]
    expected = info.orig_filename.encode("utf-8" if info.flag_bits & _UTF_8 else "cp437")
    if (signature, flags, method, name) != (MAGIC[0], info.flag_bits, info.compress_type, expected):
        raise UnsafeArchiveError(_DIFFERENT)
    zip64_sizes = _fields(extra, (*_KNOWN_EXTRA, _ZIP64)).get(_ZIP64)
    _fields(info.extra, _KNOWN_EXTRA)
    if zip64_sizes is not None:
        if not packed == size == _IN_EXTRA or len(zip64_sizes) != 16:
            raise UnsafeArchiveError(_DIFFERENT)
        size, packed = struct.unpack("<QQ", zip64_sizes)
    return at + name_length + extra_length, (crc, packed, size)


def _fields(extra: bytes, known: tuple[int, ...]) -> dict[int, bytes]:
    """Return the extra fields of a header by their numbers.

    Raises `UnsafeArchiveError` for a field that is not `known`: it may rename the member, or make it a link.
    """
    fields: dict[int, bytes] = {}
    # Zeros behind the fields align the contents.
    while extra.strip(b"\0"):
        if len(extra) < 4:
            raise UnsafeArchiveError("an extra field that is cut")
        number, length = struct.unpack_from("<HH", extra)
        if number not in known or number in fields:
            raise UnsafeArchiveError(
                f"an extra field that may give it a second name or size, or is repeated: {number:#06x}"
            )
        if length > len(extra) - 4:
            raise UnsafeArchiveError("an extra field that is cut")
        fields[number] = extra[4 : 4 + length]
        extra = extra[4 + length :]
    return fields


def _inflated(raw: bytes, size: int) -> bytes:
    """Return the inflated bytes of `raw`: all of them, or one byte more than `size` if there are more."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = inflater.decompress(raw, size + 1)
        content += inflater.decompress(inflater.unconsumed_tail, 1)
    except zlib.error as error:
        raise UnsafeArchiveError(f"damaged: {error}") from None
    if not inflater.eof or inflater.unused_data or inflater.unconsumed_tail:
        raise UnsafeArchiveError("its size is not the one that the zip states")
    return content


def _descriptor(data: bytes, at: int, expected: tuple[int, int, int]) -> int:
    """Return the length in bytes of the data descriptor at `at`, which must state the `expected` numbers."""
    for layout in ("<III", "<IQQ"):
        unsigned = struct.pack(layout, *expected)
        for descriptor in (_DESCRIPTOR + unsigned, unsigned):
            if data.startswith(descriptor, at):
                return len(descriptor)
    raise UnsafeArchiveError(_DIFFERENT)
