"""Tests constant expressions: the constant instructions, where each ends, and the values."""

import pytest

from nogrow.errors import ModuleError
from nogrow.wasm.constexpr import read_constant
from nogrow.wasm.declarations import read_global_type
from nogrow.wasm.decode import decode
from nogrow.wasm.model import Constant
from nogrow.wasm.opcodes import INSTRUCTIONS, PREFIXES
from nogrow.wasm.reader import Reader
from nogrow.wasm.sections import SectionId
from tests.support.modules import assemble

# WebAssembly 3.0, section 3.4.13. Addition, subtraction and multiplication have no names of their own here.
CONSTANT = {
    *("i32.const", "i64.const", "f32.const", "f64.const", "v128.const", "global.get", "ref.null", "ref.func"),
    *("struct.new", "struct.new_default", "array.new", "array.new_default", "array.new_fixed"),
    *("ref.i31", "any.convert_extern", "extern.convert_any"),
}
ARITHMETIC = (0x6A, 0x6B, 0x6C, 0x7C, 0x7D, 0x7E)
TYPES = "(type $s (struct (field i32))) (type $a (array i32)) (func $f) (func $g) (elem declare func $f $g)"


def constants(*globals_: str) -> list[Constant | None]:
    text = f"(module {TYPES} {' '.join(f'(global {item})' for item in globals_)})"
    module = decode(assemble(text))
    (section,) = (section for section in module.sections if section.id is SectionId.GLOBAL)
    reader = Reader(module.data, section.start, section.end)
    found: list[Constant | None] = []
    for _ in range(reader.count()):
        read_global_type(reader, module.types)
        found.append(read_constant(reader))
    return found


@pytest.mark.parametrize(
    "text",
    [
        "i32 (i32.const 0x7fffffff)",
        "i32 (i32.const -0x80000000)",
        "i64 (i64.const 0x7fffffffffffffff)",
        "i64 (i64.const -0x8000000000000000)",
        "f32 (f32.const 1.5)",
        "f64 (f64.const 1.5)",
        "v128 (v128.const i64x2 1 2)",
        *(f"i32 (i32.{name} (i32.const 1) (i32.const 2))" for name in ("add", "sub", "mul")),
        *(f"i64 (i64.{name} (i64.const 1) (i64.const 2))" for name in ("add", "sub", "mul")),
        "funcref (ref.null func)",
        "funcref (ref.func $g)",
        "(ref $s) (struct.new $s (i32.const 1))",
        "(ref $s) (struct.new_default $s)",
        "(ref $a) (array.new $a (i32.const 1) (i32.const 2))",
        "(ref $a) (array.new_default $a (i32.const 2))",
        "(ref $a) (array.new_fixed $a 2 (i32.const 1) (i32.const 2))",
        "i31ref (ref.i31 (i32.const 1))",
        "anyref (any.convert_extern (ref.null extern))",
        "externref (extern.convert_any (ref.null any))",
    ],
)
def test_constant_expression_ends_where_the_assembler_ends_it(text: str) -> None:
    _, next_constant = constants(text, "i32 (i32.const 77)")
    assert next_constant == Constant(number=77)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("i32 (i32.const -5)", Constant(number=-5)),
        ("i64 (i64.const 5)", Constant(number=5)),
        ("i32 (i32.add (i32.const 1) (i32.const 2))", Constant()),
        ("f32 (f32.const 5)", Constant()),
        ("funcref (ref.func $g)", Constant((1,), function=1)),
        ("funcref (ref.null func)", Constant(function=-1)),
        ("anyref (any.convert_extern (ref.null extern))", Constant(converts_extern=True)),
        ("externref (extern.convert_any (ref.null any))", Constant(converts_extern=True)),
        ("i31ref (ref.i31 (i32.const 1))", Constant()),
    ],
)
def test_plain_constants_have_a_value(text: str, expected: Constant) -> None:
    assert constants(text) == [expected]


@pytest.mark.parametrize(
    ("opcode", "sub"),
    [
        (opcode, sub)
        for (opcode, sub), item in INSTRUCTIONS.items()
        if item.name not in (*CONSTANT, "end") and (sub is not None or opcode not in ARITHMETIC)
    ],
)
def test_no_other_instruction_is_constant(opcode: int, sub: int | None) -> None:
    data = bytes((opcode,)) + (b"" if sub is None else bytes((sub & 0x7F | 0x80, sub >> 7)))
    with pytest.raises(ModuleError, match="in a constant expression") as error:
        read_constant(Reader(data + bytes(20), 0, len(data) + 20))
    assert error.value.offset == 0


def test_unknown_instruction_is_not_constant() -> None:
    prefixed = [bytes((prefix, 0xFF, 0x7F)) for prefix in PREFIXES]
    for data in (b"\xff", *prefixed):
        with pytest.raises(ModuleError, match="in a constant expression"):
            read_constant(Reader(data + bytes(9), 0, len(data) + 9))


def test_every_constant_instruction_is_known() -> None:
    assert {item.name for item in INSTRUCTIONS.values()} >= CONSTANT


def test_empty_constant_expression_is_refused() -> None:
    with pytest.raises(ModuleError, match="without an instruction"):
        read_constant(Reader(b"\x0b", 0, 1))
