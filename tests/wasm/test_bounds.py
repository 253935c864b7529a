"""Tests that modules beyond the limits of engines, or with contradictions, are refused with a reason."""

from array import array

import pytest
from tools.bench.encode import HEADER, leb, module, section, sized, vector
from tools.bench.pathological import deep_subtypes

from nogrow.errors import ModuleError
from nogrow.wasm import component
from nogrow.wasm.component import core_modules
from nogrow.wasm.declarations import LONGEST_NAME
from nogrow.wasm.decode import MOST_MEMORIES, decode
from nogrow.wasm.types import DEEPEST
from tests.support.modules import assemble

MEMORY = b"\0\1"
PASSIVE = b"\1" + sized(b"data")
ACTIVE = b"\0\x41\0\x0b" + sized(b"data")


def in_memory(index: int) -> bytes:
    return b"\2" + leb(index) + b"\x41\0\x0b" + sized(b"data")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (module(memories=[MEMORY] * (MOST_MEMORIES + 1)), "more than 100 memories"),
        (module(data=[b"\3"]), "unknown data segment flags 3"),
        (module(data=[in_memory(1)]), "memory index 1 out of range"),
        (HEADER + section(11, vector([ACTIVE])), "memory index 0 out of range"),
        (module(data=[b"\1" + leb(100) + b"short"]), "100 bytes announced, 5 left"),
        (module(data=[PASSIVE]).replace(section(11, vector([PASSIVE])), b"") + section(12, b"\1"), "1 data"),
        (module([b""], exports=[(b"n" * (LONGEST_NAME + 1), 0)]), "a name of 100,001 bytes"),
        (deep_subtypes(DEEPEST + 2), "subtypes more than 63 deep"),
    ],
    ids=["memories", "flags", "memory index", "no memory", "size", "data count", "name", "subtypes"],
)
def test_module_beyond_a_limit_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(ModuleError, match=message):
        decode(data)


def test_module_at_a_limit_is_decoded() -> None:
    assert len(decode(module(memories=[MEMORY] * MOST_MEMORIES)).memories) == MOST_MEMORIES
    decode(module(data=[PASSIVE, ACTIVE, in_memory(0)]))
    decode(deep_subtypes(DEEPEST))


def test_number_of_core_modules_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(component, "_MOST_MODULES", 2)
    assert len(core_modules(assemble("(component (core module) (core module))"))) == 2
    with pytest.raises(ModuleError, match="more than 2 core modules"):
        core_modules(assemble("(component (core module) (core module) (core module))"))


def test_types_that_differ_in_one_field_are_not_equal() -> None:
    struct = "(type (struct (field i32) (field (ref null 0))))"
    other = "(type (struct (field i64) (field (ref null 0))))"
    types = decode(assemble(f"(module (type (func)) {struct} {struct} {other})")).types
    assert types.canonical == (0, 1, 1, 3)


def test_header_alone_is_an_empty_module() -> None:
    assert decode(HEADER).functions == array("I")
