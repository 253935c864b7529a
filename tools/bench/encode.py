"""Encode numbers, names, vectors and sections in the binary format (WebAssembly 3.0, chapter 5)."""

from collections.abc import Sequence

HEADER = b"\0asm\1\0\0\0"


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


def signed(number: int) -> bytes:
    """Return `number` as a signed LEB128."""
    digits = bytearray()
    while not -0x40 <= number < 0x40:
        digits.append(number & 0x7F | 0x80)
        number >>= 7
    digits.append(number & 0x7F)
    return bytes(digits)
