"""Where an instruction comes from: what debug information and source maps are read into."""

from typing import NamedTuple


class Frame(NamedTuple):
    """A place in the source, and the function around it as the debug information names it.

    `line` and `column` count from 1; a column of 0 is unknown.
    """

    function: str | None
    file: str
    line: int
    column: int
