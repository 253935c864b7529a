"""Read instructions; `opcodes.py` has the name and immediates of each opcode."""

from .binary import Reader
from .model import (
    BlockType,
    Catch,
    DecodeError,
    Expression,
    Handler,
    Immediate,
    Instruction,
    MemoryArgument,
)
from .opcodes import ONE_BYTE, PREFIXED

_OPENERS = frozenset({"block", "loop", "if", "try", "try_table"})
_CLOSERS = frozenset({"end", "delegate"})


def expression(reader: Reader) -> Expression:
    """Return instructions up to the `end` that closes no block of theirs, with that `end`."""
    instructions: list[Instruction] = []
    depth = 1
    while depth:
        instruction = _instruction(reader)
        instructions.append(instruction)
        if instruction.name in _OPENERS:
            depth += 1
        elif instruction.name in _CLOSERS:
            depth -= 1
    if instructions[-1].name != "end":
        raise DecodeError(instructions[-1].offset, "a body must end with `end`")
    return tuple(instructions)


def _instruction(reader: Reader) -> Instruction:
    offset = reader.position
    opcode, table = reader.byte(), ONE_BYTE
    if opcode in PREFIXED:
        table = PREFIXED[opcode]
        opcode = reader.unsigned()
    if opcode not in table:
        raise DecodeError(offset, "unknown instruction")
    name, kinds = table[opcode]
    return Instruction(offset, name, tuple(_immediate(reader, kind) for kind in kinds))


def _immediate(reader: Reader, kind: str) -> Immediate:
    match kind:
        case "index":
            return reader.unsigned()
        case "indices":
            return reader.vector(reader.unsigned)
        case "s32":
            return reader.signed(32)
        case "s64":
            return reader.signed(64)
        case "bytes1" | "bytes4" | "bytes8" | "bytes16":
            return reader.bytes(int(kind.removeprefix("bytes")))
        case "memarg":
            return _memory_argument(reader)
        case "block_type":
            return _block_type(reader)
        case "heap_type":
            return reader.heap_type()
        case "value_types":
            return reader.vector(reader.value_type)
        case "catches":
            return reader.vector(lambda: _catch(reader))
        case "handlers":
            return reader.vector(lambda: _handler(reader))
        case "cast_flags":
            if reader.peek() > 3:
                reader.fail("unknown cast flags")
            return reader.byte()
        case "zero_byte":
            if reader.peek() != 0:
                reader.fail("this byte must be zero")
            return reader.byte()
    raise ValueError(kind)


def _memory_argument(reader: Reader) -> MemoryArgument:
    start = reader.position
    flags = reader.unsigned()
    if flags >= 0x80:
        raise DecodeError(start, "unknown flags in a memory argument")
    memory = reader.unsigned() if flags & 0x40 else 0
    return MemoryArgument(flags & 0x3F, reader.unsigned(64), memory)


def _block_type(reader: Reader) -> BlockType:
    byte = reader.peek()
    if byte == 0x40:
        reader.byte()
        return BlockType(None)
    if byte & 0xC0 == 0x40:
        return BlockType(reader.value_type())
    start, index = reader.position, reader.signed(33)
    if index < 0:
        raise DecodeError(start, "unknown block type")
    return BlockType(index)


def _catch(reader: Reader) -> Catch:
    kind = reader.peek()
    if kind > 3:
        reader.fail("unknown catch clause")
    reader.byte()
    tag = reader.unsigned() if kind < 2 else None
    return Catch(tag, kind % 2 == 1, reader.unsigned())


def _handler(reader: Reader) -> Handler:
    kind = reader.peek()
    if kind > 1:
        reader.fail("unknown handler clause")
    reader.byte()
    return Handler(reader.unsigned(), reader.unsigned() if kind == 0 else None)
