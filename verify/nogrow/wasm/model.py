"""Models a core module: everything that its sections declare, without its instructions.

Indices are those of the module's index spaces.
"""

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from typing import NamedTuple, overload

from nogrow.wasm.sections import Section
from nogrow.wasm.types import Types, ValueType


class Kind(enum.IntEnum):
    """The kind of an import or export, with the number that encodes it (WebAssembly 3.0, section 5.2.5)."""

    FUNCTION = 0
    TABLE = 1
    MEMORY = 2
    GLOBAL = 3
    TAG = 4


@dataclass(frozen=True, slots=True)
class Import:
    """An import; `index` is its index in the index space of its kind.

    The host can link a function of a subtype of the declared type, unless `exact` is true.
    """

    module: str
    field: str
    kind: Kind
    index: int
    exact: bool = False

    @property
    def label(self) -> str:
        """Return `module.field`, as contracts and reports name the import."""
        return f"{self.module}.{self.field}"


@dataclass(frozen=True, slots=True)
class Export:
    """An export. Names are unique in a module."""

    name: str
    kind: Kind
    index: int


class Exports(Sequence[Export]):
    """The exports of a module in file order, each of which is made when somebody reads it.

    `names` are encoded as UTF-8, `kinds` has a byte for each export.
    """

    __slots__ = ("indices", "kinds", "names")

    def __init__(self, names: Sequence[bytes] = (), kinds: bytes = b"", indices: Sequence[int] = ()) -> None:
        """Keep what the export section says of each export."""
        self.names = names
        self.kinds = kinds
        self.indices = indices

    def of_kind(self, kind: Kind) -> list[int]:
        """Return the numbers of the exports of one kind."""
        marks = self.kinds.translate(bytes(number == kind for number in range(256)))
        return list(compress(range(len(marks)), marks))

    def indices_of(self, kind: Kind) -> set[int]:
        """Return the indices of what is exported of one kind, in the index space of that kind."""
        return {self.indices[number] for number in self.of_kind(kind)}

    @overload
    def __getitem__(self, number: int) -> Export: ...

    @overload
    def __getitem__(self, number: slice) -> tuple[Export, ...]: ...

    def __getitem__(self, number: int | slice) -> Export | tuple[Export, ...]:
        if isinstance(number, slice):
            return tuple(map(self._at, range(*number.indices(len(self)))))
        return self._at(number)

    def _at(self, number: int) -> Export:
        return Export(self.names[number].decode(), Kind(self.kinds[number]), self.indices[number])

    def __len__(self) -> int:
        return len(self.kinds)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))


class MemoryType(NamedTuple):
    """The type of a linear memory; limits count pages of `page_size` bytes (65,536 unless declared).

    `place` is the start and the end of the encoded type, in bytes of the file.
    """

    imported: bool
    shared: bool
    address_bits: int
    page_size: int
    minimum: int
    maximum: int | None
    place: tuple[int, int]


class Constant(NamedTuple):
    """A constant expression: the functions that it refers to, and its value if it is a single instruction.

    `number` is the value of an `i32.const` or `i64.const`. `function` is the index of a `ref.func`, -1 for a
    `ref.null`, and None for any other expression.
    """

    functions: tuple[int, ...] = ()
    number: int | None = None
    function: int | None = None
    converts_extern: bool = False


class Table(NamedTuple):
    """A table; `initial` is the initialiser of its elements, None for null references."""

    imported: bool
    element: ValueType
    initial: Constant | None
    address_bits: int = 32


class Global(NamedTuple):
    """A global; `initial` is None for an imported one. Numbers that it may start with are left out."""

    imported: bool
    mutable: bool
    type: ValueType
    initial: Constant | None


class SegmentMode(enum.Enum):
    """How an element segment is used (WebAssembly 3.0, section 2.5.6)."""

    ACTIVE = "active"
    PASSIVE = "passive"
    DECLARATIVE = "declarative"


class ElementSegment(NamedTuple):
    """An element segment; `items` are function indices, -1 for null, and None for other expressions.

    `offset` is the index in the table where an active segment starts, None if it is not constant.
    """

    mode: SegmentMode
    table: int
    offset: int | None
    items: tuple[int | None, ...]
    functions: tuple[int, ...]
    """All functions that the segment refers to."""


class Module(NamedTuple):
    """A core module. Like the index spaces, `functions`, `tables`, ... have the imported items first."""

    data: bytes
    sections: tuple[Section, ...]
    types: Types
    imports: tuple[Import, ...]
    functions: Sequence[int]
    """The type index of each function."""
    tables: tuple[Table, ...]
    memories: tuple[MemoryType, ...]
    tags: tuple[int, ...]
    globals: tuple[Global, ...]
    exports: Exports
    start: int | None
    segments: tuple[ElementSegment, ...]
    code: tuple[int, int]
    """The start (after the count) and the end of the function bodies, in bytes of the file."""

    @property
    def initials(self) -> tuple[Constant, ...]:
        """Return the initialisers of globals and tables; equal ones may be left out."""
        initials = (item.initial for items in (self.globals, self.tables) for item in items)
        # Thousands of globals share one object.
        return tuple({id(item): item for item in initials if item is not None}.values())

    def imported(self, kind: Kind) -> tuple[Import, ...]:
        """Return the imports of one kind by index."""
        return tuple(item for item in self.imports if item.kind is kind)

    def exported(self, kind: Kind) -> tuple[Export, ...]:
        """Return the exports of one kind in file order."""
        return tuple(self.exports[number] for number in self.exports.of_kind(kind))


@dataclass(frozen=True, slots=True)
class Exported:
    """The item that the core module `module` exports as `name`."""

    module: int
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class CanonicalFunction:
    """A core function that a canonical definition makes; `calls` are the functions that it may call back."""

    calls: "list[Item | None]"


Item = Exported | CanonicalFunction


# An instance of a module (by number), or a bundle of exports by sort and name, or an unknown instance.
CoreInstance = int | dict[tuple[int, str], Item | None] | None


class Instantiation(NamedTuple):
    """An instantiation of the core module with the number `module`, with its arguments by name."""

    module: int
    arguments: tuple[tuple[str, CoreInstance], ...]

    def serves(self, module: str, sort: int, field: str) -> list[Item | None]:
        """Return the providers of the import `module` `field`; None stands for an unknown provider."""
        providers = [exported(instance, sort, field) for name, instance in self.arguments if name == module]
        return providers or [None]


def exported(instance: CoreInstance, sort: int, name: str) -> Item | None:
    """Return the item that `instance` exports as `name`, None if it is unknown."""
    if isinstance(instance, int):
        return Exported(instance, name)
    return None if instance is None else instance.get((sort, name))
