"""Splits a core module into its sections and checks their order, sizes and repetition.

WebAssembly 3.0, section 5.5.2.
"""

import enum
from typing import NamedTuple

from nogrow.errors import ModuleError
from nogrow.wasm.reader import Reader

MAGIC = b"\0asm"


class SectionId(enum.IntEnum):
    """The section ids. Custom sections may stand anywhere and repeat."""

    CUSTOM = 0
    TYPE = 1
    IMPORT = 2
    FUNCTION = 3
    TABLE = 4
    MEMORY = 5
    GLOBAL = 6
    EXPORT = 7
    START = 8
    ELEMENT = 9
    CODE = 10
    DATA = 11
    DATA_COUNT = 12
    TAG = 13


# Later proposals added the tag section (between memory and global) and the data count section (before code).
ORDER = tuple(SectionId(number) for number in (1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11))


class Section(NamedTuple):
    """A section with contents from `start` to `end`, in bytes of the file; custom sections have a `name`."""

    id: SectionId
    start: int
    end: int
    name: str = ""


def is_component(data: bytes) -> bool:
    """Return whether the header announces a component of any version, not a core module."""
    return data[:4] == MAGIC and data[6:8] == b"\x01\x00"


def read_sections(data: bytes) -> tuple[Section, ...]:
    """Return the sections of a core module in file order.

    Raises `ModuleError` for anything but a well-framed core module.
    """
    if data[:4] != MAGIC:
        raise ModuleError("not a WebAssembly module: the file does not start with \\0asm", 0)
    if len(data) < 8:
        raise ModuleError("the file ends inside the header", len(data))
    version = int.from_bytes(data[4:6], "little")
    layer = int.from_bytes(data[6:8], "little")
    if layer == 1:
        raise ModuleError("a component, not a core module", 4)
    if (version, layer) != (1, 0):
        raise ModuleError(f"unknown binary version {version} (layer {layer})", 4)
    reader = Reader(data, 8, len(data))
    sections: list[Section] = []
    last = -1
    while reader.position < reader.end:
        at = reader.position
        section = _read_section(reader)
        if section.id is not SectionId.CUSTOM:
            order = ORDER.index(section.id)
            if order <= last:
                raise ModuleError(f"{section.id.name.lower()} section repeated or out of order", at)
            last = order
        sections.append(section)
    return tuple(sections)


def _read_section(reader: Reader) -> Section:
    at = reader.position
    number = reader.byte()
    size = reader.u32()
    start = reader.position
    if number not in SectionId.__members__.values():
        raise ModuleError(f"unknown section id {number}", at)
    section = SectionId(number)
    if size > reader.end - start:
        left, name = reader.end - start, section.name.lower()
        raise ModuleError(f"the {name} section announces {size} bytes, {left} are left in the file", at)
    reader.position = start + size
    if section is not SectionId.CUSTOM:
        return Section(section, start, start + size)
    inner = Reader(reader.data, start, start + size)
    name = inner.name()
    return Section(section, inner.position, start + size, name)
