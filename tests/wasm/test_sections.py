"""Tests the framing of sections: the header, the order, and exact sizes."""

import itertools

import pytest
from tools.bench.encode import HEADER, section

from nogrow.errors import ModuleError
from nogrow.wasm.decode import decode
from nogrow.wasm.sections import SectionId, read_sections

# Sections with a count of 0, in the order of the specification (section 5.5.2).
IN_ORDER = (1, 2, 3, 4, 5, 13, 6, 7, 9, 12, 10, 11)
EMPTY = {number: section(number, b"\0") for number in IN_ORDER}
CUSTOM = section(0, b"\x01xyz")


def test_all_sections_in_order_are_read() -> None:
    data = HEADER + b"".join(CUSTOM + EMPTY[number] for number in IN_ORDER) + CUSTOM
    ids = [item.id for item in read_sections(data) if item.id is not SectionId.CUSTOM]
    assert ids == list(IN_ORDER)
    decode(data)


@pytest.mark.parametrize(("earlier", "later"), list(itertools.combinations(IN_ORDER, 2)))
def test_sections_out_of_order_are_refused(earlier: int, later: int) -> None:
    data = HEADER + EMPTY[later] + EMPTY[earlier]
    with pytest.raises(ModuleError, match="repeated or out of order") as error:
        read_sections(data)
    assert error.value.offset == len(HEADER + EMPTY[later])


@pytest.mark.parametrize("number", IN_ORDER)
def test_repeated_section_is_refused(number: int) -> None:
    with pytest.raises(ModuleError, match="repeated") as error:
        read_sections(HEADER + EMPTY[number] + CUSTOM + EMPTY[number])
    assert error.value.offset == len(HEADER + EMPTY[number] + CUSTOM)


def test_custom_section_has_its_name_and_contents() -> None:
    (custom,) = read_sections(HEADER + CUSTOM)
    assert (custom.name, custom.start, custom.end) == ("x", 12, 14)


def test_section_size_may_be_padded() -> None:
    (types,) = read_sections(HEADER + b"\x01\x81\x80\x80\x80\x00\x00")
    assert (types.start, types.end) == (14, 15)


@pytest.mark.parametrize(
    ("data", "offset"),
    [
        pytest.param(b"", 0, id="empty file"),
        pytest.param(b"\0as", 0, id="magic cut off"),
        pytest.param(b"#!/bin/sh\n", 0, id="no magic"),
        pytest.param(b"\0asm\1\0", 6, id="header cut off"),
        pytest.param(b"\0asm\2\0\0\0", 4, id="version 2"),
        pytest.param(b"\0asm\1\0\2\0", 4, id="layer 2"),
        pytest.param(b"\0asm\x0d\0\1\0", 4, id="a component"),
        pytest.param(b"\0asm\1\0\0\1", 4, id="layer 256"),
        pytest.param(HEADER + b"\x0e\0", 8, id="section 14"),
        pytest.param(HEADER + b"\xff\0", 8, id="section 255"),
        pytest.param(HEADER + b"\x01", 9, id="no size"),
        pytest.param(HEADER + b"\x01\x02\0", 8, id="one byte too few"),
        pytest.param(HEADER + b"\x01\xff\xff\xff\xff\x0f", 8, id="four gigabytes"),
        pytest.param(HEADER + b"\x01\x80\x80\x80\x80\x80\0", 9, id="over-long size"),
        pytest.param(HEADER + EMPTY[1] + b"\0\0", 13, id="custom section without a name"),
        pytest.param(HEADER + section(0, b"\x02\xc3\x28"), 11, id="custom name not UTF-8"),
        pytest.param(HEADER + section(0, b"\x05abc"), 11, id="custom name longer than its section"),
        pytest.param(HEADER + EMPTY[1] + b"\1", 12, id="a byte behind the last section"),
    ],
)
def test_bad_framing_is_refused_at_its_offset(data: bytes, offset: int) -> None:
    with pytest.raises(ModuleError) as error:
        read_sections(data)
    assert error.value.offset == offset


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 13, 6, 7, 8, 9])
def test_section_with_bytes_left_over_is_refused(number: int) -> None:
    """The scan reads the code section: see test_code_section.py."""
    before = b"" if number != 8 else section(1, b"\1\x60\0\0") + section(2, b"\1\1a\1b\0\0")
    data = HEADER + before + section(number, b"\0\0")
    with pytest.raises(ModuleError, match="left over") as error:
        decode(data)
    assert error.value.offset == len(data) - 1


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 10])
def test_empty_section_is_refused(number: int) -> None:
    data = HEADER + section(number, b"")
    with pytest.raises(ModuleError) as error:
        decode(data)
    assert error.value.offset == len(data)


def test_component_is_named_in_the_error() -> None:
    with pytest.raises(ModuleError, match="a component, not a core module"):
        read_sections(b"\0asm\x0d\0\1\0")
