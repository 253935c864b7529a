"""Test where a module names functions by their index."""

import pytest

from nogrow.rewrite.function_references import FunctionReference, declared_references, references_in_code
from nogrow.rewrite.splice import leb
from nogrow.wasm.decode import decode
from nogrow.wasm.sections import SectionId
from tests.support.modules import assemble

# Functions 0 to 3; 0 is an import.
FUNCTIONS = '(import "a" "f" (func)) (func) (func) (func)'
CASES = {
    "export": (
        '(memory (export "m") 1) (export "f" (func 2)) (export "g" (func 0))',
        SectionId.EXPORT,
        [2, 0],
    ),
    "exported table": ('(table (export "t") 1 funcref) (export "f" (func 1))', SectionId.EXPORT, [1]),
    "start": ("(start 3)", SectionId.START, [3]),
    "global": (
        "(global i32 (i32.const 2)) (global funcref (ref.func 2)) (global funcref (ref.null func))",
        SectionId.GLOBAL,
        [2],
    ),
    "longer constant expression": (
        "(global i64 (i64.add (i64.const 0xd2) (i64.const 2))) (global (ref func) (ref.func 3))",
        SectionId.GLOBAL,
        [3],
    ),
    "table with an initial value": (
        "(table 1 funcref) (table 2 (ref func) (ref.func 1)) (table i64 1 2 funcref)",
        SectionId.TABLE,
        [1],
    ),
    "active segment of indices": (
        "(table 9 funcref) (elem (i32.const 1) func 1 2)",
        SectionId.ELEMENT,
        [1, 2],
    ),
    "passive segment of indices": ("(elem func 3 0)", SectionId.ELEMENT, [3, 0]),
    "segment of another table": (
        "(table 1 funcref) (table 9 funcref) (elem (table 1) (i32.const 1) func 2)",
        SectionId.ELEMENT,
        [2],
    ),
    "declared segment": ("(elem declare func 3)", SectionId.ELEMENT, [3]),
    "active segment of expressions": (
        "(table 9 funcref) (elem (i32.const 0) funcref (ref.func 3) (ref.null func) (ref.func 1))",
        SectionId.ELEMENT,
        [3, 1],
    ),
    "passive segment of expressions": ("(elem funcref (ref.func 2) (ref.null func))", SectionId.ELEMENT, [2]),
    "expressions for another table": (
        "(table 1 funcref) (table 9 funcref) (elem (table 1) (i32.const 0) funcref (ref.func 2))",
        SectionId.ELEMENT,
        [2],
    ),
    "declared segment of expressions": ("(elem declare funcref (ref.func 1))", SectionId.ELEMENT, [1]),
    "typed references": (
        "(type $t (func)) (table 2 (ref null $t)) (elem (i32.const 0) (ref null $t) (ref.func 1))",
        SectionId.ELEMENT,
        [1],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_references_of_each_section_are_found(case: str) -> None:
    text, section, functions = CASES[case]
    module = decode(assemble(f"(module {FUNCTIONS} {text})"))
    found = list(declared_references(module))
    assert [(id_, reference.function) for id_, reference in found] == [
        (section, index) for index in functions
    ]
    for _, reference in found:
        assert module.data[reference.start : reference.end] == leb(reference.function)


def test_references_of_all_sections_come_in_order() -> None:
    module = decode(
        assemble(
            f"""(module {FUNCTIONS} (table 1 (ref func) (ref.func 1)) (global funcref (ref.func 2))
            (export "f" (func 3)) (start 1) (elem func 2))"""
        )
    )
    assert [id_ for id_, _ in declared_references(module)] == [
        SectionId.TABLE,
        SectionId.GLOBAL,
        SectionId.EXPORT,
        SectionId.START,
        SectionId.ELEMENT,
    ]


def test_only_named_functions_are_found_in_code() -> None:
    module = decode(
        assemble(
            """(module (func $a) (func $b) (elem declare func $a $b)
            (func (drop (i32.const 0xd2)) (drop (ref.func $b)) (drop (ref.func $a)) (call $a))
            (func (drop (i64.const -46)) (drop (ref.func $b))))"""
        )
    )
    found = list(references_in_code(module, {1}))
    assert [(index, reference.function) for index, reference in found] == [(2, 1), (3, 1)]
    for _, reference in found:
        assert module.data[reference.start - 1 : reference.end] == b"\xd2\x01"
    assert {reference.function for _, reference in references_in_code(module, {0, 1})} == {0, 1}
    assert list(references_in_code(module, {5})) == []


@pytest.mark.parametrize(
    ("width", "function", "text"),
    [(1, 127, b"\x7f"), (1, 128, b"\x80\x01"), (5, 300, b"\xac\x82\x80\x80\x00"), (2, 1, b"\x81\x00")],
)
def test_changed_index_keeps_its_width_if_it_fits(width: int, function: int, text: bytes) -> None:
    edit = FunctionReference(10, 10 + width, 0).changed(function)
    assert (edit.start, edit.end) == (10, 10 + width)
    assert edit.new == text
