"""A module to a copy that traps where it would grow a memory, every byte of it in the same place."""

from nogrow.wasm.decode import decode
from nogrow.wasm.kernel import Engine
from nogrow.wasm.scan import scan

UNREACHABLE = 0x00
MORE = 0x80


def grow_offsets(data: bytes) -> frozenset[int]:
    """The offsets in the core module `data`, in bytes, of its `memory.grow`; raises `ModuleError`."""
    return frozenset(grow.offset for grow in scan(decode(data), Engine()).grows)


def trapped(data: bytes) -> bytes:
    """The core module `data` with each byte of its `memory.grow` instructions an `unreachable`.

    The copy is valid if `data` is: after an `unreachable`, the operand stack holds whatever is asked of it
    (WebAssembly 3.0, section 3.3, stack-polymorphic instructions).

    Raises `ModuleError` if it can't be decoded.
    """
    return with_traps(data, grow_offsets(data))


def with_traps(data: bytes, offsets: frozenset[int]) -> bytes:
    """`data` with the `memory.grow` at each of `offsets` replaced."""
    copy = bytearray(data)
    for start in offsets:
        end = start + 1
        # The index of the memory, a LEB128 number that may be longer than it has to be.
        while copy[end] & MORE:
            end += 1
        copy[start : end + 1] = bytes([UNREACHABLE]) * (end + 1 - start)
    return bytes(copy)
