"""Check the frames from DWARF of versions 4 and 5."""

import pytest
from tools.bench.encode import leb

from nogrow.source.lookup import locate
from nogrow.source.model import DebugFile, Frame
from tests.support import dwarf
from tests.support.dwarf import Dwarf, Line, u16, u32

ORIGIN = dwarf.entries_start()
FILES = [("a.c", 0), ("b.h", 1), ("/abs/c.h", 0)]
LINES = dwarf.lines_4(
    dwarf.sequence(Line(3, 10, 5), Line(20, 11, 9), Line(30, 7, 2, 2), Line(40, 12, 0, 3), end=60),
    ["include"],
    FILES,
)
INFO = dwarf.unit_4(
    dwarf.abstract("small"),
    dwarf.function("other", 70, 10),
    dwarf.function(
        "_Zmain", 3, 57, dwarf.inlined(ORIGIN, 25, 10, 11, 4, dwarf.inlined(ORIGIN, 30, 3, 8, 6, file=2))
    ),
)
VERSION_4 = Dwarf(INFO, dwarf.ABBREV_4, LINES)


def frames(sections: Dwarf, *addresses: int) -> dict[int, tuple[Frame, ...]]:
    data = sections.module()
    start = dwarf.code_start(data)
    located = locate(data, [start + address for address in addresses])
    return {offset - start: frame for offset, frame in located.items()}


def test_row_before_an_address_covers_it() -> None:
    assert frames(VERSION_4, 3, 19, 20)[19] == (Frame("_Zmain", "/src/a.c", 10, 5),)
    assert frames(VERSION_4, 20)[20] == (Frame("_Zmain", "/src/a.c", 11, 9),)


def test_innermost_inlined_function_comes_first() -> None:
    assert frames(VERSION_4, 31) == {
        31: (
            Frame("small", "/src/include/b.h", 7, 2),
            Frame("small", "/src/include/b.h", 8, 6),
            Frame("_Zmain", "/src/a.c", 11, 4),
        )
    }


def test_column_0_and_absolute_files_are_kept() -> None:
    assert frames(VERSION_4, 45)[45] == (Frame("_Zmain", "/abs/c.h", 12, 0),)


def test_address_outside_every_row_has_no_location() -> None:
    assert frames(VERSION_4, 2, 60, 75, 5000) == {}


def test_offset_outside_the_code_has_no_location() -> None:
    assert locate(VERSION_4.module(), [-1, 0, 3, 1 << 40]) == {}


def test_unnamed_function_has_a_location() -> None:
    assert frames(VERSION_4._replace(info=dwarf.unit_4()), 3) == {3: (Frame(None, "/src/a.c", 10, 5),)}


def test_longest_prefix_is_replaced() -> None:
    data = VERSION_4.module()
    offset = dwarf.code_start(data) + 31
    prefixes = [("/src", "S"), ("/src/include", "I"), ("/src/a", "never: it ends inside a name")]
    assert [frame.file for frame in locate(data, [offset], None, prefixes)[offset]] == [
        "I/b.h",
        "I/b.h",
        "S/a.c",
    ]


def test_external_debug_file_has_addresses_of_the_module() -> None:
    stripped = dwarf.module_with_customs(("longer than nothing", b""))
    offset = dwarf.code_start(stripped) + 3
    located = locate(stripped, [offset], DebugFile("m.debug.wasm", VERSION_4.module()))
    assert located[offset][0].line == 10


@pytest.mark.parametrize("tombstone", [0, 0xFFFFFFFF, 0xFFFFFFFE], ids=hex)
def test_removed_functions_cover_no_address(tombstone: int) -> None:
    # At address 0, the removed function would cover the other function's addresses.
    rows = dwarf.sequence(Line(tombstone, 99, 1), Line(tombstone + 10, 98, 1), end=tombstone + 60)
    kept = dwarf.sequence(Line(3, 10, 5), end=60)
    sections = Dwarf(
        dwarf.unit_4(dwarf.function("removed", tombstone, 60), dwarf.function("kept", 3, 57)),
        dwarf.ABBREV_4,
        dwarf.lines_4(rows + kept, [], FILES),
    )
    assert frames(sections, 30) == {30: (Frame("kept", "/src/a.c", 10, 5),)}


def test_ranges_of_version_4_select_the_unit() -> None:
    abbrev = (
        dwarf.ABBREV_4[:-1]
        + dwarf.abbreviation(
            6,
            dwarf.UNIT,
            True,
            (dwarf.STMT_LIST, dwarf.SEC_OFFSET),
            (dwarf.LOW_PC, dwarf.ADDR),
            (dwarf.RANGES, dwarf.SEC_OFFSET),
        )
        + b"\0"
    )
    top = b"\6" + u32(0) + u32(0) + u32(0)
    rest = u16(4) + u32(0) + b"\4" + top + dwarf.function("f", 3, 50) + b"\0"
    broken = dwarf.unit_4(b"\x7f", low=80, size=5)
    base = u32(0xFFFFFFFF) + u32(2)
    ranges = u32(70) + u32(75) + base + u32(1) + u32(50) + bytes(8)
    sections = Dwarf(broken + u32(len(rest)) + rest, abbrev, LINES, (("ranges", ranges),))
    assert frames(sections, 10) == {10: (Frame("f", "a.c", 10, 5),)}


def version_5() -> Dwarf:
    abbrev = (
        dwarf.abbreviation(
            1,
            dwarf.UNIT,
            True,
            (dwarf.STMT_LIST, dwarf.SEC_OFFSET),
            (dwarf.STR_OFFSETS_BASE, dwarf.SEC_OFFSET),
            (dwarf.ADDR_BASE, dwarf.SEC_OFFSET),
            (dwarf.RNGLISTS_BASE, dwarf.SEC_OFFSET),
            (dwarf.RANGES, dwarf.RNGLISTX),
        )
        + dwarf.abbreviation(
            2,
            dwarf.FUNCTION,
            True,
            (dwarf.NAME, dwarf.STRX1),
            (dwarf.LOW_PC, dwarf.ADDRX),
            (dwarf.HIGH_PC, dwarf.DATA4),
        )
        + dwarf.abbreviation(
            3,
            dwarf.INLINED,
            False,
            (dwarf.ABSTRACT_ORIGIN, dwarf.REF4),
            (dwarf.RANGES, dwarf.RNGLISTX),
            (dwarf.CALL_LINE, dwarf.DATA1),
        )
        + dwarf.abbreviation(4, dwarf.FUNCTION, False, (dwarf.NAME, dwarf.STRX1))
        + b"\0"
    )
    top = b"\1" + u32(0) + u32(8) + u32(8) + u32(12) + leb(0)
    origin = 12 + len(top)
    entries = b"\4\1" + b"\2\0" + leb(1) + u32(50) + (b"\3" + u32(origin) + leb(1) + b"\x21") + b"\0" + b"\0"
    rest = u16(5) + b"\1\4" + u32(0) + top + entries
    lists = b"\1\0" + b"\4" + leb(1) + leb(51) + b"\0"  # base_addressx 0, offset_pair
    inner = b"\3" + leb(1) + leb(4) + b"\0"  # startx_length
    rnglists = u32(0) + u16(5) + b"\4\0" + u32(2) + u32(8) + u32(8 + len(lists)) + lists + inner
    addr = u32(0) + u16(5) + b"\4\0" + u32(2) + u32(3)
    strings = b"outer\0inner\0"
    return Dwarf(
        u32(len(rest)) + rest,
        abbrev,
        dwarf.lines_5(
            dwarf.sequence(Line(3, 10, 5, 0), Line(20, 11, 9, 1), end=60),
            ["/src", "sub"],
            [("a.c", 0), ("b.c", 1)],
        ),
        (
            ("rnglists", rnglists),
            ("addr", addr),
            ("str", strings),
            ("str_offsets", u32(12) + u16(5) + u16(0) + u32(0) + u32(6)),
        ),
    )


def test_version_5_with_indexed_attributes() -> None:
    assert frames(version_5(), 4, 25) == {
        4: (Frame("inner", "/src/a.c", 10, 5), Frame("outer", "/src/a.c", 33, 0)),
        25: (Frame("outer", "/src/sub/b.c", 11, 9),),
    }


def test_nested_function_entry_is_separate() -> None:
    rows = dwarf.sequence(Line(3, 10, 5), end=90)
    nested = dwarf.function("nested", 70, 10, dwarf.inlined(ORIGIN, 70, 5, 2, 2))
    outer = dwarf.function("outer", 3, 57, nested, dwarf.inlined(ORIGIN, 25, 10, 1, 1))
    sections = Dwarf(
        dwarf.unit_4(dwarf.abstract("small"), outer), dwarf.ABBREV_4, dwarf.lines_4(rows, [], FILES)
    )
    functions = {at: [frame.function for frame in around] for at, around in frames(sections, 25, 70).items()}
    assert functions == {25: ["small", "outer"], 70: ["small", "nested"]}
