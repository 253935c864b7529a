"""Test the mark of stressed copies."""

import pytest

from nogrow.rewrite.stress import stressed
from nogrow.rewrite.stress_marker import is_marked, marked
from nogrow.wasm.validate import validate
from tests.support.modules import GROWING_WASM, QUIET_WASM, assemble


def component_of(core: bytes) -> bytes:
    return b"\0asm\x0d\0\x01\0\x01" + bytes([len(core)]) + core


def test_only_stressed_copies_have_the_mark() -> None:
    assert is_marked(stressed(GROWING_WASM).data)
    assert not is_marked(GROWING_WASM)
    # Nothing had to be inserted, so the copy may be shipped as well.
    assert stressed(QUIET_WASM).data == QUIET_WASM


def test_marked_module_is_valid_and_found_in_a_component() -> None:
    copy = marked(GROWING_WASM)
    validate(copy)
    assert is_marked(component_of(copy))
    assert not is_marked(component_of(GROWING_WASM))


@pytest.mark.parametrize(
    "data",
    [
        assemble('(module (func (export "nogrow.stress")))'),
        b"nogrow.stress",
        marked(GROWING_WASM)[:-1],
        component_of(marked(GROWING_WASM))[:-1],
    ],
    ids=["another name", "no module", "cut off", "component that is cut off"],
)
def test_other_files_with_the_name_have_no_mark(data: bytes) -> None:
    assert not is_marked(data)
