"""Tests the export section: names of every length and alphabet, and when it is read."""

import pytest
from tools.bench.encode import HEADER, leb, module, section, sized, vector

from nogrow.errors import ModuleError
from nogrow.wasm.decode import decode
from nogrow.wasm.model import Module

NAMES = ["", "a", "n" * 127, "n" * 128, "n" * 300, "\u00e9", "\u00e9" * 64, "\0", "last"]


def test_names_of_every_length_and_alphabet_are_read() -> None:
    exports = decode(module([b""], memories=(), exports=[(name.encode(), 0) for name in NAMES])).exports
    assert [export.name for export in exports] == NAMES


@pytest.mark.parametrize("index", [0, 127, 128, 16_383, 16_384, 70_000])
def test_indices_of_every_length_are_read(index: int) -> None:
    (export,) = decode(module([b""] * (index + 1), memories=(), exports=[(b"f", index)])).exports
    assert export.index == index


def test_duplicate_name_is_refused_at_the_second() -> None:
    data = module([b""], exports=[(b"n" * 200, 0), (b"m", 0), (b"n" * 200, 0)])
    with pytest.raises(ModuleError, match=r"duplicate export name 'n{200}'") as error:
        decode(data)
    assert error.value.offset == data.rindex(b"n" * 200) - len(leb(200))


def test_section_that_ends_in_a_name_is_refused() -> None:
    with pytest.raises(ModuleError, match="unexpected end of the section"):
        decode(HEADER + section(7, vector([sized(b"name")])))


def test_scan_begins_before_the_exports_are_read() -> None:
    outlines: list[Module] = []
    with pytest.raises(ModuleError, match="index 1 out of range"):
        decode(module([b""], exports=[(b"f", 1)]), outlines.append)
    (outline,) = outlines
    assert len(outline.functions) == 1
    assert outline.exports == ()
