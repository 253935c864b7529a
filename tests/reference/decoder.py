"""Decode a core module completely into a `Module`, and raise `DecodeError` for anything unknown.

It follows the specification's binary format section by section and does not try to be fast.
"""

from collections.abc import Callable

from .binary import Reader
from .instructions import expression
from .model import (
    DecodeError,
    DefinedType,
    ElementSegment,
    Export,
    Expression,
    Function,
    Global,
    Import,
    Instruction,
    Kind,
    Limits,
    Memory,
    Module,
    RecGroup,
    SegmentMode,
    Table,
)

# Section ids in the order that the format demands; custom sections (0) may stand anywhere.
_ORDER = (1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11)


def decode(data: bytes) -> Module:
    """Return the module that `data` holds; raises `DecodeError`."""
    return _Decoder(data).module()


class _Decoder:
    def __init__(self, data: bytes) -> None:
        self.reader = Reader(data, 0, len(data))
        self.types: list[DefinedType] = []
        self.rec_groups: list[RecGroup] = []
        self.imports: list[Import] = []
        self.function_types: list[int] = []
        self.tables: list[Table] = []
        self.memories: list[Memory] = []
        self.globals: list[Global] = []
        self.tags: list[int] = []
        self.exports: tuple[Export, ...] = ()
        self.start: int | None = None
        self.elements: tuple[ElementSegment, ...] = ()
        self.functions: list[Function] = []
        self.data_count: int | None = None
        self.data_segments = 0

    def module(self) -> Module:
        if self.reader.bytes(min(8, self.reader.end)) != b"\0asm\1\0\0\0":
            raise DecodeError(0, "not a core module of version 1")
        readers: dict[int, Callable[[Reader], None]] = {
            1: self._types,
            2: self._imports,
            3: self._functions,
            4: self._tables,
            5: self._memories,
            6: self._globals,
            7: self._exports,
            8: self._start,
            9: self._elements,
            10: self._code,
            11: self._data,
            12: self._data_count,
            13: self._tags,
        }
        last = -1
        while self.reader.position < self.reader.end:
            start = self.reader.position
            identifier = self.reader.byte()
            section = self.reader.section(self.reader.unsigned())
            if identifier == 0:
                section.name()
                continue
            if identifier not in _ORDER:
                raise DecodeError(start, "unknown section")
            if _ORDER.index(identifier) <= last:
                raise DecodeError(start, "section out of order")
            last = _ORDER.index(identifier)
            readers[identifier](section)
            section.require_end()
        if self._imported(Kind.FUNCTION) + len(self.functions) != len(self.function_types):
            self.reader.fail("functions without bodies")
        if self.data_count not in (None, self.data_segments):
            self.reader.fail("not as many data segments as announced")
        return Module(
            tuple(self.types),
            tuple(self.rec_groups),
            tuple(self.imports),
            tuple(self.function_types),
            tuple(self.tables),
            tuple(self.memories),
            tuple(self.globals),
            tuple(self.tags),
            self.exports,
            self.start,
            self.elements,
            tuple(self.functions),
        )

    def _imported(self, kind: Kind) -> int:
        return sum(item.kind is kind for item in self.imports)

    def _types(self, reader: Reader) -> None:
        for _ in range(reader.unsigned()):
            self.rec_groups.append(reader.rec_group(self.types))

    def _imports(self, reader: Reader) -> None:
        for _ in range(reader.unsigned()):
            module, field = reader.name(), reader.name()
            if field == "" and reader.peek() == 0x7F:
                reader.byte()
                for _ in range(reader.unsigned()):
                    self._import(module, reader.name(), reader)
            elif field == "" and reader.peek() == 0x7E:
                reader.byte()
                description = reader.position
                after = Reader(reader.data, description, reader.end)
                # The type stands once, before the names: it is read again for each of them.
                self._skip_description(after)
                count = after.unsigned()
                for _ in range(count):
                    name = after.name()
                    self._import(module, name, Reader(reader.data, description, reader.end))
                reader.position = after.position
            else:
                self._import(module, field, reader)

    def _skip_description(self, reader: Reader) -> None:
        scratch = _Decoder(b"")
        scratch._import("", "", reader)

    def _import(self, module: str, field: str, reader: Reader) -> None:
        byte = reader.peek()
        exact = byte == 0x20
        if byte > 4 and not exact:
            reader.fail("unknown kind of import")
        reader.byte()
        kind = Kind.FUNCTION if exact else Kind(byte)
        self.imports.append(Import(module, field, kind, self._imported(kind), exact))
        match kind:
            case Kind.FUNCTION:
                self.function_types.append(reader.unsigned())
            case Kind.TABLE:
                self.tables.append(Table(reader.reference_type(), _limits(reader), True))
            case Kind.MEMORY:
                self.memories.append(Memory(_limits(reader, of_memory=True), True))
            case Kind.GLOBAL:
                self.globals.append(_global(reader, imported=True))
            case Kind.TAG:
                self.tags.append(_tag(reader))

    def _functions(self, reader: Reader) -> None:
        self.function_types += reader.vector(reader.unsigned)

    def _tables(self, reader: Reader) -> None:
        for _ in range(reader.unsigned()):
            if reader.peek() == 0x40:
                reader.byte()
                if reader.byte() != 0:
                    reader.fail("unknown form of table")
                element, limits = reader.reference_type(), _limits(reader)
                self.tables.append(Table(element, limits, False, expression(reader)))
            else:
                self.tables.append(Table(reader.reference_type(), _limits(reader), False))

    def _memories(self, reader: Reader) -> None:
        for _ in range(reader.unsigned()):
            self.memories.append(Memory(_limits(reader, of_memory=True), False))

    def _globals(self, reader: Reader) -> None:
        for _ in range(reader.unsigned()):
            self.globals.append(_global(reader, imported=False))

    def _tags(self, reader: Reader) -> None:
        self.tags += reader.vector(lambda: _tag(reader))

    def _exports(self, reader: Reader) -> None:
        self.exports = reader.vector(lambda: _export(reader))

    def _start(self, reader: Reader) -> None:
        self.start = reader.unsigned()

    def _elements(self, reader: Reader) -> None:
        self.elements = reader.vector(lambda: _element_segment(reader))

    def _data_count(self, reader: Reader) -> None:
        self.data_count = reader.unsigned()

    def _data(self, reader: Reader) -> None:
        self.data_segments = reader.unsigned()
        for _ in range(self.data_segments):
            if reader.peek() > 2:
                reader.fail("unknown data segment")
            mode = reader.byte()
            if mode == 2:
                reader.unsigned()
            if mode != 1:
                expression(reader)
            reader.bytes(reader.unsigned())

    def _code(self, reader: Reader) -> None:
        first = self._imported(Kind.FUNCTION)
        for index in range(reader.unsigned()):
            body = reader.section(reader.unsigned())
            for _ in range(body.unsigned()):
                body.unsigned()
                body.value_type()
            self.functions.append(Function(first + index, expression(body)))
            body.require_end()


def _limits(reader: Reader, *, of_memory: bool = False) -> Limits:
    start = reader.position
    flags = reader.unsigned()
    if flags > (0x0F if of_memory else 0x07):
        raise DecodeError(start, "unknown limits")
    bits = 64 if flags & 4 else 32
    minimum = reader.unsigned(bits)
    maximum = reader.unsigned(bits) if flags & 1 else None
    page_size = 65536
    if flags & 8:
        start = reader.position
        logarithm = reader.unsigned()
        if logarithm > 63:
            raise DecodeError(start, "page size too large")
        page_size = 1 << logarithm
    return Limits(minimum, maximum, flags & 2 != 0, f"i{bits}", page_size)


def _global(reader: Reader, *, imported: bool) -> Global:
    kind = reader.value_type()
    if reader.peek() > 3:
        reader.fail("unknown flags of a global")
    flags = reader.byte()
    initialiser = () if imported else expression(reader)
    return Global(kind, flags & 1 != 0, flags & 2 != 0, imported, initialiser)


def _tag(reader: Reader) -> int:
    if reader.byte() != 0:
        reader.fail("unknown kind of tag")
    return reader.unsigned()


def _export(reader: Reader) -> Export:
    name = reader.name()
    if reader.peek() > 4:
        reader.fail("unknown kind of export")
    return Export(name, Kind(reader.byte()), reader.unsigned())


def _element_segment(reader: Reader) -> ElementSegment:
    """Read a segment. Its flags: 1 passive or declarative, 2 explicit table or declarative, 4 expressions."""
    start = reader.position
    flags = reader.unsigned()
    if flags > 7:
        raise DecodeError(start, "unknown element segment")
    table: int | None = None
    offset: Expression = ()
    if flags & 1:
        mode = SegmentMode.DECLARATIVE if flags & 2 else SegmentMode.PASSIVE
    else:
        mode = SegmentMode.ACTIVE
        table = reader.unsigned() if flags & 2 else 0
        offset = expression(reader)
    if flags & 4:
        if flags & 3:
            reader.reference_type()
        expressions = reader.vector(lambda: expression(reader))
        return ElementSegment(mode, table, offset, _plain_functions(expressions), expressions)
    if flags & 3 and reader.byte() != 0:
        reader.fail("unknown kind of element")
    start = reader.position
    functions = reader.vector(reader.unsigned)
    expressions = tuple((Instruction(start, "ref.func", (index,)),) for index in functions)
    return ElementSegment(mode, table, offset, functions, expressions)


def _plain_functions(expressions: tuple[Expression, ...]) -> tuple[int | None, ...]:
    return tuple(
        item[0].index(0) if len(item) == 2 and item[0].name == "ref.func" else None for item in expressions
    )
