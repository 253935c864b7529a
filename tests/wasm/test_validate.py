import pytest
import wasmtime

from nogrow.wasm.validate import Validation, validate
from tests.support.assemble import assemble

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
    "a limit": f"(module (func (local {'i32 ' * 50_001})))",
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
}


@pytest.mark.parametrize("wat", VALID.values(), ids=VALID)
def test_what_wasmtime_supports_is_validated(wat: str) -> None:
    assert validate(assemble(wat)).valid is True


@pytest.mark.parametrize("wat", UNSUPPORTED.values(), ids=UNSUPPORTED)
def test_what_wasmtime_does_not_support_is_not_called_invalid(wat: str) -> None:
    validation = validate(assemble(wat))
    assert validation.valid is None
    assert validation.reason


@pytest.mark.parametrize(("wat", "reason"), INVALID.items())
def test_what_is_against_the_rules_is_invalid_with_reason_and_offset(wat: str, reason: str) -> None:
    validation = validate(assemble(wat))
    assert validation.valid is False
    assert validation.reason is not None
    assert validation.reason.startswith(reason)
    assert str(validation.error).startswith(
        f"offset 0x{validation.offset:x}: not a valid module, says wasmtime"
    )


def test_a_reason_is_without_its_place_which_is_an_offset_in_the_file() -> None:
    data = assemble("(module (func local.get 3 drop))")
    expected = Validation(False, "unknown local 3: local index out of bounds", data.index(b"\x20\x03"))
    assert validate(data) == expected


def test_no_module_at_all_is_for_others_to_refuse() -> None:
    assert validate(b"\0asm").valid is None


def test_a_processor_without_some_proposal_still_validates(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = wasmtime.Engine

    def choosy(config: wasmtime.Config | None = None) -> wasmtime.Engine:
        if config is not None:
            raise wasmtime.WasmtimeError("not on this processor")
        return engine()

    monkeypatch.setattr(wasmtime, "Engine", choosy)
    assert validate(assemble("(module (memory 1))")).valid is True
    assert validate(assemble("(module (memory 2 1))")).valid is False
