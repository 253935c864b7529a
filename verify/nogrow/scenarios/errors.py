"""How a guest fails a scenario: one line for people each, and what a trap left behind."""

from typing import NamedTuple

from nogrow.errors import NogrowError


class GuestError(NogrowError):
    """The guest can't be run, or did what it may not: it trapped, ran on, or has no such export."""


class TrapFrame(NamedTuple):
    """A function that was active at a trap, and the offset in the module, in bytes, of where it was."""

    function: int
    name: str | None
    offset: int


class TrappedError(GuestError):
    """A call ended in a trap, in an exception that nothing caught, or in an exit with a code above 0."""

    def __init__(self, message: str, frames: tuple[TrapFrame, ...] = ()) -> None:
        """`frames` are the active functions, the innermost first."""
        super().__init__(message)
        self.frames = frames


class HostError(Exception):
    """Raised in a function of the host to end the guest's call; `str()` of it says why."""


class ExitError(HostError):
    """The guest asked WASI to exit with `code`."""

    def __init__(self, code: int) -> None:
        """`code` is 0 for success."""
        super().__init__(f"exited with code {code}")
        self.code = code
