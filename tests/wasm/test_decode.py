"""Tests the decoding of all sections except the code: the model, and the offsets of errors."""

from array import array

import pytest
from tools.bench.encode import HEADER, section, vector

from nogrow.errors import ModuleError
from nogrow.wasm.decode import decode
from nogrow.wasm.model import Constant, Kind, Module, SegmentMode
from tests.support.modules import assemble

FUNCTION = b"\x60\0\0"
# One item of each kind: index 0 exists in every index space, index 1 in none.
ITEMS = {
    1: b"\1" + FUNCTION,
    3: b"\1\0",
    4: b"\1\x70\0\1",
    5: b"\1\0\1",
    13: b"\1\0\0",
    6: b"\1\x7f\0\x41\0\x0b",
    10: b"\1\2\0\x0b",
}
ORDER = (1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11)


def build(number: int, contents: bytes, *, alone: bool = False) -> tuple[bytes, int]:
    """Return a module with one section replaced, and where the contents of that section start."""
    sections = {number: contents} if alone else ITEMS | {number: contents}
    data, start = HEADER, 0
    for key in ORDER:
        if key in sections:
            data += section(key, sections[key])
            start = len(data) - len(contents) if key == number else start
    return data, start


def module(text: str) -> Module:
    return decode(assemble(f"(module {text})"))


def import_of(kind: bytes) -> bytes:
    return b"\1\1a\1b" + kind


@pytest.mark.parametrize(
    ("number", "contents", "offset"),
    [
        pytest.param(2, import_of(b"\5\0"), 5, id="kind of an import"),
        pytest.param(2, import_of(b"\0\1"), 6, id="type of an imported function"),
        pytest.param(2, import_of(b"\x20\1"), 6, id="type of an exact function"),
        pytest.param(2, import_of(b"\1\x7f\0\1"), 6, id="imported table of numbers"),
        pytest.param(2, import_of(b"\1\x70\x08\1"), 7, id="limits of an imported table"),
        pytest.param(2, import_of(b"\2\x10\1"), 6, id="limits of an imported memory"),
        pytest.param(2, import_of(b"\3\x7f\4"), 7, id="flags of an imported global"),
        pytest.param(2, import_of(b"\4\1\0"), 6, id="attribute of an imported tag"),
        pytest.param(2, import_of(b"\4\0\1"), 7, id="type of an imported tag"),
        pytest.param(2, b"\1\1a\2\xc3\x28\0\0", 4, id="field not UTF-8"),
        pytest.param(2, b"\1\1\xff\1b\0\0", 2, id="module not UTF-8"),
        pytest.param(2, b"\1\1a\0\x7f\1\1b\6\0", 8, id="kind in a group of one module"),
        pytest.param(2, b"\1\1a\0\x7f\x7f\1b\0\0", 5, id="group longer than the section"),
        pytest.param(2, b"\1\1a\0\x7e\6\0\1\1b", 5, id="kind in a group of one type"),
        pytest.param(2, b"\1\1a\0\x7e\0\1\1\1b", 6, id="type in a group of one type"),
        pytest.param(2, b"\1\1a\1b\x7f\1\1b\0\0", 5, id="group with a field name"),
        pytest.param(3, b"\1\1", 0, id="type of a function"),
        pytest.param(4, b"\1\x7f\0\1", 1, id="table of numbers"),
        pytest.param(4, b"\1\x70\x08\1", 2, id="limits of a table"),
        pytest.param(4, b"\1\x40\1\x70\0\1\xd0\x70\x0b", 2, id="form of a table with an initialiser"),
        pytest.param(4, b"\1\x40\0\x70\0\1\x10\0\x0b", 6, id="call in a table's initialiser"),
        pytest.param(5, b"\1\x10\1", 1, id="limits of a memory"),
        pytest.param(5, b"\1\1\2\1", 1, id="maximum below minimum"),
        pytest.param(5, b"\1\x08\1\x11", 3, id="pages of 128 KiB"),
        pytest.param(5, b"\1\4" + b"\x80" * 10 + b"\0", 2, id="over-long minimum"),
        pytest.param(13, b"\1\1\0", 1, id="attribute of a tag"),
        pytest.param(13, b"\1\0\1", 2, id="type of a tag"),
        pytest.param(6, b"\1\x40\0\x41\0\x0b", 1, id="type of a global"),
        pytest.param(6, b"\1\x7f\4\x41\0\x0b", 2, id="flags of a global"),
        pytest.param(6, b"\1\x7f\0\x45\x0b", 3, id="i32.eqz in a constant expression"),
        pytest.param(6, b"\1\x7f\0\xfc\0\x0b", 3, id="prefixed instruction in a constant expression"),
        pytest.param(6, b"\1\x7f\0\x16\x0b", 3, id="unknown opcode in a constant expression"),
        pytest.param(6, b"\1\x7f\0\x41\0", 5, id="constant expression without end"),
        pytest.param(6, b"\1\x7f\0\x41\x80\x80\x80\x80\x80\0\x0b", 4, id="over-long constant"),
        pytest.param(2, import_of(b"\1\x63\1\0\1"), 6, id="type of an imported table"),
        pytest.param(2, import_of(b"\3\x63\1\0"), 6, id="type of an imported global"),
        pytest.param(4, b"\1\x63\1\0\1", 1, id="type of a table"),
        pytest.param(6, b"\1\x63\1\0\xd0\0\x0b", 1, id="type of a global"),
        pytest.param(7, b"\1\1a\5\0", 1, id="kind of an export"),
        pytest.param(7, b"\1\1a\0\1", 1, id="exported function"),
        pytest.param(7, b"\1\1a\1\1", 1, id="exported table"),
        pytest.param(7, b"\1\1a\2\1", 1, id="exported memory"),
        pytest.param(7, b"\1\1a\3\1", 1, id="exported global"),
        pytest.param(7, b"\1\1a\4\1", 1, id="exported tag"),
        pytest.param(7, b"\2\1a\0\0\1a\2\0", 5, id="export name twice"),
        pytest.param(7, b"\1\1\xff\0\0", 2, id="export name not UTF-8"),
        pytest.param(7, b"\1\1a\0\x80\x80\x80\x80\x80\0", 4, id="over-long index of an export"),
        pytest.param(8, b"\1", 0, id="start function"),
        pytest.param(9, b"\1\x08\0", 1, id="flags of an element segment"),
        pytest.param(9, b"\1\1\1\0", 2, id="kind of the elements"),
        pytest.param(9, b"\1\5\x7f\0", 2, id="elements of a number type"),
        pytest.param(9, b"\1\2\1\x41\0\x0b\0\1\0", 1, id="table of an element segment"),
        pytest.param(9, b"\1\0\x41\0\x0b\x7f\0", 5, id="more elements than bytes"),
        pytest.param(9, b"\1\0\x10\0\x0b\1\0", 2, id="call in the offset of a segment"),
        pytest.param(9, b"\1\5\x70\1\x10\0\x0b", 4, id="call in an element"),
    ],
)
def test_bad_entry_is_refused_at_its_offset(number: int, contents: bytes, offset: int) -> None:
    data, start = build(number, contents)
    with pytest.raises(ModuleError) as error:
        decode(data)
    assert error.value.offset == start + offset


@pytest.mark.parametrize(
    ("number", "contents"),
    [
        pytest.param(6, b"\1\x70\0\xd2\1\x0b", id="global"),
        pytest.param(4, b"\1\x40\0\x70\0\1\xd2\1\x0b", id="table"),
        pytest.param(9, b"\1\0\x41\0\x0b\1\1", id="element"),
        pytest.param(9, b"\1\5\x70\1\xd2\1\x0b", id="element expression"),
        pytest.param(9, b"\1\3\0\1\1", id="declarative segment"),
    ],
)
def test_initialiser_with_unknown_function_is_refused(number: int, contents: bytes) -> None:
    with pytest.raises(ModuleError, match="function 1, which does not exist"):
        decode(build(number, contents)[0])


@pytest.mark.parametrize(("number", "contents"), ITEMS.items())
def test_items_are_read(number: int, contents: bytes) -> None:
    """The module that the tests above break is valid."""
    decoded = decode(build(number, contents)[0])
    assert len(decoded.functions) == len(decoded.tables) == len(decoded.memories) == len(decoded.tags) == 1


@pytest.mark.parametrize(("number", "contents"), ITEMS.items())
def test_section_cut_inside_an_entry_is_refused_at_its_end(number: int, contents: bytes) -> None:
    data, start = build(number, contents[:-1])
    if number == 10:
        return
    with pytest.raises(ModuleError) as error:
        decode(data)
    assert error.value.offset is not None
    assert start <= error.value.offset <= start + len(contents)


# Imports.


def test_imports_come_first_in_every_index_space() -> None:
    decoded = module("""(type (func)) (import "m" "f" (func)) (import "m" "t" (table 1 funcref))
        (import "m" "m" (memory 1 2)) (import "m" "g" (global (mut i32))) (import "m" "x" (tag))
        (func) (table 1 externref) (memory 3) (global i64 (i64.const 1)) (tag)""")
    assert [(item.label, item.kind, item.index) for item in decoded.imports] == [
        ("m.f", Kind.FUNCTION, 0),
        ("m.t", Kind.TABLE, 0),
        ("m.m", Kind.MEMORY, 0),
        ("m.g", Kind.GLOBAL, 0),
        ("m.x", Kind.TAG, 0),
    ]
    assert [item.imported for item in decoded.memories] == [True, False]
    assert [item.imported for item in decoded.tables] == [True, False]
    assert [(item.imported, item.mutable) for item in decoded.globals] == [(True, True), (False, False)]
    assert (len(decoded.functions), len(decoded.tags)) == (2, 2)


COMPACT = (
    b"\3"
    # One module, an item each with its type: a memory and a function.
    + (b"\1m\0\x7f\2" + b"\1a\2\0\1" + b"\1b\0\0")
    # One module and one type: three exact functions, of which one is named by the empty text.
    + (b"\1n\0\x7e\x20\0\3" + b"\1c\1d\0")
    # And an ordinary one with an empty name.
    + (b"\1o\0\0\0")
)


def test_compact_imports_are_unfolded() -> None:
    decoded = decode(HEADER + section(1, b"\1" + FUNCTION) + section(2, COMPACT))
    assert [(item.label, item.kind, item.index, item.exact) for item in decoded.imports] == [
        ("m.a", Kind.MEMORY, 0, False),
        ("m.b", Kind.FUNCTION, 0, False),
        ("n.c", Kind.FUNCTION, 1, True),
        ("n.d", Kind.FUNCTION, 2, True),
        ("n.", Kind.FUNCTION, 3, True),
        ("o.", Kind.FUNCTION, 4, False),
    ]
    assert (len(decoded.functions), len(decoded.memories)) == (5, 1)


def test_compact_imports_of_nothing_leave_no_item() -> None:
    decoded = decode(HEADER + section(1, b"\1" + FUNCTION) + section(2, b"\2\1m\0\x7f\0\1m\0\x7e\0\0\0"))
    assert (decoded.imports, decoded.functions) == ((), array("I"))


# Limits.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", (1, None, 32, 65536, False)),
        ("0 65536", (0, 65536, 32, 65536, False)),
        ("1 1 shared", (1, 1, 32, 65536, True)),
        ("i64 0 0x1_0000_0000", (0, 2**32, 64, 65536, False)),
        ("100 200 (pagesize 1)", (100, 200, 32, 1, False)),
        ("1 (pagesize 65536)", (1, None, 32, 65536, False)),
        ("i64 1 2 shared (pagesize 1)", (1, 2, 64, 1, True)),
    ],
)
def test_memory_limits(text: str, expected: tuple[int, int | None, int, int, bool]) -> None:
    (memory,) = module(f"(memory {text})").memories
    shape = (memory.minimum, memory.maximum, memory.address_bits, memory.page_size, memory.shared)
    assert shape == expected


MOST = b"\xff" * 9 + b"\x01"


@pytest.mark.parametrize("flags", [b"\1", b"\5"])
def test_limits_have_64_bits_and_no_more(flags: bytes) -> None:
    (memory,) = decode(HEADER + section(5, b"\1" + flags + MOST + MOST)).memories
    assert (memory.minimum, memory.maximum) == (2**64 - 1, 2**64 - 1)
    decode(HEADER + section(4, b"\1\x70" + flags + MOST + MOST))
    more = b"\xff" * 9 + b"\x03"
    for number, kind in ((4, b"\x70"), (5, b"")):
        for limits in (more + MOST, MOST + more):
            with pytest.raises(ModuleError, match="integer too large"):
                decode(HEADER + section(number, b"\1" + kind + flags + limits))


# Constant expressions.


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("i32", "(i32.const -1)", Constant()),
        ("i64", "(i64.const 0x8000_0000_0000_0000)", Constant()),
        ("i32", "(i32.add (i32.const 1) (i32.const 2))", Constant()),
        ("funcref", "(ref.func $f)", Constant((0,), function=0)),
        ("funcref", "(ref.null func)", Constant(function=-1)),
        ("f64", "(f64.const 11)", Constant()),
        ("v128", "(v128.const i64x2 11 11)", Constant()),
        ("(ref $s)", "(struct.new $s (ref.func $f) (i32.const 1))", Constant((0,))),
        ("externref", "(extern.convert_any (ref.null any))", Constant(converts_extern=True)),
        ("i32", "(global.get $g)", Constant()),
    ],
)
def test_initialisers_of_globals_have_their_references(kind: str, text: str, expected: Constant) -> None:
    decoded = module(
        f"""(type $s (struct (field funcref) (field i32))) (import "m" "g" (global $g i32))
        (func $f) (global {kind} {text})"""
    )
    assert decoded.globals[-1].initial == expected


def test_table_has_its_initialiser() -> None:
    decoded = module(
        """(type $t (func)) (func $f) (table 2 funcref)
        (table 2 funcref (ref.func $f)) (table 1 (ref $t) (ref.func $f))"""
    )
    assert [table.initial for table in decoded.tables] == [None, *[Constant((0,), function=0)] * 2]
    assert not any(table.imported for table in decoded.tables)


# Element segments: bit 0 passive or declarative, bit 1 a table index or declarative, bit 2 expressions.

AT_3 = b"\x41\3\x0b"
ITEM, NULL = b"\xd2\0\x0b", b"\xd0\x70\x0b"
SEGMENTS = [
    (b"\0" + AT_3 + b"\2\0\0", SegmentMode.ACTIVE, 0, 3, (0, 0)),
    (b"\1\0\1\0", SegmentMode.PASSIVE, 0, None, (0,)),
    (b"\2\1" + AT_3 + b"\0\1\0", SegmentMode.ACTIVE, 1, 3, (0,)),
    (b"\3\0\1\0", SegmentMode.DECLARATIVE, 0, None, (0,)),
    (b"\4" + AT_3 + b"\2" + ITEM + NULL, SegmentMode.ACTIVE, 0, 3, (0, -1)),
    (b"\5\x70\1" + NULL, SegmentMode.PASSIVE, 0, None, (-1,)),
    (b"\6\1" + AT_3 + b"\x64\0\1" + ITEM, SegmentMode.ACTIVE, 1, 3, (0,)),
    (b"\7\x70\1\x23\0\x0b", SegmentMode.DECLARATIVE, 0, None, (None,)),
]


@pytest.mark.parametrize(
    ("entry", "mode", "table", "offset", "items"), SEGMENTS, ids=[f"flags {flags}" for flags in range(8)]
)
def test_element_segment_of_every_form(
    entry: bytes, mode: SegmentMode, table: int, offset: int | None, items: tuple[int | None, ...]
) -> None:
    tables = section(4, vector([b"\x70\0\5"] * 2))
    start = HEADER + section(1, b"\1" + FUNCTION) + section(3, b"\1\0") + tables
    rest = section(6, b"\1\x70\0" + NULL) + section(9, b"\1" + entry) + section(10, b"\1\2\0\x0b")
    (segment,) = decode(start + rest).segments
    assert (segment.mode, segment.table, segment.offset, segment.items) == (mode, table, offset, items)
    assert segment.functions == tuple(item for item in items if item is not None and item >= 0)


def test_segment_offset_that_is_not_plain_is_unknown() -> None:
    decoded = module("""(import "m" "g" (global $g i32)) (func $f) (table 4 funcref)
        (elem (global.get $g) $f) (elem (i32.add (i32.const 1) (i32.const 1)) $f)""")
    assert [segment.offset for segment in decoded.segments] == [None, None]


@pytest.mark.parametrize(
    "wat",
    [
        "(module (global (shared funcref) ref.null func))",
        '(module (import "a" "b" (global (shared mut anyref))))',
        "(module (table shared 1 funcref))",
    ],
)
def test_shared_item_of_an_unshared_type_is_refused(wat: str) -> None:
    with pytest.raises(ModuleError, match="of a type that is not shared"):
        decode(assemble(wat))
