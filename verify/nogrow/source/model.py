"""Where an instruction comes from: plain data, read by the reports."""

from typing import NamedTuple


class Frame(NamedTuple):
    """A place in the source, and the function there, None if it is unknown.

    Lines and columns count from 1; 0 means unknown.
    """

    function: str | None
    file: str
    line: int
    column: int
