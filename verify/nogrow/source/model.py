"""Where an instruction comes from: plain data, read by the reports."""

from typing import NamedTuple


class Frame(NamedTuple):
    """A function and a place in its source file; `line` and `column` count from 1, 0 where unknown."""

    function: str | None
    file: str
    line: int
    column: int
