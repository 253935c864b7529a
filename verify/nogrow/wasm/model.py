"""The model of a core module: what its sections declare, without its instructions.

Made by `decode.py`, read by the scan and the prover. Indices are those of the module's index spaces.
"""

import enum
from dataclasses import dataclass
from typing import NamedTuple

from nogrow.wasm.sections import Section
from nogrow.wasm.types import Types, ValueType


class Kind(enum.IntEnum):
    """What an import or export is (WebAssembly 3.0, section 5.2.5), with the number that encodes it."""

    FUNCTION = 0
    TABLE = 1
    MEMORY = 2
    GLOBAL = 3
    TAG = 4


@dataclass(frozen=True, slots=True)
class Import:
    """An import; `index` is its index in the index space of its kind.

    `exact` says of a function that the host can't link one of a subtype of the declared type.
    """

    module: str
    field: str
    kind: Kind
    index: int
    exact: bool = False

    @property
    def label(self) -> str:
        """`module.field`, as contracts and reports name it."""
        return f"{self.module}.{self.field}"


@dataclass(frozen=True, slots=True)
class Export:
    """An export; names are unique in a module."""

    name: str
    kind: Kind
    index: int


class MemoryType(NamedTuple):
    """A linear memory's type; limits count pages of `page_size` bytes (65,536 unless declared).

    `place` is where the type stands, from its flags to its end, in bytes of the file.
    """

    imported: bool
    shared: bool
    address_bits: int
    page_size: int
    minimum: int
    maximum: int | None
    place: tuple[int, int]


class Constant(NamedTuple):
    """A constant expression: the functions it refers to, and its value where that is a plain one.

    `number` is the value of a single `i32.const` or `i64.const`. `function` is the index of a single
    `ref.func`, -1 for a single `ref.null`, None for anything that is not followed.
    """

    functions: tuple[int, ...] = ()
    number: int | None = None
    function: int | None = None
    converts_extern: bool = False


class Table(NamedTuple):
    """A table; `initial` fills it where the module gives an initialiser (None: null references)."""

    imported: bool
    element: ValueType
    initial: Constant | None


class Global(NamedTuple):
    """A global; `initial` is None for an imported one."""

    imported: bool
    mutable: bool
    type: ValueType
    initial: Constant | None


class SegmentMode(enum.Enum):
    """How an element segment comes into a table (WebAssembly 3.0, section 2.5.6)."""

    ACTIVE = "active"
    PASSIVE = "passive"
    DECLARATIVE = "declarative"


class ElementSegment(NamedTuple):
    """An element segment; `items` are function indices, -1 for null, None for what is not followed.

    `offset` is the constant index in the table where an active segment starts, None when not constant.
    """

    mode: SegmentMode
    table: int
    offset: int | None
    items: tuple[int | None, ...]
    functions: tuple[int, ...]
    """Every function that the segment refers to."""


class Module(NamedTuple):
    """A core module. `functions`, `tables`, ... list imported items first, as the index spaces do."""

    data: bytes
    sections: tuple[Section, ...]
    types: Types
    imports: tuple[Import, ...]
    functions: tuple[int, ...]
    """The type index of each function."""
    tables: tuple[Table, ...]
    memories: tuple[MemoryType, ...]
    tags: tuple[int, ...]
    globals: tuple[Global, ...]
    exports: tuple[Export, ...]
    start: int | None
    segments: tuple[ElementSegment, ...]
    code: tuple[int, int]
    """Where the function bodies stand, in bytes of the file: after the count, and the section's end."""

    def imported(self, kind: Kind) -> tuple[Import, ...]:
        """The imports of one kind, by index."""
        return tuple(item for item in self.imports if item.kind is kind)

    def exported(self, kind: Kind) -> tuple[Export, ...]:
        """The exports of one kind, in file order."""
        return tuple(item for item in self.exports if item.kind is kind)
