"""The opcode table in the form that the scan kernel reads (`scan.wat` describes both parts).

In: `opcodes.py`. Out: descriptors, and the masks, lengths and shapes of the fast path.
"""

import struct

from nogrow.wasm.opcodes import INSTRUCTIONS, PREFIXES, Action, Immediate, Instruction

_SUB_OPCODES = 512
COUNT = 256 + _SUB_OPCODES * len(PREFIXES)
"""How many descriptors there are: one for each opcode, then 512 for each prefix."""

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


def instruction_tables() -> tuple[bytes, bytes]:
    """Descriptors (8 bytes: action, kinds of immediates), fast path (16 bytes: mask, length, shape)."""
    descriptors = bytearray(8 * COUNT)
    # Of these masks only `unreachable` among zeros passes: it is one byte long.
    fast = bytearray(b"\xff" * 8 + b"\1" + bytes(7)) * 256
    for (opcode, sub), instruction in INSTRUCTIONS.items():
        number = opcode
        if sub is not None:
            number = 256 + _SUB_OPCODES * PREFIXES.index(opcode) + sub
        record = bytes((instruction.action, *instruction.immediates))
        descriptors[8 * number : 8 * number + len(record)] = record
        if sub is None:
            mask = _fast_mask(instruction.action, instruction.immediates)
            if mask is not None:
                struct.pack_into("<QI", fast, 16 * opcode, *mask)
            struct.pack_into("<I", fast, 16 * opcode + 12, _shape(instruction))
    return bytes(descriptors), bytes(fast)


def _fast_mask(action: Action, immediates: tuple[Immediate, ...]) -> tuple[int, int] | None:
    """The bits that must be 0 in the first 8 bytes for the instruction to have the length that follows."""
    if action is not Action.PLAIN:
        return None
    masks = {
        Immediate.U32: b"\x80",
        Immediate.S32: b"\x80",
        Immediate.S64: b"\x80",
        # Alignments of 32 and more, a memory index, a continued LEB128: all for the long way.
        Immediate.MEMARG: b"\xe0\x80",
        Immediate.BYTES4: bytes(4),
        Immediate.BYTES8: bytes(8),
    }
    if not all(immediate in masks for immediate in immediates):
        return None
    mask = b"\0" + b"".join(masks[immediate] for immediate in immediates)
    return int.from_bytes(mask[:8], "little"), len(mask)


def _shape(instruction: Instruction) -> int:
    """The number of the kernel's short way for an instruction that the mask does not settle; 0 for none."""
    if instruction.action is not Action.PLAIN:
        return _SHAPES.get(instruction.action, 0)
    if instruction.immediates in ((Immediate.U32,), (Immediate.S32,), (Immediate.S64,)):
        return _SHAPE_LEB
    return _SHAPE_MEMARG if instruction.immediates == (Immediate.MEMARG,) else 0
