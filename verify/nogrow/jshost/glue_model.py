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


class Table(NamedTuple):
    """The fields that an import object has under the name `module`."""

    module: str
    fields: frozenset[str]


class Called(NamedTuple):
    """What the function that serves the import `label` may call: exports by name, entries of a table."""

    label: str
    exports: tuple[str, ...]
    table: bool


class Served(NamedTuple):
    """What a glue file serves, as far as it is followed.

    `tables` are the objects that may be part of an import object. `names` are the names that the functions
    behind imports have in the file, by label. `exported` is what the file exports itself: other files make
    import objects of that. `reads` are the exports of the module that the file names, `memories` those
    that it uses as a memory.
    """

    tables: tuple[Table, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    exported: frozenset[str] = frozenset()
    reads: frozenset[str] = frozenset()
    memories: frozenset[str] = frozenset()
    called: tuple[Called, ...] = ()


class Glue(NamedTuple):
    """A glue file: the imports that grow in it, and the text in which it may name its module."""

    file: str
    growers: tuple[Grower, ...]
    source: bytes
    served: Served = Served()

    def names(self, module: str) -> bool:
        """Whether it names the file `module`, given without its folder."""
        return module.encode() in self.source
