"""This module reads the instructions of a function body one by one, with their offsets.

The scan has read the code before, so its immediates are known to be well formed (WebAssembly 3.0,
section 5.4).
"""

from collections.abc import Iterator
from typing import NamedTuple

from nogrow.errors import ModuleError
from nogrow.wasm.opcodes import INSTRUCTIONS, PREFIXES, Immediate
from nogrow.wasm.reader import Reader
from nogrow.wasm.types import read_heap_type, read_value_type

_BYTES = {
    Immediate.BYTE: 1,
    Immediate.BYTES4: 4,
    Immediate.BYTES8: 8,
    Immediate.BYTES16: 16,
    Immediate.ZERO: 1,
    Immediate.CAST_FLAGS: 1,
}
_HAS_MEMORY = 0x40
_EMPTY = 0x40


class Instruction(NamedTuple):
    """An instruction from `start` to `end`, in bytes of the file; `opcode` is its first byte."""

    opcode: int
    start: int
    end: int


def instructions(data: bytes, start: int, end: int) -> Iterator[Instruction]:
    """Yield the instructions of the function body from `start` (its locals) to `end`.

    Raises `ModuleError` with the offset in the file if an instruction cannot be read.
    """
    reader = Reader(data, start, end)
    for _ in range(reader.count()):
        reader.u32()
        read_value_type(reader)
    while reader.position < end:
        offset = reader.position
        opcode = reader.byte()
        definition = INSTRUCTIONS.get((opcode, reader.u32() if opcode in PREFIXES else None))
        if definition is None:
            raise ModuleError(f"unknown instruction, opcode 0x{opcode:02x}", offset)
        for immediate in definition.immediates:
            _skip(reader, immediate)
        yield Instruction(opcode, offset, reader.position)


def _skip(reader: Reader, immediate: Immediate) -> None:
    if immediate in _BYTES:
        reader.take(_BYTES[immediate])
        return
    match immediate:
        case Immediate.S32:
            reader.signed(32)
        case Immediate.S33:
            reader.signed(33)
        case Immediate.S64:
            reader.signed(64)
        case Immediate.MEMARG:
            if reader.u32() & _HAS_MEMORY:
                reader.u32()
            reader.unsigned(64)
        case Immediate.BLOCK_TYPE:
            _skip_block_type(reader)
        case Immediate.HEAP_TYPE:
            read_heap_type(reader)
        case Immediate.VALUE_TYPES:
            for _ in range(reader.count()):
                read_value_type(reader)
        case Immediate.LABELS:
            reader.u32s(reader.count() + 1)
        case Immediate.CATCHES:
            for _ in range(reader.count()):
                # The kinds below 2 have a tag index before the label.
                reader.u32s(2 if reader.byte() < 2 else 1)
        case Immediate.HANDLERS:
            for _ in range(reader.count()):
                # Kind 0 has a label after the tag index.
                reader.u32s(2 if reader.byte() == 0 else 1)
        case _:
            reader.u32()


def _skip_block_type(reader: Reader) -> None:
    byte = reader.peek()
    if byte == _EMPTY:
        reader.byte()
    elif byte & 0xC0 == 0x40:
        # A single byte that encodes a negative number is a value type.
        read_value_type(reader)
    else:
        read_heap_type(reader)
