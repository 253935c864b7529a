"""This module defines the errors by which a guest fails a scenario; the text of each is one line."""

from collections.abc import Container
from typing import NamedTuple

from nogrow.errors import Error


class GuestError(Error):
    """The guest cannot be run, or did something that the scenario does not allow."""


class TrapFrame(NamedTuple):
    """A function that was active at a trap, and its position as an offset in bytes of the module."""

    function: int
    name: str | None
    offset: int


class TrappedError(GuestError):
    """A call ended in a trap, in an exception that was not caught, or in an exit with a code above 0."""

    def __init__(self, message: str, frames: tuple[TrapFrame, ...] = ()) -> None:
        """Keep `frames`, the active functions with the innermost first."""
        super().__init__(message)
        self.frames = frames

    def is_at(self, offsets: Container[int]) -> bool:
        """Return whether the guest trapped at one of the offsets."""
        return bool(self.frames) and self.frames[0].offset in offsets


class HostError(Exception):
    """An import ends the guest's call; the text says why."""


class ExitError(HostError):
    """The guest asked WASI to exit with `code`."""

    def __init__(self, code: int) -> None:
        """Keep `code`, which is 0 for success."""
        super().__init__(f"exited with code {code}")
        self.code = code
