"""Reads what sections declare: types of tables, memories and globals, exports, element and data segments.

WebAssembly 3.0, sections 5.3 (types) and 5.5 (modules). Whatever is malformed raises `ModuleError` with its
offset.
"""

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from nogrow.errors import ModuleError
from nogrow.wasm.constexpr import read_constant
from nogrow.wasm.model import Constant, ElementSegment, Exports, Global, Kind, MemoryType, SegmentMode, Table
from nogrow.wasm.reader import Reader
from nogrow.wasm.types import VALUE_TYPES, Types, ValueType, read_reference_type, read_value_type

if TYPE_CHECKING:
    from nogrow.wasm.vectors import VectorReader

_SHARED = 2
_LONG = 4
# As the kernel marks a mutable global, and a name that is not ASCII.
_MUTABLE = _NOT_ASCII = 256
# The limit of V8 and other engines, in bytes.
LONGEST_NAME = 100_000

_KINDS = tuple(Kind)
_SHOWN = 200


def read_table_type(reader: Reader, types: Types, *, imported: bool) -> Table:
    """Read the type of a table in a module with `types`; raises `ModuleError` with the offset."""
    start = at = reader.position
    element = _known(read_reference_type(reader), types, at)
    at = reader.position
    flags = reader.byte()
    if flags > 7:
        raise ModuleError(f"unknown limits flags 0x{flags:02x}", at)
    if flags & _SHARED and not types.is_shared(element):
        raise ModuleError("a shared table of a type that is not shared", start)
    reader.unsigned(64)
    if flags & 1:
        reader.unsigned(64)
    return Table(imported, element, None, 64 if flags & _LONG else 32)


def read_memory_type(reader: Reader, *, imported: bool) -> MemoryType:
    """Read the type of a memory, whose limits count pages; raises `ModuleError` with the offset."""
    start = at = reader.position
    flags = reader.byte()
    if flags > 15:
        raise ModuleError(f"unknown limits flags 0x{flags:02x}", at)
    minimum = reader.unsigned(64)
    maximum = reader.unsigned(64) if flags & 1 else None
    page_size = 65536
    if flags & 8:
        at = reader.position
        exponent = reader.u32()
        if exponent > 16:
            raise ModuleError(f"page size 2^{exponent}, at most 2^16 is allowed", at)
        page_size = 1 << exponent
    if maximum is not None and maximum < minimum:
        raise ModuleError(f"maximum {maximum} is below minimum {minimum}", at)
    bits, span = 64 if flags & 4 else 32, (start, reader.position)
    return MemoryType(imported, bool(flags & _SHARED), bits, page_size, minimum, maximum, span)


def read_global_type(reader: Reader, types: Types) -> tuple[ValueType, bool]:
    """Read the type of a global: that of its value, and whether it is mutable, in a module with `types`.

    Raises `ModuleError` with the offset.
    """
    start = at = reader.position
    value = _known(read_value_type(reader), types, at)
    at = reader.position
    flags = reader.byte()
    if flags > 3:
        raise ModuleError(f"unknown global flags 0x{flags:02x}", at)
    if flags & _SHARED and not types.is_shared(value):
        raise ModuleError("a shared global of a type that is not shared", start)
    return value, bool(flags & 1)


def read_globals(reader: Reader, types: Types, vectors: "VectorReader | None" = None) -> list[Global]:
    """Read the globals that a module with `types` defines; raises `ModuleError` with the offset."""
    count = reader.count()
    records = vectors.globals(reader, count) if vectors else array("I")
    # Few of them differ.
    made = {
        record: Global(False, record >= _MUTABLE, VALUE_TYPES[record & 0xFF], Constant())
        for record in set(records)
    }
    found = [made[record] for record in records]
    for _ in range(count - len(found)):
        value, mutable = read_global_type(reader, types)
        found.append(Global(False, mutable, value, read_constant(reader)._replace(number=None)))
    return found


def _known(value: ValueType, types: Types, at: int) -> ValueType:
    if value.index is not None and value.index >= len(types.defined):
        raise ModuleError(f"type index {value.index} out of range", at)
    return value


def read_exports(reader: Reader, sizes: Sequence[int], vectors: "VectorReader | None" = None) -> Exports:
    """Read the exports of a module; `sizes` are the lengths of its index spaces, in the order of `Kind`.

    Raises `ModuleError` with the offset.
    """
    count, start = reader.count(), reader.position
    records = vectors.exports(reader, count, sizes, LONGEST_NAME) if vectors else array("I")
    names = [reader.data[at : at + length] for at, length in zip(records[::4], records[1::4], strict=True)]
    marked = records[2::4].tolist()
    kinds, indices = bytearray(kind & 0xFF for kind in marked), records[3::4]
    known = set(names)
    if len(known) != len(names) or (max(marked, default=0) >= _NOT_ASCII and not _are_utf8(names)):
        # Read one by one, they give the offset of the first error.
        reader.position = start
        names, kinds, indices, known = [], bytearray(), array("I"), set()
    for _ in range(count - len(names)):
        at = reader.position
        name, number = reader.name(LONGEST_NAME), reader.byte()
        index = reader.u32()
        if number >= len(_KINDS):
            raise ModuleError(f"unknown kind of export 0x{number:02x}", at)
        if index >= sizes[number]:
            kind = _KINDS[number].name.lower()
            raise ModuleError(f"export {_shown(name)}: {kind} index {index} out of range", at)
        encoded = name.encode()
        if encoded in known:
            raise ModuleError(f"duplicate export name {_shown(name)}", at)
        known.add(encoded)
        names.append(encoded)
        kinds.append(number)
        indices.append(index)
    return Exports(names, bytes(kinds), indices)


def _are_utf8(names: list[bytes]) -> bool:
    try:
        for name in names:
            name.decode()
    except UnicodeDecodeError:
        return False
    return True


def _shown(name: str) -> str:
    return repr(name if len(name) <= _SHOWN else f"{name[:_SHOWN]}...")


def read_u32s(reader: Reader, vectors: "VectorReader | None" = None) -> "array[int]":
    """Read a vector of unsigned numbers of at most 32 bits; raises `ModuleError` with the offset."""
    count = reader.count()
    numbers = vectors.u32s(reader, count) if vectors else array("I")
    numbers.extend(reader.u32s(count - len(numbers)))
    return numbers


def read_element(reader: Reader, tables: int, vectors: "VectorReader | None" = None) -> ElementSegment:
    """Read the next element segment of a module with `tables` tables.

    Raises `ModuleError` with the offset.
    """
    at = reader.position
    flags = reader.u32()
    if flags > 7:
        raise ModuleError(f"unknown element segment flags {flags}", at)
    mode, table, offset = SegmentMode.ACTIVE, 0, Constant()
    if flags & 1:
        mode = SegmentMode.DECLARATIVE if flags & 2 else SegmentMode.PASSIVE
    else:
        table = reader.u32() if flags & 2 else 0
        offset = read_constant(reader)
        if table >= tables:
            raise ModuleError(f"table index {table} out of range", at)
    expressions = bool(flags & 4)
    if flags & 3:
        kind_at = reader.position
        if expressions:
            read_reference_type(reader)
        elif reader.byte() != 0:
            raise ModuleError("unknown kind of elements", kind_at)
    if not expressions:
        items = tuple(read_u32s(reader, vectors))
        return ElementSegment(mode, table, offset.number, items, items)
    constants = [read_constant(reader) for _ in range(reader.count())]
    return ElementSegment(
        mode,
        table,
        offset.number,
        tuple(constant.function for constant in constants),
        tuple(index for constant in constants for index in constant.functions),
    )


class DataSegment(NamedTuple):
    """A data segment of `size` bytes for `memory`, None for a passive segment.

    `offset` is the address that it is written to, None if that is not constant.
    """

    memory: int | None
    offset: int | None
    size: int


def read_data(reader: Reader, memories: int) -> DataSegment:
    """Read the next data segment of a module with `memories` memories; skip its bytes.

    Raises `ModuleError` with the offset if it is malformed.
    """
    memory, offset = None, None
    at = reader.position
    flags = reader.u32()
    if flags > 2:
        raise ModuleError(f"unknown data segment flags {flags}", at)
    if flags != 1:
        memory = reader.u32() if flags == 2 else 0
        if memory >= memories:
            raise ModuleError(f"memory index {memory} out of range", at)
        offset = read_constant(reader).number
    size = reader.u32()
    reader.skip(size)
    return DataSegment(memory, offset, size)
