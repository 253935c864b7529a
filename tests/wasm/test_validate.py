"""Tests the validation by wasmtime: valid, invalid and unsupported modules and components."""

import pytest
import wasmtime

from nogrow.wasm.validate import Validation, validate, validate_component
from tests.support.modules import assemble

VALID = {
    "mvp": "(module (memory 1) (func (result i32) i32.const 1 memory.grow))",
    "multi-memory": "(module (memory 1) (memory 1))",
    "memory64": "(module (memory i64 1) (table i64 1 funcref))",
    "custom page sizes": "(module (memory 1 2 (pagesize 1)))",
    "threads": "(module (memory 1 2 shared) (func atomic.fence))",
    "gc": "(module (type $s (struct)) (func (result (ref $s)) struct.new_default $s))",
    "tail calls": "(module (func $f return_call $f))",
    "exceptions": "(module (tag $t) (func (block (try_table (catch_all 0) throw $t))))",
    "stack switching": "(module (type $f (func)) (type $c (cont $f)) (func unreachable resume $c))",
    "wide arithmetic": "(module (func (result i64 i64) i64.const 1 i64.const 2 i64.mul_wide_u))",
    "relaxed simd": "(module (func (param v128) (result v128) local.get 0 i32x4.relaxed_trunc_f32x4_s))",
    "compact imports": '(module (import "a" (item "b" (func)) (item "c" (func))))',
}
UNSUPPORTED = {
    "legacy exceptions": "(module (tag $t) (func try throw $t catch_all end))",
    "shared-everything": "(module (type (shared (func))))",
    "custom descriptors": "(module (rec (type $a (descriptor 1) (struct)) (type (describes $a) (struct))))",
    "exact imports": '(module (type $f (func)) (import "a" "b" (func (exact (type $f)))))',
    "memory control": "(module (memory 1) (func i32.const 0 i32.const 0 memory.discard))",
}
INVALID = {
    "(module (func (result i32)))": "type mismatch: expected i32 but nothing on stack",
    "(module (func i32.const 0))": "type mismatch: values remaining on stack at end of block",
    "(module (func local.get 3 drop))": "unknown local 3: local index out of bounds",
    "(module (func i32.const 0 i32.load drop))": "unknown memory 0",
    "(module (func br 3))": "unknown label: branch depth too large",
    "(module (func (type 9)))": "unknown type 9: type index out of bounds",
    "(module (func $f (param i32)) (start $f))": "invalid start function type",
    '(module (func $f (export "a") (export "a")))': "duplicate export name `a` already defined",
    "(module (global i32 i32.const 0) (func i32.const 0 global.set 0))": "global is immutable",
    "(module (func $f) (func ref.func $f drop))": "undeclared function reference",
    "(module (memory 2 1))": "size minimum must not be greater than maximum",
    "(module (type $a (array i8)) (func unreachable array.set $a))": (
        "invalid array modification: array is immutable"
    ),
    "(module (global $g (mut i32) i32.const 0) (global i32 global.get $g))": (
        "constant expression required: global.get of mutable global"
    ),
    "(module (memory 1) (func i32.const 0 i32.load offset=0x1_0000_0000 drop))": "offset out of range",
    "(module (tag (result i32)))": "invalid exception type: non-empty tag result type",
    f"(module (func (local {'i32 ' * 50_001})))": "too many locals: locals exceed maximum",
}


@pytest.mark.parametrize("wat", VALID.values(), ids=VALID)
def test_supported_proposal_is_validated(wat: str) -> None:
    assert validate(assemble(wat)).valid is True


@pytest.mark.parametrize("wat", UNSUPPORTED.values(), ids=UNSUPPORTED)
def test_unsupported_proposal_is_not_invalid(wat: str) -> None:
    validation = validate(assemble(wat))
    assert validation.valid is None
    assert validation.reason


@pytest.mark.parametrize(("wat", "reason"), INVALID.items())
def test_invalid_module_has_reason_and_offset(wat: str, reason: str) -> None:
    validation = validate(assemble(wat))
    assert validation.valid is False
    assert validation.reason is not None
    assert validation.reason.startswith(reason)
    assert str(validation.error).startswith(
        f"offset 0x{validation.offset:x}: not a valid module, says wasmtime"
    )


def test_offset_is_split_from_the_reason() -> None:
    data = assemble("(module (func local.get 3 drop))")
    expected = Validation(False, "unknown local 3: local index out of bounds", data.index(b"\x20\x03"))
    assert validate(data) == expected


@pytest.mark.parametrize("data", [b"", b"\0asm", b"\0asm\1\0\0\0\x0e\0", assemble("(component)")])
def test_other_bytes_are_invalid(data: bytes) -> None:
    assert validate(data).valid is False


@pytest.mark.parametrize(
    "message",
    [
        "a message that wasmtime may have in its next version",
        "type mismatch: legacy exceptions support is not enabled",
        "legacy exceptions support is not enabled, or so it seems",
    ],
)
def test_unknown_message_means_invalid(message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def rejects(engine: wasmtime.Engine, data: bytes) -> None:
        raise wasmtime.WasmtimeError(message)

    monkeypatch.setattr("nogrow.wasm.validate._validate_in_place", rejects)
    assert validate(b"") == Validation(False, message)


def test_wasmtime_without_the_internal_function_validates_a_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    modules = (assemble("(module (func))"), b"\0asm\1\0\0\0\1\1")
    in_place = [validate(data) for data in modules]
    assert [validation.valid for validation in in_place] == [True, False]
    monkeypatch.delattr(wasmtime._bindings, "wasmtime_module_validate")
    assert [validate(data) for data in modules] == in_place


GOOD = """(component
  (core module $a (func (export "f")) (func unreachable)) (core module (func)) (core module)
  (core instance $i (instantiate $a))
  (func (export "f") (canon lift (core func $i "f"))))"""


def component(*changes: tuple[str, str]) -> Validation:
    text = GOOD
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return validate_component(assemble(text))


def test_valid_component_is_validated() -> None:
    assert component() == Validation(True)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("(instantiate $a)", "(instantiate 7)"), "unknown module 7"),
        (('(export "f")) (func unr', '(export "f") (param i32)) (func unr'), "lowered parameter types"),
        (("(core module)", "(core module (memory 2 1))"), "size minimum must not be greater than maximum"),
        (("(core module)", "(core module (func (type 9)))"), "unknown type 9"),
        (("(core module)", "(core module (start 0) (func (param i32)))"), "invalid start function type"),
    ],
)
def test_invalid_component_has_reason_and_offset(change: tuple[str, str], reason: str) -> None:
    validation = component(change)
    assert validation.valid is False
    assert validation.reason is not None
    assert validation.reason.startswith(reason)
    assert validation.offset is not None


def test_bodies_of_a_component_are_not_validated() -> None:
    assert component(("(func unreachable)", "(func i32.const 0)")).valid is True


def test_component_is_validated_without_compiling(monkeypatch: pytest.MonkeyPatch) -> None:
    validated: list[bytes] = []

    def component(engine: wasmtime.Engine, data: bytes) -> None:
        validated.append(data)

    monkeypatch.setattr("wasmtime.component.Component", component)
    data = assemble(GOOD)
    validate_component(data)
    bytes_before_and_after = enumerate(zip(data, validated[0], strict=True))
    changed = [offset for offset, (before, after) in bytes_before_and_after if before != after]
    # The `end` of the first body of two modules; the third module has no body.
    assert [data[offset] for offset in changed] == [0x0B, 0x0B]


def test_unsupported_component_is_not_invalid() -> None:
    validation = validate_component(assemble("(component (type (list u8 4)))"))
    assert validation.valid is None
    assert validation.reason == ("Fixed-length lists require the component model fixed-length lists feature")


def test_processor_without_a_proposal_still_validates(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = wasmtime.Engine

    def choosy(config: wasmtime.Config | None = None) -> wasmtime.Engine:
        if config is not None:
            raise wasmtime.WasmtimeError("not on this processor")
        return engine()

    monkeypatch.setattr(wasmtime, "Engine", choosy)
    assert validate(assemble("(module (memory 1))")).valid is True
    assert validate(assemble("(module (memory 2 1))")).valid is False
