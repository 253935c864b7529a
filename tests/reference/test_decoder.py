"""Test that the reference decoder agrees with `wasm-tools print`, and fails cleanly on other bytes."""

import re

import pytest

from tests.analysis.cases import CASES, Case
from tests.reference.decoder import decode
from tests.reference.listing import direct_calls, grow_sites, indirect_calls, taken_functions
from tests.reference.model import DecodeError, Kind, Module, SegmentMode
from tests.support.generate import random_module
from tests.support.modules import assemble, wasm_tools
from tests.support.sample import sampled
from tests.support.smith import smith

SMITH_SEEDS = range(150)

EVERYTHING = """
    (type $t (func)) (type $s (struct (field (mut i8)) (field funcref)))
    (rec (type $r (sub (func (param (ref null $q))))) (type $q (array (mut i16))))
    (type $c (cont $t))
    (import "m" (item "a" (func $a)) (item "b" (memory $m 1 2)))
    (import "n" (item "c") (item "d") (func))
    (import "o" "e" (func $exact (exact (type $t))))
    (import "o" "g" (global $g funcref)) (import "o" "x" (tag $x))
    (memory $n i64 1 9) (memory $p 1 1 (pagesize 1)) (memory $q 1 4 shared)
    (table $ta 2 funcref) (table $tb i64 1 9 (ref func) (ref.func $f)) (table $tc 1 externref)
    (tag $y (param i32))
    (global $h (mut i64) (i64.add (i64.const 5) (i64.const -1)))
    (export "f" (func $f)) (export "n" (memory $n)) (start $f)
    (elem (i32.const 0) $f) (elem $e1 func $f)
    (elem (table $ta) (i32.const 1) func $f) (elem declare func $f)
    (elem (i32.const 0) funcref (item (ref.func $f)) (item (global.get $g)))
    (elem $e5 funcref (ref.null func)) (elem declare funcref (ref.func $f))
    (elem (table $ta) (i32.const 0) (ref func) (item (ref.func $f)))
    (data (memory $n) (i64.const 0) "abc") (data $d "def")
    (func $f
      (local i32 f64 v128 (ref null $s))
      (drop (memory.grow $n (i64.const 0))) (drop (memory.grow $m (i32.const 3)))
      (drop (memory.grow $m (local.get 0)))
      (memory.copy $m $p (i32.const 0) (i32.const 0) (i32.const 0))
      (memory.init $m $d (i32.const 0) (i32.const 0) (i32.const 0)) (data.drop $d)
      (table.init $ta $e1 (i32.const 0) (i32.const 0) (i32.const 0)) (elem.drop $e1)
      (drop (i32x4.extract_lane 1 (i8x16.shuffle 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15
        (v128.const i64x2 1 2) (v128.load32_lane $n offset=0x1_0000_0000 2
          (i64.const 0) (local.get 2)))))
      (drop (i32.atomic.rmw.add $q (i32.const 0) (i32.const 1))) (atomic.fence)
      (drop (i64.add128 (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4))) (drop)
      (block $l (br_table $l 0 1 $l (local.get 0)))
      (drop (select (result i32) (i32.const 1) (i32.const 2) (i32.const 3)))
      (block $h (result exnref) (try_table (catch_all_ref $h) (call $f)) (return)) (drop)
      try call $a catch $x catch $y drop catch_all rethrow 0 end
      try call $a delegate 0
      (call_indirect $ta (type $t) (i32.const 0)) (call_ref $t (ref.null $t))
      (drop (br_on_cast 0 anyref (ref $s) (ref.null any)))
      (resume $c (on $x 0) (ref.null $c))
      (return_call $f))
"""


def assert_agrees_with_print(data: bytes) -> Module:
    """Check that every instruction has the same offset and name; return the module."""
    text = wasm_tools("print", "--print-offsets", "-", stdin=data).decode()
    matches = re.findall(r"^\(;@([0-9a-f]+) *;\) +([a-z][\w.]*)", text, re.MULTILINE)
    printed = {int(offset, 16): word for offset, word in matches}
    module = decode(data)
    decoded = {
        item.offset: re.sub(r"^(ref\.(test|cast|cast_desc_eq))\.null$", r"\1", item.name)
        for function in module.functions
        for item in function.instructions
    }
    # The final `end` of a function is a parenthesis in the text.
    final = {function.instructions[-1].offset for function in module.functions}
    assert {offset: word for offset, word in decoded.items() if offset not in final} == printed
    words = list(printed.values())
    assert len(direct_calls(module)) == words.count("call") + words.count("return_call")
    assert len(grow_sites(module)) == words.count("memory.grow")
    bodies = len(re.findall(r"^\(;@[0-9a-f]+ *;\)  \(func\b", text, re.MULTILINE))
    assert len(module.functions) == bodies
    return module


@pytest.mark.parametrize("seed", sampled(SMITH_SEEDS, 30))
def test_smith_module_is_decoded_as_printed(seed: int) -> None:
    """A third of the modules has padded LEB128 numbers, a third custom descriptors."""
    variants: tuple[dict[str, bool | int], ...] = (
        {},
        {"min_uleb_size": 5},
        {"custom_descriptors_enabled": True},
    )
    assert_agrees_with_print(smith(seed, **variants[seed % 3]))


@pytest.mark.parametrize("legacy", [False, True], ids=["current", "legacy"])
def test_generated_modules_are_decoded_as_printed(legacy: bool) -> None:
    """The generator's modules are rich in calls and growth."""
    for seed in range(30):
        assert_agrees_with_print(assemble(random_module(seed, legacy=legacy)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case_is_decoded_as_printed(case: Case) -> None:
    """The table of cases has every kind of call, block and memory."""
    assert_agrees_with_print(assemble(case.wat))


def test_every_part_of_a_module_is_decoded() -> None:
    """Each form of section entry is decoded into the model."""
    module = assert_agrees_with_print(assemble(EVERYTHING))
    assert [(item.module, item.field, item.kind, item.index) for item in module.imports] == [
        ("m", "a", Kind.FUNCTION, 0),
        ("m", "b", Kind.MEMORY, 0),
        ("n", "c", Kind.FUNCTION, 1),
        ("n", "d", Kind.FUNCTION, 2),
        ("o", "e", Kind.FUNCTION, 3),
        ("o", "g", Kind.GLOBAL, 0),
        ("o", "x", Kind.TAG, 0),
    ]
    assert [item.exact for item in module.imports] == [False] * 4 + [True] + [False] * 2
    limits = [memory.limits for memory in module.memories]
    assert [(item.minimum, item.maximum) for item in limits] == [(1, 2), (1, 9), (1, 1), (1, 4)]
    assert [item.index_type for item in limits] == ["i32", "i64", "i32", "i32"]
    assert [item.page_size for item in limits] == [65536, 65536, 1, 65536]
    assert [item.shared for item in limits] == [False, False, False, True]
    assert [table.initialiser is not None for table in module.tables] == [False, True, False]
    modes = [segment.mode for segment in module.elements]
    assert modes.count(SegmentMode.ACTIVE) == 4
    assert modes.count(SegmentMode.PASSIVE) == 2
    assert modes.count(SegmentMode.DECLARATIVE) == 2
    assert module.elements[4].items == (4, None)
    assert module.start == 4
    assert [(memory, operand) for _, _, memory, operand in grow_sites(module)] == [
        (1, 0),
        (0, 3),
        (0, None),
    ]
    assert [(name, kind, table) for _, _, name, kind, table in indirect_calls(module)] == [
        ("call_indirect", 0, 0),
        ("call_ref", 0, None),
    ]
    assert [callee for _, _, callee in direct_calls(module)] == [4, 0, 0, 4]
    assert taken_functions(module) == {4}


def refusal(data: bytes) -> DecodeError | None:
    """Return the error that decoding ends in; None when `data` is a module."""
    try:
        decode(data)
    except DecodeError as error:
        return error
    return None


def test_truncated_module_is_rejected_or_smaller() -> None:
    """A module that is cut anywhere is rejected, unless the cut is between two sections."""
    data = assemble(EVERYTHING)
    refusals = [refusal(data[:length]) for length in range(len(data))]
    # Every accepted cut is behind a whole section, of which there are fourteen.
    assert refusals.count(None) <= 14
    assert all(error is None or error.offset <= cut for cut, error in enumerate(refusals))


def test_changed_byte_raises_only_decode_errors() -> None:
    """Whatever a byte is changed to, decoding ends, with a module or with a DecodeError."""
    data = assemble(EVERYTHING)
    refused = 0
    for position in range(len(data)):
        for value in (0x00, 0x7F, 0x80, 0xFF, data[position] ^ 1, data[position] ^ 0x40):
            changed = data[:position] + bytes([value]) + data[position + 1 :]
            refused += refusal(changed) is not None
    assert refused > 0


def body(*code: int) -> bytes:
    """Return a module with one function, from nothing to nothing, of these bytes."""
    content = bytes([1, len(code) + 1, 0, *code])
    return b"\0asm\1\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x0a" + bytes([len(content)]) + content


@pytest.mark.parametrize(
    ("code", "offset"),
    [
        pytest.param((0xFF, 0x0B), 0, id="unassigned opcode"),
        pytest.param((0x01, 0x27, 0x0B), 1, id="unassigned opcode after a known one"),
        pytest.param((0xFC, 0x12, 0x00, 0x0B), 0, id="unassigned miscellaneous opcode"),
        pytest.param((0xFB, 0x7F, 0x0B), 0, id="unassigned GC opcode"),
        pytest.param((0xFD, 0x9A, 0x01, 0x0B), 0, id="unassigned SIMD opcode"),
        pytest.param((0xFE, 0x4F, 0x00, 0x0B), 0, id="unassigned atomic opcode"),
        pytest.param((0x28, 0x80, 0x01, 0x00, 0x0B), 1, id="memory argument with unknown flags"),
        pytest.param((0x02, 0x41, 0x0B, 0x0B), 1, id="unknown block type"),
        pytest.param((0x1F, 0x40, 0x01, 0x04, 0x00, 0x0B, 0x0B), 3, id="unknown catch clause"),
        pytest.param((0xFE, 0x03, 0x01, 0x0B), 2, id="fence with an argument"),
        pytest.param((0x0B, 0x01), 1, id="code behind the end"),
        pytest.param((0x02, 0x40, 0x0B), 3, id="block without an end"),
        pytest.param((0x41, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00, 0x0B), 1, id="constant too long"),
        pytest.param((0x41, 0x80, 0x80, 0x80, 0x80, 0x10, 0x0B), 1, id="constant too large"),
        pytest.param((0xD0, 0x40, 0x0B), 1, id="unknown heap type"),
        pytest.param((0x18, 0x00), 0, id="delegate at the end of a body"),
    ],
)
def test_unknown_code_is_rejected_at_its_offset(code: tuple[int, ...], offset: int) -> None:
    """The error names the byte that is not understood."""
    start = len(body(*code)) - len(code)
    with pytest.raises(DecodeError) as caught:
        decode(body(*code))
    assert caught.value.offset == start + offset


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\0asm", id="no version"),
        pytest.param(b"\0asm\x0d\0\1\0", id="component"),
        pytest.param(b"\0asm\1\0\0\0\x0e\0", id="unknown section"),
        pytest.param(b"\0asm\1\0\0\0\x03\x01\0\x01\x01\0", id="sections out of order"),
        pytest.param(b"\0asm\1\0\0\0\x01\x01\0\x01\x01\0", id="section twice"),
        pytest.param(b"\0asm\1\0\0\0\x01\x02\0\0", id="section not used up"),
        pytest.param(b"\0asm\1\0\0\0\x01\x05\x01\x60\0\0", id="section longer than the file"),
        pytest.param(b"\0asm\1\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0", id="no body"),
        pytest.param(b"\0asm\1\0\0\0\x0c\x01\x01", id="data segments announced and missing"),
        pytest.param(b"\0asm\1\0\0\0\x05\x03\x01\x10\0", id="unknown limits"),
        pytest.param(b"\0asm\1\0\0\0\0\x02\x01\xff", id="name that is not UTF-8"),
        pytest.param(b"\0asm\1\0\0\0\x01\xff\xff\xff\xff\x0f", id="huge section"),
        pytest.param(b"\0asm\1\0\0\0\x07\x05\xff\xff\xff\xff\x0f", id="huge vector"),
    ],
)
def test_non_module_is_rejected(data: bytes) -> None:
    """A broken frame raises DecodeError, never anything else."""
    with pytest.raises(DecodeError):
        decode(data)
