"""What a location is, and where debug information comes from."""

from typing import NamedTuple


class Frame(NamedTuple):
    """One function that an instruction is in, and where in it.

    `function` is the name as the debug information has it, not demangled, None where there is none. `line`
    and `column` count from 1, 0 for unknown.
    """

    function: str | None
    file: str
    line: int
    column: int


class DebugFile(NamedTuple):
    """Debug information kept outside of the module: another module with DWARF, or a source map.

    `path` is what the names in a source map are relative to.
    """

    path: str
    data: bytes
