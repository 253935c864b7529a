"""Make changed compressed files: several streams in a row, with zeros or other bytes between them."""

import bz2
import gzip
import lzma
import random
import struct
import zlib
from collections.abc import Callable

from tools.differ import tar_changes, tars

_CHECKS = (lzma.CHECK_NONE, lzma.CHECK_CRC32, lzma.CHECK_CRC64, lzma.CHECK_SHA256)

PACKERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gz": lambda data, level: gzip.compress(data, level, mtime=0),
    "bz2": bz2.compress,
    "xz": lambda data, level: lzma.compress(data, check=_CHECKS[level % len(_CHECKS)], preset=level),
}
"""What compresses a stream at a level from 1 to 9."""

TARS = {"tgz": "gz", "tbz2": "bz2", "txz": "xz"}
"""The suffixes of compressed tars, and of what they are compressed with."""


def changed(quiet: bytes, growing: bytes, suffix: str, choose: random.Random) -> bytes:
    """Return a compressed file. Its first stream, or the first two together, may be a whole module."""
    # The first 14 bytes of a module with one section are often a module too.
    cut = choose.choice((8, 14, len(growing)))
    streams = choose.choice(
        (
            [quiet + _custom(choose)],
            [growing[:cut], growing[cut:]],
            [quiet, growing],
            [quiet, b""],
            [b"", growing],
        )
    )
    return _packed(streams, suffix, choose)


def _custom(choose: random.Random) -> bytes:
    """Return a custom section with random bytes, which changes a module without making it invalid."""
    content = choose.randbytes(choose.choice((2, 20, 100)))
    return bytes([0, len(content) + 1, 0]) + content


def changed_tar(parts: list[tars.Part], suffix: str, choose: random.Random) -> bytes:
    """Return a compressed tar in one or several streams; sometimes the tar is changed first."""
    data = tars.joined(parts) if choose.random() < 1 / 2 else tar_changes.changed(parts, choose)
    cuts = sorted(
        choose.choice((0, 512, 1024, len(data) - 1024, choose.randrange(len(data)))) for _ in range(2)
    )
    streams = (
        [data] if choose.random() < 1 / 2 else [data[: cuts[0]], data[cuts[0] : cuts[1]], data[cuts[1] :]]
    )
    return _packed(streams, TARS[suffix], choose)


def _packed(streams: list[bytes], suffix: str, choose: random.Random) -> bytes:
    packed = [PACKERS[suffix](stream, choose.randrange(1, 10)) for stream in streams]
    if suffix == "gz" and choose.random() < 1 / 2:
        packed[0] = _with_fields(streams[0], choose)
    gap = choose.choice((b"", b"", b"", bytes(4), bytes(3), bytes(512), b"\n", b"more", packed[0][:6]))
    ending = choose.choice((b"", b"", b"", bytes(4), bytes(512), b"more", packed[0][:-1]))
    data = bytearray(gap.join(packed) + ending)
    if choose.random() < 1 / 3:
        data[choose.randrange(len(data))] ^= 1 << choose.randrange(8)
    return bytes(data)


def _with_fields(content: bytes, choose: random.Random) -> bytes:
    """Return a gzip member with the optional fields of its header. RFC 1952, section 2.3."""
    flags = choose.randrange(256) if choose.random() < 1 / 3 else choose.randrange(32)
    head = b"\x1f\x8b\x08" + bytes([flags]) + bytes(4) + b"\0\xff"
    if flags & 4:
        head += struct.pack("<H", 4) + b"AP\0\0"
    head += b"evil.wasm\0" if flags & 8 else b""
    head += b"comment\0" if flags & 16 else b""
    if flags & 2:
        head += struct.pack("<H", zlib.crc32(head) & 0xFFFF)
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = packer.compress(content) + packer.flush()
    return head + body + struct.pack("<II", zlib.crc32(content), len(content))
