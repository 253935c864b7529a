"""Reads the types of tables, memories and globals, as imports and sections declare them.

WebAssembly 3.0, section 5.3.
"""

from nogrow.errors import ModuleError
from nogrow.wasm.model import MemoryType, Table
from nogrow.wasm.reader import Reader
from nogrow.wasm.types import Types, ValueType, read_reference_type, read_value_type

_SHARED = 2


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
    return Table(imported, element, None)


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


def _known(value: ValueType, types: Types, at: int) -> ValueType:
    if value.index is not None and value.index >= len(types.defined):
        raise ModuleError(f"type index {value.index} out of range", at)
    return value
