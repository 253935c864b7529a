"""A zip to its members, if all programs that read zips see the same ones in it.

Some read the directory at the end, some the header in front of each member, and some tolerate bytes that
belong to neither. So every byte must belong to a member or to the directory, and both must say the same.
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
# How hard it was compressed, and what is said behind it or of its name: nothing that programs differ in.
_KNOWN_FLAGS = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 11
_DESCRIBED_AFTER = 1 << 3
_UTF_8 = 1 << 11
_IN_EXTRA = 0xFFFFFFFF
_ZIP64 = 0x0001
# Extra fields that don't change a member's name, size or kind: times, owners, alignment, comments, jars.
_KNOWN_EXTRA = (0x000A, 0x5455, 0x5855, 0x6375, 0x7855, 0x7875, 0xA11E, 0xA220, 0xCAFE, 0xD935)
_UNIX, _DOS = 3, 0
_DOS_FOLDER = 0x10
_BAD = (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, EOFError, struct.error)


def members(data: bytes, budget: Budget) -> Iterator[Member]:
    """The files in the zip `data`; raises `UnsafeArchiveError`.

    APPNOTE.TXT - .ZIP File Format Specification, section 4.3.
    """
    directory, count = _directory(data, budget)
    infos = sorted(_listed(data), key=lambda info: info.header_offset)
    if len(infos) != count:
        raise UnsafeArchiveError("a zip that lists another number of members than it says")
    budget.foresee(sum(info.file_size for info in infos if not info.is_dir()))
    names, place = Names(), 0
    for info in infos:
        try:
            _check(info, budget)
            name = names.add(info.orig_filename, folder=info.is_dir())
            content, place = _content(data, info, place)
            budget.spend(len(content))
        except UnsafeArchiveError as error:
            raise error.within(info.orig_filename) from None
        if not info.is_dir():
            yield Member(name, content)
    if place != directory:
        raise UnsafeArchiveError("bytes in the zip that belong to no member")


def _directory(data: bytes, budget: Budget) -> tuple[int, int]:
    """Where the directory starts, and how many members it says it has.

    It is followed by the end of the zip, and that by nothing.
    """
    tail = max(0, len(data) - _END.size - _LONGEST_COMMENT)
    ends = [
        found.start()
        for found in re.finditer(re.escape(_END_MAGIC), data[tail:])
        if _ends(data, tail + found.start())
    ]
    if len(ends) != 1:
        raise UnsafeArchiveError(
            "a zip that is cut, or has bytes after its end" if not ends else "a zip with two ends"
        )
    at = tail + ends[0]
    if data.rfind(_END_MAGIC) != at:
        raise UnsafeArchiveError("a zip with two ends")
    if data[max(0, at - _LOCATOR_SIZE) :].startswith(_LOCATOR):
        raise UnsafeArchiveError("a zip64")
    _, disk, first_disk, here, count, size, start, _ = _END.unpack_from(data, at)
    if disk or first_disk or here != count:
        raise UnsafeArchiveError("a part of a zip in several parts")
    if start + size != at:
        raise UnsafeArchiveError("a zip with bytes before or within it that belong to no member, or a zip64")
    if size > budget.limits.directory or count > budget.limits.members:
        raise UnsafeArchiveError(f"{count:,} members, listed in {size:,} bytes: more than is read")
    return int(start), int(count)


def _ends(data: bytes, at: int) -> bool:
    if at + _END.size > len(data):
        return False
    (comment,) = struct.unpack_from("<H", data, at + 20)
    return bool(at + _END.size + comment == len(data))


def _listed(data: bytes) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            infos = archive.infolist()
    except UnicodeDecodeError:
        raise UnsafeArchiveError("a name that is not UTF-8") from None
    except _BAD as error:
        raise UnsafeArchiveError(f"a damaged zip: {error}") from None
    # Up to a zero byte, if there is one: zipfile itself falls over a name that has nothing else.
    if not all(info.filename for info in infos):
        raise UnsafeArchiveError("a member without a name")
    return infos


def _check(info: zipfile.ZipInfo, budget: Budget) -> None:
    """Raises `UnsafeArchiveError` for a member that can't be read, or is no plain file or folder."""
    mode = stat.S_IFMT(info.external_attr >> 16)
    if mode not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise UnsafeArchiveError("a symbolic link" if mode == stat.S_IFLNK else "no regular file")
    is_folder = mode == stat.S_IFDIR and info.create_system == _UNIX
    is_folder = is_folder or (info.create_system == _DOS and bool(info.external_attr & _DOS_FOLDER))
    if is_folder and not info.is_dir():
        raise UnsafeArchiveError("a folder with the name of a file")
    if info.flag_bits & _ENCRYPTED:
        raise UnsafeArchiveError("encrypted")
    if info.flag_bits & ~_KNOWN_FLAGS:
        raise UnsafeArchiveError(f"flags that programs obey in different ways: {info.flag_bits:#06x}")
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


def _content(data: bytes, info: zipfile.ZipInfo, place: int) -> tuple[bytes, int]:
    """What the member contains, and where the next one starts; it must itself start at `place`."""
    if info.header_offset != place or place + _LOCAL.size > len(data):
        raise UnsafeArchiveError("bytes before it that belong to no member, or to two")
    start, sizes = _start(data, info, place)
    raw = data[start : start + info.compress_size]
    after = start + info.compress_size
    content = raw if info.compress_type == zipfile.ZIP_STORED else _inflated(raw, info.file_size)
    if len(raw) != info.compress_size or len(content) != info.file_size:
        raise UnsafeArchiveError("its size is not the one that the zip says")
    if zlib.crc32(content) != info.CRC:
        raise UnsafeArchiveError("damaged: its checksum (CRC) is wrong")
    facts = (info.CRC, info.compress_size, info.file_size)
    if info.flag_bits & _DESCRIBED_AFTER:
        if info.compress_type == zipfile.ZIP_STORED:
            # What reads forward only has to guess where it ends.
            raise UnsafeArchiveError("a stored member whose size is behind it")
        # Behind the contents, with or without a signature; then the header may leave it open.
        left_open = all(number in (fact, 0) for number, fact in zip(sizes, facts, strict=True))
        if not left_open and sizes != (0, _IN_EXTRA, _IN_EXTRA):
            raise UnsafeArchiveError(_DIFFERENT)
        return content, after + _descriptor(data, after, facts)
    if sizes != facts:
        raise UnsafeArchiveError(_DIFFERENT)
    return content, after


_DIFFERENT = "the header in front of it and the zip's directory say different things of it"


def _start(data: bytes, info: zipfile.ZipInfo, place: int) -> tuple[int, tuple[int, int, int]]:
    """Where the contents start, and the CRC and the sizes, packed and unpacked, that the header gives."""
    signature, flags, method, crc, packed, size, name_length, extra_length = _LOCAL.unpack_from(data, place)
    at = place + _LOCAL.size
    name = data[at : at + name_length]
    extra = data[at + name_length : at + name_length + extra_length]
    expected = info.orig_filename.encode("utf-8" if info.flag_bits & _UTF_8 else "cp437")
    if (signature, flags, method, name) != (MAGIC[0], info.flag_bits, info.compress_type, expected):
        raise UnsafeArchiveError(_DIFFERENT)
    large = _fields(extra, (*_KNOWN_EXTRA, _ZIP64)).get(_ZIP64)
    _fields(info.extra, _KNOWN_EXTRA)
    if large is not None:
        if not packed == size == _IN_EXTRA or len(large) != 16:
            raise UnsafeArchiveError(_DIFFERENT)
        size, packed = struct.unpack("<QQ", large)
    return at + name_length + extra_length, (crc, packed, size)


def _fields(extra: bytes, known: tuple[int, ...]) -> dict[int, bytes]:
    """Return the extra fields of a header by their numbers.

    Raises `UnsafeArchiveError` for a field that is not `known`: some rename the member, or make it a link.
    """
    fields: dict[int, bytes] = {}
    # Zeros behind the fields align what follows.
    while extra.strip(b"\0"):
        if len(extra) < 4:
            raise UnsafeArchiveError("an extra field that is cut")
        number, length = struct.unpack_from("<HH", extra)
        if number not in known or number in fields:
            raise UnsafeArchiveError(
                f"an extra field that may give it a second name or size, or comes twice: {number:#06x}"
            )
        if length > len(extra) - 4:
            raise UnsafeArchiveError("an extra field that is cut")
        fields[number] = extra[4 : 4 + length]
        extra = extra[4 + length :]
    return fields


def _inflated(raw: bytes, size: int) -> bytes:
    """What `raw` inflates to if that has `size` bytes; it may be one byte more, and no more than that."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = inflater.decompress(raw, size + 1)
        content += inflater.decompress(inflater.unconsumed_tail, 1)
    except zlib.error as error:
        raise UnsafeArchiveError(f"damaged: {error}") from None
    if not inflater.eof or inflater.unused_data or inflater.unconsumed_tail:
        raise UnsafeArchiveError("its size is not the one that the zip says")
    return content


def _descriptor(data: bytes, at: int, facts: tuple[int, int, int]) -> int:
    """The length in bytes of the descriptor at `at`, which must say what `facts` are."""
    for layout in ("<III", "<IQQ"):
        plain = struct.pack(layout, *facts)
        for one in (_DESCRIPTOR + plain, plain):
            if data.startswith(one, at):
                return len(one)
    raise UnsafeArchiveError(_DIFFERENT)
