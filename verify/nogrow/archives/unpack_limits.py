"""Limits of how much is unpacked, and the error that refuses a file as a whole."""

from typing import NamedTuple

from nogrow.errors import NogrowError

MIB = 1 << 20


class UnsafeArchiveError(NogrowError):
    """A shipped file that is not judged: damaged, ambiguous, or beyond a limit. Exit code 4, rule NG010."""

    def __init__(self, reason: str, *members: str) -> None:
        """`members` lead to the member that is to blame, the outermost archive's first."""
        super().__init__(reason)
        self.reason = reason
        self.members = members

    def within(self, member: str) -> "UnsafeArchiveError":
        """The same refusal, of what is in `member`."""
        return UnsafeArchiveError(self.reason, member, *self.members)


class Limits(NamedTuple):
    """Bounds for each shipped file with all that is nested in it; sizes are in bytes.

    `ratio` bounds what is unpacked to so many times the file's size, once it is more than `unpacked_freely`.
    `kept` bounds the modules of all files together: they stay in memory until they are judged.
    """

    file: int = 512 * MIB
    member: int = 256 * MIB
    unpacked: int = 1024 * MIB
    unpacked_freely: int = 64 * MIB
    ratio: int = 200
    members: int = 50_000
    directory: int = 16 * MIB
    depth: int = 4
    kept: int = 512 * MIB


class Budget:
    """What may still be unpacked of one shipped file."""

    def __init__(self, limits: Limits, size: int, kept: int = 0) -> None:
        """`size` is that of the file, `kept` that of the modules found in files before, in bytes."""
        self.limits = limits
        self._most = min(limits.unpacked, max(limits.unpacked_freely, size * limits.ratio))
        self._spent = 0
        self._members = 0
        self._kept = kept

    def spend(self, count: int) -> None:
        """Count bytes that are unpacked; raises `UnsafeArchiveError` for too many in all."""
        self._spent += count
        self.foresee(0)

    def foresee(self, count: int) -> None:
        """Raises `UnsafeArchiveError` if `count` bytes more would be too many."""
        if self._spent + count > self._most:
            shown = f"{self._spent + count:,}" if count else f"more than {self._most:,}"
            raise UnsafeArchiveError(
                f"unpacks to {shown} bytes; {self._most:,} are unpacked of such a file at most"
            )

    def member(self, size: int) -> None:
        """Count a member of `size` bytes; raises `UnsafeArchiveError` for one too many or too large."""
        self._members += 1
        if self._members > self.limits.members:
            raise UnsafeArchiveError(f"more than {self.limits.members:,} members")
        if size > self.limits.member:
            raise UnsafeArchiveError(f"unpacks to {size:,} bytes; a member may have {self.limits.member:,}")

    def keep(self, count: int) -> None:
        """Count the bytes of a module; raises `UnsafeArchiveError` if they are too many together."""
        self._kept += count
        if self._kept > self.limits.kept:
            raise UnsafeArchiveError(
                f"more than {self.limits.kept:,} bytes of modules in all: check fewer files at a time"
            )
