"""Describes every instruction once: its immediates, and what the scan does with it.

`instruction_tables` encodes `INSTRUCTIONS` for the kernel, and `constexpr.py` reads constant expressions with
it. WebAssembly 3.0, section 5.4, with threads, legacy exceptions, wide arithmetic and stack switching.
"""

import enum
import struct
from functools import cache
from typing import NamedTuple


class Immediate(enum.IntEnum):
    """A kind of immediate. The kernel uses the same numbers; 0 ends an instruction's list."""

    # U32 is an index or number that no verdict depends on.
    U32, S32, S33, S64, BYTE, BYTES4, BYTES8, BYTES16, MEMARG = range(1, 10)
    BLOCK_TYPE, HEAP_TYPE, VALUE_TYPES = range(10, 13)
    # Indices, each checked against the size of its index space.
    FUNCTION, TYPE, TABLE, MEMORY, TAG, ELEMENT, LABEL = range(13, 20)
    # Vectors that the kernel reads when it acts on the instruction.
    LABELS, CATCHES, HANDLERS = range(20, 23)
    # Bytes most of whose values are unassigned.
    ZERO, CAST_FLAGS = range(23, 25)


class Action(enum.IntEnum):
    """What the kernel does with an instruction after reading its immediates. It uses the same numbers."""

    UNKNOWN, PLAIN, UNREACHABLE, BLOCK, LOOP, IF, ELSE, END = range(8)
    BR, BR_IF, BR_TABLE, RETURN = range(8, 12)
    # The kernel takes the odd ones of these for tail calls.
    CALL, RETURN_CALL, CALL_INDIRECT, RETURN_CALL_INDIRECT, CALL_REF, RETURN_CALL_REF = range(12, 18)
    TRY, CATCH, CATCH_ALL, DELEGATE, THROW, TRY_TABLE = range(18, 24)
    MEMORY_GROW, REF_FUNC, TABLE_INIT, TABLE_COPY, TABLE_WRITE, TABLE_GET = range(24, 30)
    BR_ON_CAST, CONVERT, SUSPEND, RESUME, SWITCH = range(30, 35)


class Instruction(NamedTuple):
    """An instruction: its name in the text format, its immediates in order, and the kernel's action."""

    name: str
    immediates: tuple[Immediate, ...] = ()
    action: Action = Action.PLAIN


PREFIXES = (0xFB, 0xFC, 0xFD, 0xFE)
"""Opcodes that are followed by a sub-opcode, a LEB128 u32."""

_I, _A = Immediate, Action
_MEMARG = (_I.MEMARG,)
_LANE = (_I.BYTE,)


def _named(first: int, names: str, *immediates: Immediate) -> dict[int, Instruction]:
    return {
        code: Instruction(name, immediates) for code, name in enumerate(names.split(), first) if name != "-"
    }


_BASE: dict[int, Instruction] = {
    0x00: Instruction("unreachable", (), _A.UNREACHABLE),
    0x01: Instruction("nop"),
    0x02: Instruction("block", (_I.BLOCK_TYPE,), _A.BLOCK),
    0x03: Instruction("loop", (_I.BLOCK_TYPE,), _A.LOOP),
    0x04: Instruction("if", (_I.BLOCK_TYPE,), _A.IF),
    0x05: Instruction("else", (), _A.ELSE),
    0x06: Instruction("try", (_I.BLOCK_TYPE,), _A.TRY),
    0x07: Instruction("catch", (_I.TAG,), _A.CATCH),
    0x08: Instruction("throw", (_I.TAG,), _A.THROW),
    0x09: Instruction("rethrow", (_I.LABEL,), _A.THROW),
    0x0A: Instruction("throw_ref", (), _A.THROW),
    0x0B: Instruction("end", (), _A.END),
    0x0C: Instruction("br", (_I.LABEL,), _A.BR),
    0x0D: Instruction("br_if", (_I.LABEL,), _A.BR_IF),
    0x0E: Instruction("br_table", (_I.LABELS,), _A.BR_TABLE),
    0x0F: Instruction("return", (), _A.RETURN),
    0x10: Instruction("call", (_I.FUNCTION,), _A.CALL),
    0x11: Instruction("call_indirect", (_I.TYPE, _I.TABLE), _A.CALL_INDIRECT),
    0x12: Instruction("return_call", (_I.FUNCTION,), _A.RETURN_CALL),
    0x13: Instruction("return_call_indirect", (_I.TYPE, _I.TABLE), _A.RETURN_CALL_INDIRECT),
    0x14: Instruction("call_ref", (_I.TYPE,), _A.CALL_REF),
    0x15: Instruction("return_call_ref", (_I.TYPE,), _A.RETURN_CALL_REF),
    0x18: Instruction("delegate", (_I.U32,), _A.DELEGATE),
    0x19: Instruction("catch_all", (), _A.CATCH_ALL),
    0x1A: Instruction("drop"),
    0x1B: Instruction("select"),
    0x1C: Instruction("select", (_I.VALUE_TYPES,)),
    0x1F: Instruction("try_table", (_I.BLOCK_TYPE, _I.CATCHES), _A.TRY_TABLE),
    **_named(0x20, "local.get local.set local.tee global.get global.set", _I.U32),
    0x25: Instruction("table.get", (_I.TABLE,), _A.TABLE_GET),
    0x26: Instruction("table.set", (_I.TABLE,), _A.TABLE_WRITE),
    **_named(0x28, "i32.load i64.load f32.load f64.load", _I.MEMARG),
    **_named(0x2C, "i32.load8_s i32.load8_u i32.load16_s i32.load16_u", _I.MEMARG),
    **_named(0x30, "i64.load8_s i64.load8_u i64.load16_s i64.load16_u", _I.MEMARG),
    **_named(0x34, "i64.load32_s i64.load32_u", _I.MEMARG),
    **_named(0x36, "i32.store i64.store f32.store f64.store", _I.MEMARG),
    **_named(0x3A, "i32.store8 i32.store16 i64.store8 i64.store16 i64.store32", _I.MEMARG),
    0x3F: Instruction("memory.size", (_I.MEMORY,)),
    0x40: Instruction("memory.grow", (_I.MEMORY,), _A.MEMORY_GROW),
    0x41: Instruction("i32.const", (_I.S32,)),
    0x42: Instruction("i64.const", (_I.S64,)),
    0x43: Instruction("f32.const", (_I.BYTES4,)),
    0x44: Instruction("f64.const", (_I.BYTES8,)),
    **{code: Instruction(f"numeric 0x{code:02x}") for code in range(0x45, 0xC5)},
    0xD0: Instruction("ref.null", (_I.HEAP_TYPE,)),
    0xD1: Instruction("ref.is_null"),
    0xD2: Instruction("ref.func", (_I.FUNCTION,), _A.REF_FUNC),
    0xD3: Instruction("ref.eq"),
    0xD4: Instruction("ref.as_non_null"),
    0xD5: Instruction("br_on_null", (_I.LABEL,), _A.BR_IF),
    0xD6: Instruction("br_on_non_null", (_I.LABEL,), _A.BR_IF),
    0xE0: Instruction("cont.new", (_I.TYPE,), _A.SUSPEND),
    0xE1: Instruction("cont.bind", (_I.TYPE, _I.TYPE), _A.SUSPEND),
    0xE2: Instruction("suspend", (_I.TAG,), _A.SUSPEND),
    0xE3: Instruction("resume", (_I.TYPE, _I.HANDLERS), _A.RESUME),
    0xE4: Instruction("resume_throw", (_I.TYPE, _I.TAG, _I.HANDLERS), _A.RESUME),
    0xE5: Instruction("resume_throw_ref", (_I.TYPE, _I.HANDLERS), _A.RESUME),
    0xE6: Instruction("switch", (_I.TYPE, _I.TAG), _A.SWITCH),
}

_CAST = (_I.CAST_FLAGS, _I.LABEL, _I.HEAP_TYPE, _I.HEAP_TYPE)

_GC: dict[int, Instruction] = {
    **_named(0x00, "struct.new struct.new_default", _I.TYPE),
    **_named(0x02, "struct.get struct.get_s struct.get_u struct.set", _I.TYPE, _I.U32),
    **_named(0x06, "array.new array.new_default", _I.TYPE),
    **_named(0x08, "array.new_fixed array.new_data", _I.TYPE, _I.U32),
    0x0A: Instruction("array.new_elem", (_I.TYPE, _I.ELEMENT)),
    **_named(0x0B, "array.get array.get_s array.get_u array.set", _I.TYPE),
    0x0F: Instruction("array.len"),
    0x10: Instruction("array.fill", (_I.TYPE,)),
    0x11: Instruction("array.copy", (_I.TYPE, _I.TYPE)),
    0x12: Instruction("array.init_data", (_I.TYPE, _I.U32)),
    0x13: Instruction("array.init_elem", (_I.TYPE, _I.ELEMENT)),
    **_named(0x14, "ref.test ref.test ref.cast ref.cast", _I.HEAP_TYPE),
    0x18: Instruction("br_on_cast", _CAST, _A.BR_ON_CAST),
    0x19: Instruction("br_on_cast_fail", _CAST, _A.BR_ON_CAST),
    0x1A: Instruction("any.convert_extern", (), _A.CONVERT),
    0x1B: Instruction("extern.convert_any", (), _A.CONVERT),
    **_named(0x1C, "ref.i31 i31.get_s i31.get_u"),
}

_MISC: dict[int, Instruction] = {
    **{code: Instruction(f"trunc_sat {code}") for code in range(0x00, 0x08)},
    0x08: Instruction("memory.init", (_I.U32, _I.MEMORY)),
    0x09: Instruction("data.drop", (_I.U32,)),
    0x0A: Instruction("memory.copy", (_I.MEMORY, _I.MEMORY)),
    0x0B: Instruction("memory.fill", (_I.MEMORY,)),
    0x0C: Instruction("table.init", (_I.ELEMENT, _I.TABLE), _A.TABLE_INIT),
    0x0D: Instruction("elem.drop", (_I.ELEMENT,)),
    0x0E: Instruction("table.copy", (_I.TABLE, _I.TABLE), _A.TABLE_COPY),
    0x0F: Instruction("table.grow", (_I.TABLE,), _A.TABLE_WRITE),
    0x10: Instruction("table.size", (_I.TABLE,)),
    0x11: Instruction("table.fill", (_I.TABLE,), _A.TABLE_WRITE),
    **_named(0x13, "i64.add128 i64.sub128 i64.mul_wide_s i64.mul_wide_u"),
}

_SIMD_UNASSIGNED = frozenset(bytes.fromhex("9aa2a5a6afb0b2b3b4bbc2c5c6cfd0d2d3d4e2ee"))

_SIMD: dict[int, Instruction] = {
    **{code: Instruction(f"simd 0x{code:x}") for code in range(0x0E, 0x114)},
    **{code: Instruction(f"simd memory 0x{code:x}", _MEMARG) for code in range(0x00, 0x0C)},
    0x0C: Instruction("v128.const", (_I.BYTES16,)),
    0x0D: Instruction("i8x16.shuffle", (_I.BYTES16,)),
    **{code: Instruction(f"simd lane 0x{code:x}", _LANE) for code in range(0x15, 0x23)},
    **{code: Instruction(f"simd lane memory 0x{code:x}", _MEMARG + _LANE) for code in range(0x54, 0x5C)},
    **_named(0x5C, "v128.load32_zero v128.load64_zero", _I.MEMARG),
}

_ATOMIC: dict[int, Instruction] = {
    **_named(0x00, "memory.atomic.notify memory.atomic.wait32 memory.atomic.wait64", _I.MEMARG),
    0x03: Instruction("atomic.fence", (_I.ZERO,)),
    **{code: Instruction(f"atomic 0x{code:x}", _MEMARG) for code in range(0x10, 0x4F)},
}

INSTRUCTIONS: dict[tuple[int, int | None], Instruction] = {
    **{(code, None): instruction for code, instruction in _BASE.items()},
    **{(0xFB, code): instruction for code, instruction in _GC.items()},
    **{(0xFC, code): instruction for code, instruction in _MISC.items()},
    **{(0xFD, code): instruction for code, instruction in _SIMD.items() if code not in _SIMD_UNASSIGNED},
    **{(0xFE, code): instruction for code, instruction in _ATOMIC.items()},
}
"""Every instruction by its opcode and, after one of `PREFIXES`, its sub-opcode (None without a prefix)."""

_SUB_OPCODES = 512
DESCRIPTORS = 256 + _SUB_OPCODES * len(PREFIXES)
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
    descriptors = bytearray(8 * DESCRIPTORS)
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
