"""A file, compressed or not, as a stream that goes forward only, as far as the budget goes."""

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable
from io import BytesIO, RawIOBase
from typing import Protocol

from nogrow.dist.limits import Budget, Refused

_CHUNK = 1 << 18
_BAD = (OSError, EOFError, lzma.LZMAError, zlib.error)


class _Reader(Protocol):
    def read(self, size: int, /) -> bytes: ...


OPENERS: dict[bytes, Callable[[BytesIO], _Reader]] = {
    b"\x1f\x8b": lambda packed: gzip.GzipFile(fileobj=packed),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ\0": lzma.LZMAFile,
}
"""How each kind is unpacked, by its first bytes."""


class Forward(RawIOBase):
    """What a file contains, or unpacks to if it is of a kind in `OPENERS`. Every read may raise `Refused`.

    Nothing that is passed over is kept, and nothing large is read at once.
    """

    def __init__(self, data: bytes, budget: Budget, at_once: int) -> None:
        """`at_once` is how many bytes are read at once at most. What is unpacked is spent of the budget."""
        opener = next((opener for magic, opener in OPENERS.items() if data.startswith(magic)), None)
        self._reader: _Reader = opener(BytesIO(data)) if opener else BytesIO(data)
        self._budget = budget if opener else None
        self._at_once = at_once
        self._place = 0
        self.last = b""
        """What was read last."""

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = 0, /) -> int:
        if whence or offset < self._place:
            raise Refused("a header that leads backwards")
        while self._place < offset and self.read(min(_CHUNK, offset - self._place)):
            pass
        return self._place

    def read(self, size: int = -1, /) -> bytes:
        if size > self._at_once:
            raise Refused(f"{size:,} bytes in one piece; {self._at_once:,} are read")
        chunks: list[bytes] = []
        left = self._at_once if size < 0 else size
        try:
            while left and (chunk := self._reader.read(min(left, _CHUNK))):
                if self._budget is not None:
                    self._budget.spend(len(chunk))
                chunks.append(chunk)
                left -= len(chunk)
        except _BAD as error:
            raise Refused(f"can't be unpacked: {error}") from None
        self.last = b"".join(chunks)
        self._place += len(self.last)
        return self.last
