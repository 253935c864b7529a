"""Describe what the analysis of host code finds. The reports read it, so nothing here needs a parser."""

from typing import NamedTuple


class Position(NamedTuple):
    """A position in a file; both numbers count from 1, columns in bytes."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


class Call(NamedTuple):
    """A call that may enter the module: where it is, and the callee, shortened."""

    at: Position
    text: str


class CachedView(NamedTuple):
    """A view or buffer that is used after a call which may have grown the memory.

    `binding` is the variable or property that holds it, as the source spells it; `made` is where it is
    created. `uses` has at least one use that may come after a growth, in the order of the text. `call` is the
    call in between; None if the view outlives the function, so that any earlier call may have grown the
    memory.
    """

    binding: str
    made: Position
    uses: tuple[Position, ...]
    call: Call | None

    @property
    def at(self) -> Position:
        """The first use that may come after a growth."""
        return self.uses[0]
