"""What glue says: made in `read.py`, read by the check and the reports. Nothing here needs a parser."""

from typing import NamedTuple


class Grower(NamedTuple):
    """An import, given as `module.field`, and the call of `grow` that it leads to in the file `file`.

    `line` and `column` count from 1, columns in bytes.
    """

    label: str
    file: str
    line: int
    column: int

    @property
    def place(self) -> str:
        """`FILE.js:LINE:COLUMN`."""
        return f"{self.file}:{self.line}:{self.column}"


class Glue(NamedTuple):
    """A glue file: the imports that grow in it, and the text in which it may name its module."""

    file: str
    growers: tuple[Grower, ...]
    source: bytes

    def names(self, module: str) -> bool:
        """Whether it names the file `module`, given without its folder."""
        return module.encode() in self.source
