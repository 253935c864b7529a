"""Reads constant expressions: initialisers of globals, tables and elements, and offsets of segments.

WebAssembly 3.0, section 3.4.13.
"""

from nogrow.errors import ModuleError
from nogrow.wasm.model import Constant
from nogrow.wasm.opcodes import INSTRUCTIONS, PREFIXES, Immediate
from nogrow.wasm.reader import Reader
from nogrow.wasm.types import read_heap_type

_ALLOWED = frozenset(
    {(code, None) for code in (0x23, 0x41, 0x42, 0x43, 0x44, 0xD0, 0xD2)}
    | {(code, None) for code in (0x6A, 0x6B, 0x6C, 0x7C, 0x7D, 0x7E)}
    | {(0xFB, code) for code in (0x00, 0x01, 0x06, 0x07, 0x08, 0x1A, 0x1B, 0x1C)}
    | {(0xFD, 0x0C)}
)
_I32_CONST, _END = 0x41, 0x0B
_BYTES = {Immediate.BYTES4: 4, Immediate.BYTES8: 8, Immediate.BYTES16: 16}
_SIGNED = {Immediate.S32: 32, Immediate.S64: 64}


def read_constant(reader: Reader) -> Constant:
    """Read a constant expression, its `end` included.

    Raises `ModuleError` for an instruction that is not constant.
    """
    start = reader.position
    if reader.peek() == _I32_CONST:
        # A fast path: most of a module's segments and globals have such an expression.
        reader.position = start + 1
        single = reader.signed(32)
        if reader.byte() == _END:
            return Constant(number=single)
        reader.position = start
    functions: list[int] = []
    count = 0
    number: int | None = None
    function: int | None = None
    converts_extern = False
    while True:
        at = reader.position
        opcode = reader.byte()
        if opcode == _END:
            break
        count += 1
        key = (opcode, reader.u32() if opcode in PREFIXES else None)
        if key not in _ALLOWED:
            instruction = INSTRUCTIONS.get(key)
            name = instruction.name if instruction else f"opcode 0x{opcode:02x}"
            raise ModuleError(f"{name} in a constant expression", at)
        value = 0
        for immediate in INSTRUCTIONS[key].immediates:
            value = _read(reader, immediate)
        if opcode in (_I32_CONST, 0x42):
            number = value
        elif opcode == 0xD0:
            function = -1
        elif opcode == 0xD2:
            function = value
            functions.append(value)
        converts_extern |= key in ((0xFB, 0x1A), (0xFB, 0x1B))
    if not count:
        raise ModuleError("a constant expression without an instruction", start)
    if count != 1:
        number = function = None
    return Constant(tuple(functions), number, function, converts_extern)


def _read(reader: Reader, immediate: Immediate) -> int:
    if immediate in _SIGNED:
        return reader.signed(_SIGNED[immediate])
    if immediate in _BYTES:
        reader.take(_BYTES[immediate])
        return 0
    if immediate is Immediate.HEAP_TYPE:
        read_heap_type(reader)
        return 0
    return reader.u32()
