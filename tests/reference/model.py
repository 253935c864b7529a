"""Define a decoded module as plain data, as `decoder.py` returns it."""

import enum
from dataclasses import dataclass


class DecodeError(Exception):
    """The bytes are not a module that the reference decoder knows; `offset` is where it stopped."""

    def __init__(self, offset: int, message: str) -> None:
        """`offset` counts bytes from the start of the file."""
        super().__init__(f"offset 0x{offset:x}: {message}")
        self.offset = offset


@dataclass(frozen=True, slots=True)
class HeapType:
    """An abstract heap type by name, or a defined one by type index."""

    name: str | int
    shared: bool = False
    exact: bool = False


@dataclass(frozen=True, slots=True)
class RefType:
    """A reference type."""

    nullable: bool
    heap: HeapType


ValueType = str | RefType


@dataclass(frozen=True, slots=True)
class FieldType:
    """A struct's or an array's field."""

    type: ValueType
    mutable: bool


@dataclass(frozen=True, slots=True)
class FunctionType:
    """A function type."""

    parameters: tuple[ValueType, ...]
    results: tuple[ValueType, ...]


@dataclass(frozen=True, slots=True)
class StructType:
    """A struct type."""

    fields: tuple[FieldType, ...]


@dataclass(frozen=True, slots=True)
class ArrayType:
    """An array type."""

    field: FieldType


@dataclass(frozen=True, slots=True)
class ContinuationType:
    """A continuation type over a function type's index."""

    function: int


CompositeType = FunctionType | StructType | ArrayType | ContinuationType


@dataclass(frozen=True, slots=True)
class DefinedType:
    """One type of the type section; `describes` and `descriptor` are type indices."""

    composite: CompositeType
    supertypes: tuple[int, ...] = ()
    final: bool = True
    shared: bool = False
    describes: int | None = None
    descriptor: int | None = None


@dataclass(frozen=True, slots=True)
class RecGroup:
    """The types `first` to `first + count - 1` were defined together."""

    first: int
    count: int


@dataclass(frozen=True, slots=True)
class BlockType:
    """A block's type: nothing, one result, or a type index."""

    type: ValueType | int | None


@dataclass(frozen=True, slots=True)
class MemoryArgument:
    """The immediate of a load or store."""

    align: int
    offset: int
    memory: int


@dataclass(frozen=True, slots=True)
class Catch:
    """A clause of `try_table`; a clause that catches all has no tag."""

    tag: int | None
    with_reference: bool
    label: int


@dataclass(frozen=True, slots=True)
class Handler:
    """A clause of `resume`; `(on $tag switch)` has no label."""

    tag: int
    label: int | None


Immediate = (
    int
    | bytes
    | tuple[int, ...]
    | tuple[ValueType, ...]
    | tuple[Catch, ...]
    | tuple[Handler, ...]
    | BlockType
    | HeapType
    | MemoryArgument
)


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction; `offset` counts bytes from the start of the file."""

    offset: int
    name: str
    immediates: tuple[Immediate, ...] = ()

    def index(self, position: int) -> int:
        """Return the immediate at `position`, which must be a number."""
        immediate = self.immediates[position]
        if not isinstance(immediate, int):
            raise TypeError(immediate)
        return immediate


Expression = tuple[Instruction, ...]


class Kind(enum.Enum):
    """What an import or an export is, by its byte in the binary format."""

    FUNCTION = 0
    TABLE = 1
    MEMORY = 2
    GLOBAL = 3
    TAG = 4


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a memory (in pages) or a table (in elements)."""

    minimum: int
    maximum: int | None
    shared: bool
    index_type: str
    page_size: int = 65536


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `initialiser` is None where every element starts as null."""

    element: RefType
    limits: Limits
    imported: bool
    initialiser: Expression | None = None


@dataclass(frozen=True, slots=True)
class Memory:
    """A linear memory."""

    limits: Limits
    imported: bool


@dataclass(frozen=True, slots=True)
class Global:
    """A global; an imported one has no initialiser."""

    type: ValueType
    mutable: bool
    shared: bool
    imported: bool
    initialiser: Expression = ()


@dataclass(frozen=True, slots=True)
class Import:
    """An import; `index` is its index in the index space of its kind."""

    module: str
    field: str
    kind: Kind
    index: int
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Export:
    """An export."""

    name: str
    kind: Kind
    index: int


class SegmentMode(enum.Enum):
    """What becomes of an element segment when the module is instantiated."""

    ACTIVE = "active"
    PASSIVE = "passive"
    DECLARATIVE = "declarative"


@dataclass(frozen=True, slots=True)
class ElementSegment:
    """An element segment; `items` has a function index where the element is a plain `ref.func`."""

    mode: SegmentMode
    table: int | None
    offset: Expression
    items: tuple[int | None, ...]
    expressions: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Function:
    """A function that the module defines; `index` counts the imported ones too."""

    index: int
    instructions: Expression


@dataclass(frozen=True, slots=True)
class Module:
    """A core module; every index space has its imports first."""

    types: tuple[DefinedType, ...]
    rec_groups: tuple[RecGroup, ...]
    imports: tuple[Import, ...]
    function_types: tuple[int, ...]
    tables: tuple[Table, ...]
    memories: tuple[Memory, ...]
    globals: tuple[Global, ...]
    tags: tuple[int, ...]
    exports: tuple[Export, ...]
    start: int | None
    elements: tuple[ElementSegment, ...]
    functions: tuple[Function, ...]

    def imported_functions(self) -> tuple[Import, ...]:
        """Return the imported functions: they have the first function indices."""
        return tuple(item for item in self.imports if item.kind is Kind.FUNCTION)

    def constant_expressions(self) -> tuple[Expression, ...]:
        """Return every constant expression: of globals, tables and element segments."""
        expressions = [item.initialiser for item in self.globals]
        expressions += [table.initialiser for table in self.tables if table.initialiser is not None]
        for segment in self.elements:
            expressions.append(segment.offset)
            expressions += segment.expressions
        return tuple(expressions)
