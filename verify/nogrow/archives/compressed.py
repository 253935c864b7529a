"""Read files, compressed or not, as forward-only streams within the unpacking budget."""

import bz2
import lzma
import zlib
from collections.abc import Callable
from functools import partial
from io import BytesIO

from nogrow.archives.unpack_limits import Budget, UnsafeArchiveError

_CHUNK = 1 << 18
_BAD = (OSError, EOFError, ValueError, lzma.LZMAError, zlib.error)
# The output of `xz -9` takes 65 MiB of memory to unpack.
_MOST_MEMORY = 256 << 20


class _Gzip:
    """The decompressor of one member of a gzip file, RFC 1952, with the interface of `BZ2Decompressor`."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(16 + zlib.MAX_WBITS)
        self.eof, self.needs_input, self.unused_data = False, True, b""

    def decompress(self, data: bytes, max_length: int) -> bytes:
        content = self._inner.decompress(self._inner.unconsumed_tail + data, max_length)
        self.eof, self.unused_data = self._inner.eof, self._inner.unused_data
        self.needs_input = not self._inner.unconsumed_tail
        return content


DECOMPRESSORS: dict[bytes, Callable[[], _Gzip | bz2.BZ2Decompressor | lzma.LZMADecompressor]] = {
    b"\x1f\x8b": _Gzip,
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ\0": partial(lzma.LZMADecompressor, lzma.FORMAT_XZ, memlimit=_MOST_MEMORY),
}
"""The decompressors of one stream, by its first bytes."""


class _Streams:
    """The streams of a compressed file, which must follow one another to its last byte.

    Python's readers ignore bytes behind the last stream, and streams behind zeros; `xz` reads such streams,
    `gzip` does not. So any other byte between or behind streams is refused, zeros included.
    """

    def __init__(self, data: bytes, magic: bytes) -> None:
        self._data = memoryview(data)
        self._magic = magic
        self._offset = 0
        self._decompressor = DECOMPRESSORS[magic]()
        self.count = 1
        """How many streams were started."""

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes, none at the end; raise `UnsafeArchiveError` or one of `_BAD`."""
        while True:
            if self._decompressor.eof and not self._next():
                return b""
            packed = b""
            if self._decompressor.needs_input:
                packed = bytes(self._data[self._offset : self._offset + _CHUNK])
                self._offset += len(packed)
            is_at_end = not packed and self._decompressor.needs_input
            chunk = self._decompressor.decompress(packed, size)
            if chunk:
                return chunk
            if is_at_end and not self._decompressor.eof:
                raise EOFError("the data is cut")

    def _next(self) -> bool:
        """Start the next stream; return False at the end of the file."""
        self._offset -= len(self._decompressor.unused_data)
        if self._offset == len(self._data):
            return False
        if bytes(self._data[self._offset : self._offset + len(self._magic)]) != self._magic:
            raise UnsafeArchiveError(
                "can't be unpacked: bytes behind the compressed data, which programs read differently"
            )
        self._decompressor = DECOMPRESSORS[self._magic]()
        self.count += 1
        return True


class Forward:
    """The contents of a file, unpacked if it is compressed in a format of `DECOMPRESSORS`.

    Every read may raise `UnsafeArchiveError`. No read returns more than the limit given to it.
    """

    def __init__(self, data: bytes, budget: Budget, at_once: int) -> None:
        """Open the file; a read returns at most `at_once` bytes. Unpacked bytes count against the budget."""
        magic = next((magic for magic in DECOMPRESSORS if data.startswith(magic)), None)
        self._streams = None if magic is None else _Streams(data, magic)
        self._reader: _Streams | BytesIO = self._streams or BytesIO(data)
        self._budget = budget if self._streams else None
        self._at_once = at_once

    @property
    def streams(self) -> int:
        """How many compressed streams were started so far; 0 if the file is not compressed."""
        return self._streams.count if self._streams else 0

    def read(self, size: int = -1) -> bytes:
        """Return `size` bytes, or fewer at the end; without a size, up to `at_once` bytes."""
        if size > self._at_once:
            raise UnsafeArchiveError(f"{size:,} bytes in one piece; at most {self._at_once:,} are read")
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
