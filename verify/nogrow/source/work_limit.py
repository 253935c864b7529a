"""A limit on the work that debug information may cause, and the streams that count it.

A module comes from anywhere. Lists that refer to each other make a few bytes stand for hours of work, so the
work is counted. Counting, unlike a clock, gives the same locations on every machine.
"""

import io

MOST = 4_000_000
"""Reads by pyelftools, or as much work, that any module is allowed: some ten seconds."""

_LEAST = 200_000
_BYTES_FOR_A_READ = 8

_LONGEST_LEB128 = 10


class TooMuchError(Exception):
    """The debug information asks for more work than any compiler's does; never leaves this package."""


class Meter:
    """Counts work; `spend` raises `TooMuchError` once the limit is passed."""

    def __init__(self, limit: int) -> None:
        """`limit` is the number of reads allowed."""
        self.left = limit

    @classmethod
    def for_size(cls, size: int) -> "Meter":
        """A meter for debug information of `size` bytes: several times what compilers' own asks for."""
        return cls(min(_LEAST + size // _BYTES_FOR_A_READ, MOST))

    def spend(self, amount: int) -> None:
        """Takes `amount` reads off what is left."""
        self.left -= amount
        if self.left < 0:
            raise TooMuchError


class MeteredStream(io.BytesIO):
    """The bytes of a section; each read is counted, and a LEB128 has to end."""

    def __init__(self, data: bytes, meter: Meter) -> None:
        """Several streams can share one meter."""
        super().__init__(data)
        self._meter = meter
        self._streak = 0

    def read(self, size: int | None = -1) -> bytes:
        """As for any stream; raises `TooMuchError` when the meter runs out."""
        self._meter.spend(1)
        found = super().read(size)
        # pyelftools reads a LEB128 byte by byte, whatever its length, into a number that grows with it.
        self._streak = self._streak + 1 if size == 1 and found >= b"\x80" else 0
        if self._streak > _LONGEST_LEB128:
            raise TooMuchError
        return found
