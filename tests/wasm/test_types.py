"""Tests the type section: equal types, subtypes, and the offsets of errors."""

import pytest
from tools.bench.encode import vector

from nogrow.errors import ModuleError
from nogrow.wasm.decode import decode
from nogrow.wasm.reader import Reader
from nogrow.wasm.types import Types, ValueType, read_reference_type, read_types, read_value_type
from tests.support.modules import assemble


def types(text: str) -> Types:
    """Return the types of a module that has nothing else."""
    return decode(assemble(f"(module {text})")).types


def read(*entries: bytes) -> Types:
    data = vector(list(entries))
    return read_types(Reader(data, 0, len(data)))


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        pytest.param("(type (func)) (type (func))", (0, 0), id="same function type"),
        pytest.param("(type (func)) (type (func (param i32)))", (0, 1), id="parameters differ"),
        pytest.param(
            "(type (func (result i32))) (type (func (param i32)))", (0, 1), id="result or parameter"
        ),
        pytest.param(
            "(type (func (param i32 i32))) (type (func (param i32) (result i32)))", (0, 1), id="split differs"
        ),
        pytest.param("(type (func)) (type (sub (func)))", (0, 1), id="finality differs"),
        pytest.param("(type (func)) (rec (type (func)))", (0, 0), id="group of one"),
        pytest.param("(type (func)) (rec (type (func)) (type (func)))", (0, 1, 2), id="group of two"),
        pytest.param(
            "(rec (type (func)) (type (struct))) (rec (type (func)) (type (struct)))",
            (0, 1, 0, 1),
            id="equal groups",
        ),
        pytest.param(
            "(rec (type (func)) (type (struct))) (rec (type (struct)) (type (func)))",
            (0, 1, 2, 3),
            id="groups in another order",
        ),
        pytest.param(
            "(rec (type $a (func (param (ref $a))))) (rec (type $b (func (param (ref $b)))))",
            (0, 0),
            id="recursive by place",
        ),
        pytest.param(
            "(rec (type $a (func (param (ref $a))))) (type $b (func (param (ref $a))))",
            (0, 1),
            id="recursive and unrolled",
        ),
        pytest.param(
            "(type $a (sub (func))) (type (sub $a (func))) (type (sub (func)))", (0, 1, 0), id="supertype"
        ),
        pytest.param(
            "(type $a (sub (func))) (type $b (sub (func))) (type (sub $a (func))) (type (sub $b (func)))",
            (0, 0, 2, 2),
            id="equal supertypes",
        ),
        pytest.param("(type (struct (field i8))) (type (struct (field i16)))", (0, 1), id="packed"),
        pytest.param("(type (array i8)) (type (array (mut i8)))", (0, 1), id="mutability"),
        pytest.param("(type (array i8)) (type (struct (field i8)))", (0, 1), id="array or struct"),
        pytest.param(
            "(type (func (param funcref))) (type (func (param (ref func))))", (0, 1), id="nullability"
        ),
        pytest.param(
            "(type (func (param funcref))) (type (func (param (ref null func))))", (0, 0), id="shorthand"
        ),
        pytest.param("(type $f (func)) (type (cont $f)) (type (cont $f))", (0, 1, 1), id="continuation"),
    ],
)
def test_equal_types_have_one_canonical_index(text: str, canonical: tuple[int, ...]) -> None:
    assert types(text).canonical == canonical


CHAIN = "(type $a (sub (func))) (type $b (sub $a (func))) (type $c (sub $b (func))) (type $x (sub (func)))"


def test_supertypes_are_transitive_and_children_are_direct() -> None:
    declared = types(CHAIN)
    assert list(declared.supertypes(2)) == [2, 1, 0]
    assert list(declared.supertypes(3)) == [0]
    assert declared.children() == {0: {1}, 1: {2}}


@pytest.mark.parametrize(
    ("text", "function", "holds"),
    [
        pytest.param("funcref", True, True, id="funcref"),
        pytest.param("(ref $f)", True, True, id="function type"),
        pytest.param("(ref $s)", False, True, id="structure"),
        pytest.param("(ref $k)", False, True, id="continuation"),
        pytest.param("anyref", False, True, id="any"),
        pytest.param("eqref", False, True, id="eq"),
        pytest.param("(ref array)", False, True, id="array"),
        pytest.param("i31ref", False, False, id="i31"),
        pytest.param("exnref", False, False, id="exn"),
        pytest.param("nullfuncref", False, False, id="nofunc"),
        pytest.param("i64", False, False, id="number"),
    ],
)
def test_types_that_can_hold_a_function(text: str, function: bool, holds: bool) -> None:
    declared = types(f"(type $f (func)) (type $s (struct)) (type $k (cont $f)) (type (func (param {text})))")
    (value,) = declared.function(3).parts
    assert (declared.is_function_reference(value), declared.holds_functions(value)) == (function, holds)


def test_externref_holds_functions_only_after_conversion() -> None:
    value = ValueType("extern", nullable=True, reference=True)
    assert not types("").holds_functions(value)
    assert types("").holds_functions(value, extern=True)


@pytest.mark.parametrize("index", [0, 5])
def test_other_type_is_not_a_function_type(index: int) -> None:
    with pytest.raises(ModuleError, match="not a function type"):
        types("(type (struct))").function(index)


def test_shared_types_are_read() -> None:
    """Shared types are read to distinguish modules that use them from malformed ones."""
    declared = read(b"\x65\x60\0\0", b"\x60\x01\x65\x6e\0", b"\x60\x01\x63\x65\x70\0")
    assert [item.shared for item in declared.defined] == [True, False, False]


@pytest.mark.parametrize(
    ("data", "offset"),
    [
        pytest.param(b"\x61", 1, id="unknown form"),
        pytest.param(b"\x60", 2, id="function cut off"),
        pytest.param(b"\x60\x01\x7a\0", 3, id="unknown value type"),
        pytest.param(b"\x60\0\x01\x40", 4, id="empty block type as a result"),
        pytest.param(b"\x60\x7f\x7f\0", 2, id="more parameters than bytes"),
        pytest.param(b"\x60\x01\x63\x76\0", 4, id="unknown heap type"),
        pytest.param(b"\x60\x01\x64\x80\x80\x80\x80\x70\0", 4, id="negative heap type"),
        pytest.param(b"\x60\x01\x64\x80\x80\x80\x80\x80\0\0", 4, id="over-long heap type"),
        pytest.param(b"\x60\x01\x65\x7f\0", 4, id="shared number"),
        pytest.param(b"\x5f\x01\x7f\x02", 4, id="mutability 2"),
        pytest.param(b"\x5e\x7f", 3, id="array cut off"),
        pytest.param(b"\x5d\x70", 2, id="continuation of an abstract type"),
        pytest.param(b"\x50\x02\0\0\x60\0\0", 2, id="two supertypes"),
        pytest.param(b"\x4f\x01", 2, id="supertype cut off"),
        pytest.param(b"\x4e\x02\x60\0\0", 6, id="group cut off"),
        pytest.param(b"\x4e\x7f\x60\0\0", 2, id="group longer than the section"),
    ],
)
def test_bad_type_is_refused_at_its_offset(data: bytes, offset: int) -> None:
    with pytest.raises(ModuleError) as error:
        read(data)
    assert error.value.offset == offset


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\x60\x01\x64\x01\0", id="reference to a type that does not exist"),
        pytest.param(b"\x50\x01\x00\x60\0\0", id="own supertype"),
        pytest.param(b"\x50\x01\x05\x60\0\0", id="supertype that does not exist"),
        pytest.param(b"\x4e\x02\x50\x01\x01\x60\0\0\x50\0\x60\0\0", id="supertype declared later"),
        pytest.param(b"\x5d\x03", id="continuation of a type that does not exist"),
    ],
)
def test_type_index_out_of_range_is_refused(data: bytes) -> None:
    with pytest.raises(ModuleError, match=r"out of range|not declared before") as error:
        read(data)
    assert error.value.offset is not None


# WebAssembly 3.0, sections 5.3.1 to 5.3.4, in the assembler's words.
NAMES = {
    **{name: name for name in ("i32", "i64", "f32", "f64", "v128")},
    **{
        f"{name}ref": name
        for name in ("func", "extern", "any", "eq", "i31", "struct", "array", "exn", "cont")
    },
    **{"nullref": "none", "nullfuncref": "nofunc", "nullexternref": "noextern"},
    **{"nullexnref": "noexn", "nullcontref": "nocont"},
}


@pytest.mark.parametrize(("text", "name"), NAMES.items())
def test_each_value_type_has_its_name(text: str, name: str) -> None:
    (function,) = types(f"(type (func (param {text})))").defined
    reference = text not in ("i32", "i64", "f32", "f64", "v128")
    assert function.parts == (ValueType(name, None, nullable=reference, reference=reference),)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\x63\x70", ValueType("func", None, nullable=True, reference=True)),
        (b"\x64\x70", ValueType("func", None, nullable=False, reference=True)),
        (b"\x64\x05", ValueType(None, 5, nullable=False, reference=True)),
        (b"\x65\x6e", ValueType("any", None, nullable=True, reference=True, shared=True)),
        (b"\x64\x65\x6e", ValueType("any", None, nullable=False, reference=True, shared=True)),
    ],
    ids=str,
)
def test_reference_types_have_their_nullability(data: bytes, expected: ValueType) -> None:
    assert read_value_type(Reader(data, 0, len(data))) == expected


@pytest.mark.parametrize("data", [b"\x64\x7f", b"\x63\xff\x7f"], ids=bytes.hex)
def test_heap_type_minus_one_is_refused(data: bytes) -> None:
    with pytest.raises(ModuleError, match="unknown heap type -1"):
        read_value_type(Reader(data, 0, len(data)))


def test_number_type_is_not_a_reference_type() -> None:
    with pytest.raises(ModuleError, match="a reference type was expected") as error:
        read_reference_type(Reader(b"\0\x7f", 1, 2))
    assert error.value.offset == 1


@pytest.mark.parametrize("number", [0x7F, 0x7B, 0x70, 0x6F, 0x69, 0x68, 0x75])
def test_one_byte_value_types(number: int) -> None:
    value = read_value_type(Reader(bytes((number,)), 0, 1))
    assert value.reference == (number < 0x77)
    assert value.index is None


NOT_SHARED = {
    "a part": b"\1\x65\x5e\x70\0",
    "a part of a type that is not": b"\2\x60\0\0\x65\x5f\1\x63\0\0",
    "its supertype": b"\2\x50\0\x5f\0\x50\1\0\x65\x5f\0",
    "its subtype": b"\2\x50\0\x65\x5f\0\x50\1\0\x5f\0",
}


@pytest.mark.parametrize("data", NOT_SHARED.values(), ids=NOT_SHARED)
def test_shared_type_with_unshared_part_is_refused(data: bytes) -> None:
    with pytest.raises(ModuleError, match="shared"):
        read_types(Reader(data, 0, len(data)))


def test_shared_type_can_have_numbers_and_shared_references() -> None:
    data = b"\2\x65\x5f\0\x65\x5f\3\x7f\0\x65\x6e\0\x63\0\0"
    assert [item.shared for item in read_types(Reader(data, 0, len(data))).defined] == [True, True]
