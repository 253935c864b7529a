"""Bound how much of a shipped file is unpacked, and define the error that refuses the whole file."""

from typing import NamedTuple

from nogrow.errors import Error

MIB = 1 << 20


class UnsafeArchiveError(Error):
    """A shipped file that is not judged: damaged, ambiguous, or beyond a limit. Exit code 4, rule NG010."""

    def __init__(self, reason: str, *members: str) -> None:
        """Refuse a file; `members` is the path to the member at fault, the outermost archive's first."""
        super().__init__(reason)
        self.reason = reason
        self.members = members

    def within(self, member: str) -> "UnsafeArchiveError":
        """Return the same refusal, with `member` in front of the path."""
        return UnsafeArchiveError(self.reason, member, *self.members)


class Limits(NamedTuple):
    """Limits for each shipped file with everything nested in it; sizes are in bytes.

    Above `unpacked_freely`, a file may unpack to at most `ratio` times its size. `kept` limits the modules of
    all files together, because they stay in memory until they are judged.
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
    """How much of one shipped file may still be unpacked."""

    def __init__(self, limits: Limits, size: int, kept: int = 0) -> None:
        """Start the budget of a file of `size` bytes; `kept` bytes of modules are in memory already."""
        self.limits = limits
        self._most = min(limits.unpacked, max(limits.unpacked_freely, size * limits.ratio))
        self._spent = 0
        self._members = 0
        self._kept = kept

    def spend(self, count: int) -> None:
        """Count unpacked bytes; raise `UnsafeArchiveError` if they exceed the limit."""
        self._spent += count
        self.foresee(0)

    def foresee(self, count: int) -> None:
        """Raise `UnsafeArchiveError` if `count` more bytes would exceed the limit."""
        if self._spent + count > self._most:
            shown = f"{self._spent + count:,}" if count else f"more than {self._most:,}"
            raise UnsafeArchiveError(
                f"unpacks to {shown} bytes; at most {self._most:,} are unpacked of such a file"
            )

    def member(self, size: int) -> None:
        """Count a member of `size` bytes; raise `UnsafeArchiveError` if it is too large or one too many."""
        self._members += 1
        if self._members > self.limits.members:
            raise UnsafeArchiveError(f"more than {self.limits.members:,} members")
        if size > self.limits.member:
            raise UnsafeArchiveError(f"unpacks to {size:,} bytes; a member may have {self.limits.member:,}")

    def keep(self, count: int) -> None:
        """Count a module of `count` bytes; raise `UnsafeArchiveError` if all modules are too large."""
        self._kept += count
        if self._kept > self.limits.kept:
            raise UnsafeArchiveError(
                f"more than {self.limits.kept:,} bytes of modules in all: check fewer files at a time"
            )
