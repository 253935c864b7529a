"""Knows how a component encodes names, descriptions of imports and exports, and canonical built-ins.

Component model, Binary.md.
"""

from nogrow.errors import ModuleError
from nogrow.wasm.reader import Reader

BUILT_INS = {
    **dict.fromkeys((0x02, 0x03, 0x04, 0x07, 0x0E, 0x13, 0x14, 0x15, 0x1A, 0x1B), "i"),
    **dict.fromkeys((0x05, 0x08, 0x0D, 0x1E, 0x1F, 0x22, 0x23, 0x24, 0x25, 0x26), ""),
    **dict.fromkeys((0x06, 0x0C, 0x29, 0x2B, 0x2C, 0x2D), "b"),
    **dict.fromkeys((0x0F, 0x10, 0x16, 0x17), "io"),
    **dict.fromkeys((0x11, 0x12, 0x18, 0x19), "ib"),
    **dict.fromkeys((0x0A, 0x0B), "c"),
    **dict.fromkeys((0x1C, 0x1D), "o"),
    **dict.fromkeys((0x20, 0x21), "bi"),
    0x09: "ro",
    0x27: "ii",
}
"""The operands of each canonical built-in: i an index, b a byte, o options, r results, c a context slot.

The threads' 28, 2a, 40, 41 and 42 are missing, because their operands changed from one draft to the next.
"""


def read_core_sort(reader: Reader) -> int | None:
    """Read a sort; return the core sort, None for a sort of the component level."""
    return reader.byte() if reader.byte() == 0 else None


def skip_external_name(reader: Reader) -> None:
    """Skip the name of an import or export; raises `ModuleError` for an unknown form."""
    at, form = reader.position, reader.byte()
    if form > 2:
        raise ModuleError(f"unknown form of name 0x{form:02x}", at)
    reader.name()
    for _ in range(reader.count() if form == 2 else 0):
        reader.byte()
        reader.name()


def read_description(reader: Reader) -> int | None:
    """Read the description of an import or export; return its core sort, None for other sorts.

    Raises `ModuleError` for an unknown description.
    """
    at, kind = reader.position, reader.byte()
    if kind == 0:
        sort = reader.byte()
        reader.u32()
        return sort
    if kind in (1, 4, 5):
        reader.u32()
    elif kind == 2:
        if reader.byte() == 0:
            reader.u32()
        else:
            reader.signed(33)
    elif kind == 3:
        if reader.byte() == 0:
            reader.u32()
    else:
        raise ModuleError(f"unknown description 0x{kind:02x}", at)
    return None
