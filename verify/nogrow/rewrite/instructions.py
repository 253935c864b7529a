"""This module reads the instructions of a function body one by one, with their offsets.

The scan has read the code before, so its immediates are known to be well formed (WebAssembly 3.0,
section 5.4).
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from nogrow.errors import ModuleError
from nogrow.rewrite.code_offset_sections import bodies
from nogrow.rewrite.splice import Frame
from nogrow.wasm.model import Kind, Module
from nogrow.wasm.opcodes import INSTRUCTIONS, PREFIXES, Immediate
from nogrow.wasm.reader import Reader
from nogrow.wasm.runtime import Engine
from nogrow.wasm.scan import scan
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
_END = 0x0B


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
        yield read_instruction(reader)


def expression(reader: Reader) -> Iterator[Instruction]:
    """Yield the instructions of an expression without blocks, its `end` included.

    Raises as `instructions` does.
    """
    while True:
        instruction = read_instruction(reader)
        yield instruction
        if instruction.opcode == _END:
            return


def read_instruction(reader: Reader) -> Instruction:
    """Read the next instruction; raises `ModuleError` with the offset in the file if that cannot be done."""
    offset = reader.position
    opcode = reader.byte()
    definition = INSTRUCTIONS.get((opcode, reader.u32() if opcode in PREFIXES else None))
    if definition is None:
        raise ModuleError(f"unknown instruction, opcode 0x{opcode:02x}", offset)
    for immediate in definition.immediates:
        _skip(reader, immediate)
    return Instruction(opcode, offset, reader.position)


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


SIZE, GROW = 0x3F, 0x40
_DISAGREE = "internal error: the scan and the rewriter disagree about the code; please report it"


class Site(NamedTuple):
    """An instruction from `start` to `end`, in bytes of the file, that ends with the index `memory`."""

    opcode: int
    start: int
    end: int
    memory: int


class Body(NamedTuple):
    """A function with sites: its index, the frame of its body, its instructions, and the sites in order."""

    function: int
    frame: Frame
    code: Sequence[Instruction]
    sites: Sequence[Site]


def find_sites(module: Module, engine: Engine, *, sizes: bool) -> Sequence[Body]:
    """Return the functions that contain `memory.grow` or, with `sizes`, `memory.size` instructions.

    Raises `ModuleError` for code that cannot be read.
    """
    grows = sorted(grow.offset for grow in scan(module, engine).grows)
    hints = sorted({*grows, *(_possible_sizes(module) if sizes else ())})
    opcodes = {GROW, SIZE} if sizes else {GROW}
    result: list[Body] = []
    seen: list[int] = []
    for index, frame in enumerate(bodies(module) if hints else (), len(module.imported(Kind.FUNCTION))):
        first = bisect_left(hints, frame.start)
        if first == len(hints) or hints[first] >= frame.end:
            continue
        code = tuple(instructions(module.data, frame.start, frame.end))
        sites = tuple(_site(module, item) for item in code if item.opcode in opcodes)
        seen += (site.start for site in sites if site.opcode == GROW)
        if sites:
            result.append(Body(index, frame, code, sites))
    if seen != grows:
        raise ModuleError(_DISAGREE, min(set(seen) ^ set(grows), default=0))
    return result


def _possible_sizes(module: Module) -> list[int]:
    """Return the offset of each byte in the code that may be the opcode of a `memory.size`.

    Only functions with such a byte are decoded here, which is much slower than the scan.
    """
    last = min(len(module.memories), 0x80) - 1
    if last < 0:
        return []
    pattern = re.compile(rb"\x3f(?:[\x00-" + re.escape(bytes((last,))) + rb"]|[\x80-\xff]+[\x00-\x7f])")
    return [found.start() for found in pattern.finditer(module.data, *module.code)]


def _site(module: Module, instruction: Instruction) -> Site:
    """Return the site; the index of its memory may be a padded LEB128."""
    memory = Reader(module.data, instruction.start + 1, instruction.end).u32()
    return Site(instruction.opcode, instruction.start, instruction.end, memory)
