"""A file, compressed or not, as a stream that goes forward only, as far as the budget goes."""

import bz2
import lzma
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import Protocol

from nogrow.archives.unpack_limits import Budget, UnsafeArchiveError

_CHUNK = 1 << 18
_BAD = (OSError, EOFError, ValueError, lzma.LZMAError, zlib.error)
# `xz -9` takes 65 MiB to unpack.
_MOST_DICTIONARY = 256 << 20


class _Decompressor(Protocol):
    """What unpacks one stream, as `bz2.BZ2Decompressor` does."""

    @property
    def eof(self) -> bool: ...

    @property
    def needs_input(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Gzip:
    """A member of a gzip file, unpacked as the others are. RFC 1952."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(16 + zlib.MAX_WBITS)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


def _xz() -> _Decompressor:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MOST_DICTIONARY)


DECOMPRESSORS: dict[bytes, Callable[[], _Decompressor]] = {
    b"\x1f\x8b": _Gzip,
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ\0": _xz,
}
"""What unpacks each kind, by the first bytes of a stream."""


class _Streams:
    """A compressed file to its last byte: one stream of its kind behind the other, and nothing else.

    Python's readers pass over what follows the last stream, and streams behind zeros; `xz` reads these
    and `gzip` does not. So zeros between or behind streams are refused as everything else is.
    """

    def __init__(self, data: bytes, magic: bytes) -> None:
        self._data = memoryview(data)
        self._magic = magic
        self._place = 0
        self._decompressor = DECOMPRESSORS[magic]()
        self.count = 1
        """How many streams were begun."""

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes, none at the end; raises `UnsafeArchiveError` or one of `_BAD`."""
        while True:
            if self._decompressor.eof and not self._next():
                return b""
            packed = b""
            if self._decompressor.needs_input:
                packed = bytes(self._data[self._place : self._place + _CHUNK])
                self._place += len(packed)
            is_over = not packed and self._decompressor.needs_input
            chunk = self._decompressor.decompress(packed, size)
            if chunk:
                return chunk
            if is_over and not self._decompressor.eof:
                raise EOFError("it ends before its end is marked")

    def _next(self) -> bool:
        """Begin the next stream; returns False at the end of the file."""
        self._place -= len(self._decompressor.unused_data)
        if self._place == len(self._data):
            return False
        if bytes(self._data[self._place : self._place + len(self._magic)]) != self._magic:
            raise UnsafeArchiveError(
                "can't be unpacked: bytes behind the compressed data, which programs read differently"
            )
        self._decompressor = DECOMPRESSORS[self._magic]()
        self.count += 1
        return True


class Forward:
    """What a file contains, or unpacks to if it is of a kind in `DECOMPRESSORS`.

    Every read may raise `UnsafeArchiveError`. Nothing large is read at once.
    """

    def __init__(self, data: bytes, budget: Budget, at_once: int) -> None:
        """`at_once` is how many bytes are read at once at most. What is unpacked is spent of the budget."""
        magic = next((magic for magic in DECOMPRESSORS if data.startswith(magic)), None)
        self._streams = None if magic is None else _Streams(data, magic)
        self._reader: _Streams | BytesIO = self._streams or BytesIO(data)
        self._budget = budget if self._streams else None
        self._at_once = at_once

    @property
    def streams(self) -> int:
        """How many compressed streams were read so far; 0 if the file is not compressed."""
        return self._streams.count if self._streams else 0

    def read(self, size: int = -1) -> bytes:
        """Return `size` bytes, or as many as are left; of all, up to `at_once`."""
        if size > self._at_once:
            raise UnsafeArchiveError(f"{size:,} bytes in one piece; {self._at_once:,} are read")
        chunks: list[bytes] = []
        left = self._at_once if size < 0 else size
        try:
            while left and (chunk := self._reader.read(min(left, _CHUNK))):
                if self._budget is not None:
                    self._budget.spend(len(chunk))
                chunks.append(chunk)
                left -= len(chunk)
        except _BAD as error:
            raise UnsafeArchiveError(f"can't be unpacked: {error}") from None
        return b"".join(chunks)
