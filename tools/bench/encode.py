"""Encode numbers, names, vectors, sections and modules in the binary format (WebAssembly 3.0, chapter 5)."""

from collections.abc import Sequence

HEADER = b"\0asm\1\0\0\0"
EMPTY = b"\x60\0\0"
"""The type of functions without parameters and results."""
_MEMORY = b"\0\1"
_END = b"\x0b"


def leb(number: int) -> bytes:
    """Return `number` as an unsigned LEB128."""
    if number < 0x80:
        return bytes((number,))
    digits = bytearray()
    while number >= 0x80:
        digits.append(number & 0x7F | 0x80)
        number >>= 7
    digits.append(number)
    return bytes(digits)


def name(text: str) -> bytes:
    """Return a name: its length in bytes, and the text as UTF-8."""
    return sized(text.encode())


def sized(contents: bytes) -> bytes:
    """Return the length of the contents in bytes, and the contents."""
    return leb(len(contents)) + contents


def vector(items: Sequence[bytes]) -> bytes:
    """Return a vector: the count, then the items."""
    return leb(len(items)) + b"".join(items)


def section(number: int, contents: bytes) -> bytes:
    """Return a section with its id and size."""
    return bytes((number,)) + sized(contents)


def custom(title: str, contents: bytes) -> bytes:
    """Return a custom section."""
    return section(0, name(title) + contents)


def names(functions: Sequence[bytes]) -> bytes:
    """Return a name section with the names of functions, each after its index."""
    return custom("name", b"\1" + sized(vector(functions)))


def signed(number: int) -> bytes:
    """Return `number` as a signed LEB128."""
    digits = bytearray()
    while not -0x40 <= number < 0x40:
        digits.append(number & 0x7F | 0x80)
        number >>= 7
    digits.append(number & 0x7F)
    return bytes(digits)


def module(
    bodies: Sequence[bytes] = (),
    *,
    types: Sequence[bytes] = (EMPTY,),
    imports: Sequence[bytes] = (),
    tables: Sequence[bytes] = (),
    memories: Sequence[bytes] = (_MEMORY,),
    tags: Sequence[bytes] = (),
    globals_: Sequence[bytes] = (),
    exports: Sequence[tuple[bytes, int]] = (),
    elements: Sequence[bytes] = (),
    data: Sequence[bytes] = (),
    local: bytes = b"\0",
) -> bytes:
    """Return a module of functions of type 0, with memory 0 exported if a function is.

    The bodies need no `end`; `local` declares the locals of each.
    """
    named = [sized(export) + b"\0" + leb(index) for export, index in exports]
    if exports and memories:
        named.append(sized(b"memory") + b"\2\0")
    parts = {
        1: types, 2: imports, 3: [b"\0"] * len(bodies), 4: tables, 5: memories, 13: tags, 6: globals_,
        7: named, 9: elements, 10: [sized(local + body + _END) for body in bodies], 11: data,
    }  # fmt: skip
    return HEADER + b"".join(section(number, vector(items)) for number, items in parts.items() if items)
