"""Encodes the opcode table for the scan kernel: descriptors of all instructions, and a fast path's table."""

import struct
from functools import cache

from nogrow.wasm.opcodes import INSTRUCTIONS, PREFIXES, Action, Immediate, Instruction

_SUB_OPCODES = 512
COUNT = 256 + _SUB_OPCODES * len(PREFIXES)
"""The number of descriptors: one for each opcode, then 512 for each prefix."""

# The order of the labels in the fast path of `$scan_body`.
_SHAPE_LEB, _SHAPE_MEMARG = 1, 2
_SHAPES = {
    Action.BLOCK: 3,
    Action.LOOP: 4,
    Action.IF: 5,
    Action.BR: 6,
    Action.BR_IF: 7,
    Action.CALL: 8,
    Action.END: 9,
}


@cache
def instruction_tables() -> tuple[bytes, bytes]:
    """Return the descriptors and the fast path's table.

    A descriptor has 8 bytes: the action, then the kinds of immediates. An entry of the fast path has 16: mask
    (8), length (4) and shape (4).
    """
    descriptors = bytearray(8 * COUNT)
    # Eight zeros pass this mask: an `unreachable`, which is one byte long, before others.
    fast = bytearray(b"\xff" * 8 + b"\1" + bytes(7)) * 256
    for (opcode, sub), instruction in INSTRUCTIONS.items():
        number = opcode if sub is None else 256 + _SUB_OPCODES * PREFIXES.index(opcode) + sub
        record = bytes((instruction.action, *instruction.immediates))
        descriptors[8 * number : 8 * number + len(record)] = record
        if sub is None:
            mask = _fast_mask(instruction.action, instruction.immediates)
            if mask is not None:
                struct.pack_into("<QI", fast, 16 * opcode, *mask)
            struct.pack_into("<I", fast, 16 * opcode + 12, _shape(instruction))
    return bytes(descriptors), bytes(fast)


def _fast_mask(action: Action, immediates: tuple[Immediate, ...]) -> tuple[int, int] | None:
    """Return the bits that must be 0 in the first 8 bytes of a plain instruction, and its length if they are.

    None stands for an instruction without a usual length.
    """
    if action is not Action.PLAIN:
        return None
    masks = {
        Immediate.U32: b"\x80",
        Immediate.S32: b"\x80",
        Immediate.S64: b"\x80",
        # Any alignment of 32 or more, a memory index and a continued LEB128 leave the fast path.
        Immediate.MEMARG: b"\xe0\x80",
        Immediate.BYTES4: bytes(4),
        Immediate.BYTES8: bytes(8),
    }
    if not all(immediate in masks for immediate in immediates):
        return None
    mask = b"\0" + b"".join(masks[immediate] for immediate in immediates)
    return int.from_bytes(mask[:8], "little"), len(mask)


def _shape(instruction: Instruction) -> int:
    """Return the shape by which the kernel reads an instruction that the mask rejects, 0 for none."""
    if instruction.action is not Action.PLAIN:
        return _SHAPES.get(instruction.action, 0)
    if instruction.immediates in ((Immediate.U32,), (Immediate.S32,), (Immediate.S64,)):
        return _SHAPE_LEB
    return _SHAPE_MEMARG if instruction.immediates == (Immediate.MEMARG,) else 0
