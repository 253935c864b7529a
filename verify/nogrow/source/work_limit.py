"""Limit the work that the debug information of a module may cause.

Modules are untrusted, and lists that refer to each other can turn a few bytes into hours of work. The limit
counts reads instead of seconds, so that every machine finds the same locations.
"""

import io

MOST = 4_000_000
"""The most reads by pyelftools, or equivalent units of work, for any module; they take about ten seconds."""

_LEAST = 200_000
_BYTES_FOR_A_READ = 8

_LONGEST_LEB128 = 10


class TooMuchError(Exception):
    """The debug information causes more work than that of any compiler; never leaves this package."""


class Meter:
    """Count work; `spend` raises `TooMuchError` once the limit is exceeded."""

    def __init__(self, limit: int) -> None:
        """Allow `limit` reads."""
        self.left = limit

    @classmethod
    def for_size(cls, size: int) -> "Meter":
        """Return a meter for `size` bytes of debug information, several times what a compiler's needs."""
        return cls(min(_LEAST + size // _BYTES_FOR_A_READ, MOST))

    def spend(self, amount: int) -> None:
        """Subtract `amount` reads from the remaining ones."""
        self.left -= amount
        if self.left < 0:
            raise TooMuchError


class MeteredStream(io.BytesIO):
    """The bytes of a section; every read is counted, and the length of a LEB128 number is limited."""

    def __init__(self, data: bytes, meter: Meter) -> None:
        """Count reads of `data` with `meter`, which several streams can share."""
        super().__init__(data)
        self._meter = meter
        self._streak = 0

    def read(self, size: int | None = -1) -> bytes:
        """Read up to `size` bytes; raises `TooMuchError` if the meter runs out."""
        self._meter.spend(1)
        data = super().read(size)
        # pyelftools reads a LEB128 number byte by byte without a limit, and the number grows with each byte.
        self._streak = self._streak + 1 if size == 1 and data >= b"\x80" else 0
        if self._streak > _LONGEST_LEB128:
            raise TooMuchError
        return data
