"""Reads element segments in all of their eight forms, and data segments (WebAssembly 3.0, section 5.5)."""

from typing import NamedTuple

from nogrow.errors import ModuleError
from nogrow.wasm.constexpr import read_constant
from nogrow.wasm.model import Constant, ElementSegment, SegmentMode
from nogrow.wasm.reader import Reader
from nogrow.wasm.types import read_reference_type


def read_element(reader: Reader, tables: int) -> ElementSegment:
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
        items = tuple(reader.u32s(reader.count()))
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
