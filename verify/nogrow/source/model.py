"""Define a frame, which is a position in the source, and a file with debug information."""

from typing import NamedTuple


class Frame(NamedTuple):
    """A function that contains an instruction, and the instruction's position in it.

    `function` is the name in the debug information, not demangled, or None if there is none. `line` and
    `column` count from 1; 0 means unknown.
    """

    function: str | None
    file: str
    line: int
    column: int


class DebugFile(NamedTuple):
    """Debug information in a separate file: another module with DWARF, or a source map.

    The names in a source map are relative to `path`.
    """

    path: str
    data: bytes
