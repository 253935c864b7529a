"""What is found in host code: made in `find.py`, read by the reports. Nothing here needs a parser."""

from typing import NamedTuple


class Position(NamedTuple):
    """A place in a file; both count from 1, columns in bytes."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


class Call(NamedTuple):
    """A call that may enter the module: where it is, and what is called, in short."""

    at: Position
    text: str


class CachedView(NamedTuple):
    """A view or buffer that is used after a call which may have grown the memory.

    `binding` is what keeps it, as the source spells it; `made` is where. `uses` are the uses that may be too
    late, in the order of the text, at least one. `call` is the call between; None where the view outlives the
    function, so that any call may have come before.
    """

    binding: str
    made: Position
    uses: tuple[Position, ...]
    call: Call | None

    @property
    def at(self) -> Position:
        """The first use that may be too late."""
        return self.uses[0]
