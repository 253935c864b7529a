"""Check that malformed and hostile debug information causes neither errors nor much work."""

import time

import pytest
from tools.bench.encode import leb

from nogrow.source.debug_files import find_debug
from nogrow.source.debug_sections import MOST, Meter, MeteredStream, TooMuchError
from nogrow.source.lookup import locate
from tests.source.test_dwarf import FILES, INFO, LINES, VERSION_4, frames, version_5
from tests.support import dwarf
from tests.support.dwarf import Dwarf, u16, u32

SOON = 10.0
"""The time limit in seconds: several times what the meter allows, much less than the work requested."""


@pytest.mark.parametrize("whole", [VERSION_4, version_5()], ids=["version 4", "version 5"])
def test_truncated_section_only_loses_locations(whole: Dwarf) -> None:
    addresses = [4, 25, 31, 45]
    everything = frames(whole, *addresses)
    sections = {"info": whole.info, "abbrev": whole.abbrev, "line": whole.line, **dict(whole.others)}
    for name, contents in sections.items():
        for size in range(len(contents)):
            parts = {**sections, name: contents[:size]}
            info, abbrev, line = (parts.pop(part) for part in ("info", "abbrev", "line"))
            cut = Dwarf(info, abbrev, line, tuple(parts.items()))
            for address, around in frames(cut, *addresses).items():
                assert (
                    around[0][1:] == everything[address][0][1:]
                    or around[-1].line == everything[address][-1].line
                )


def test_changed_byte_raises_no_error() -> None:
    data = VERSION_4.module()
    start = dwarf.code_start(data)
    for at in range(start + dwarf.CODE_SIZE, len(data)):
        for value in (0, 0x7F, 0xFF):
            locate(data[:at] + bytes([value]) + data[at + 1 :], [start + 4, start + 31])


def test_name_with_itself_as_origin_terminates() -> None:
    abbrev = dwarf.ABBREV_4[:-1] + dwarf.abbreviation(
        6,
        dwarf.FUNCTION,
        False,
        (dwarf.ABSTRACT_ORIGIN, dwarf.REF4),
        (dwarf.LOW_PC, dwarf.ADDR),
        (dwarf.HIGH_PC, dwarf.DATA4),
    )
    entry = b"\6" + u32(dwarf.entries_start()) + u32(3) + u32(50)
    (frame,) = frames(Dwarf(dwarf.unit_4(entry), abbrev + b"\0", LINES), 4)[4]
    assert (frame.function, frame.line) == (None, 10)


def test_cycle_of_origins_terminates() -> None:
    start = dwarf.entries_start()
    first, second = b"\5" + u32(start + 5), b"\5" + u32(start)
    info = dwarf.unit_4(first, second, dwarf.function("f", 3, 50, dwarf.inlined(start, 3, 9, 10, 1)))
    assert [frame.function for frame in frames(VERSION_4._replace(info=info), 4)[4]] == [None, "f"]


def test_depth_of_inlined_functions_is_limited() -> None:
    depth = 5000
    nest = b"\3" + u32(dwarf.entries_start()) + u32(3) + u32(50) + b"\1\1\1"
    info = dwarf.unit_4(dwarf.abstract("small"), dwarf.function("f", 3, 50, nest * depth + bytes(depth)))
    assert len(frames(VERSION_4._replace(info=info), 4)[4]) == 250


HUGE = b"\xff" * 4
FOREVER = b"\xff" * 2_000_000


def _units_that_share_a_huge_table(count: int) -> Dwarf:
    """Return units whose abbreviations start at different offsets of one long unterminated table."""
    units = b""
    for number in range(count):
        rest = u16(4) + u32(number * 4) + b"\4" + b"\x7f" * 20
        units += u32(len(rest)) + rest
    return Dwarf(units, b"\1\x2e\0\3\x0e\0\0" * 100_000, LINES)


def _ranges_that_share_a_huge_list(count: int) -> Dwarf:
    abbrev = (
        dwarf.ABBREV_4[:-1]
        + dwarf.abbreviation(
            6, dwarf.FUNCTION, False, (dwarf.RANGES, dwarf.SEC_OFFSET), (dwarf.NAME, dwarf.STRING)
        )
        + b"\0"
    )
    entries = (b"\6" + u32(0) + b"\0") * count
    ranges = (u32(70) + u32(80)) * 100_000 + bytes(8)
    return Dwarf(dwarf.unit_4(entries), abbrev, LINES, (("ranges", ranges),))


def _line_programs_of_many_units(count: int) -> Dwarf:
    """Return a unit for each of this many addresses from 3 on, all with the same long line program."""
    program = dwarf.lines_4(b"\0\5\2" + u32(3) + b"\1" * 2_000_000, [], FILES)
    units = (dwarf.unit_4(low=3 + number, size=1) for number in range(count))
    return Dwarf(b"".join(units), dwarf.ABBREV_4, program)


def _functions_of_many_attributes(count: int) -> Dwarf:
    """Return functions of one byte each, with an abbreviation that expands it."""
    flags = leb(0x3F) + leb(0x19)
    specs = leb(dwarf.HIGH_PC) + leb(0x19) + flags * 100_000
    return Dwarf(dwarf.unit_4(b"\6" * count), dwarf.ABBREV_4[:-1] + b"\6\x2e\0" + specs + b"\0\0\0", LINES)


def _many_attributes(count: int) -> Dwarf:
    flags = leb(0x3F) + leb(0x19)
    abbrev = b"\1\x11\0" + flags * 200_000 + b"\0\0\0"
    rest = u16(4) + u32(0) + b"\4\1"
    return Dwarf((u32(len(rest)) + rest) * count, abbrev, LINES)


def _files_without_bytes() -> bytes:
    """Return a header of version 5 that announces 4 billion files of 0 bytes each."""
    header = dwarf.PARAMETERS + b"\0\0" + b"\0" + HUGE[:4] + b"\x0f"
    rest = u16(5) + b"\4\0" + u32(len(header)) + header
    return u32(len(rest)) + rest


CASES = {
    "huge unit": VERSION_4._replace(info=HUGE[:3] + b"\x0f" + INFO[4:]),
    "64-bit unit": VERSION_4._replace(info=HUGE + b"\xff" * 7 + b"\x0f" + INFO[4:]),
    "units of no bytes": VERSION_4._replace(info=bytes(1_000_000)),
    "tiny units": VERSION_4._replace(info=(u32(7) + u16(4) + u32(0) + b"\4") * 200_000),
    "LEB128 without an end in the entries": VERSION_4._replace(info=dwarf.unit_4(FOREVER)),
    "LEB128 without an end in the abbreviations": VERSION_4._replace(abbrev=FOREVER),
    "LEB128 without an end in the lines": VERSION_4._replace(line=dwarf.lines_4(FOREVER, [], FILES)),
    "children without an end": VERSION_4._replace(info=dwarf.unit_4((b"\3" + bytes(15)) * 100_000)),
    "abbreviations read again and again": _units_that_share_a_huge_table(10_000),
    "ranges read again and again": _ranges_that_share_a_huge_list(10_000),
    "lines run again and again": _line_programs_of_many_units(90),
    "units with many attributes": _many_attributes(10_000),
    "functions with many attributes": _functions_of_many_attributes(10_000),
    "files of no bytes": VERSION_4._replace(line=_files_without_bytes()),
    "line range 0": VERSION_4._replace(line=LINES.replace(b"\x0e\x0d", b"\0\x0d")),
}


@pytest.mark.parametrize("case", CASES)
def test_hostile_debug_information_ends_quickly(case: str) -> None:
    began = time.process_time()
    frames(CASES[case], *range(3, 95))
    assert time.process_time() - began < SOON


RANGED = dwarf.abbreviation(6, dwarf.UNIT, False, (dwarf.RANGES, dwarf.SEC_OFFSET)) + b"\0"
BAD_UNITS = {
    "no such line program": dwarf.unit_4(directory="/bad", lines=1 << 30, low=70, size=9),
    "no such ranges": u32(12) + u16(4) + u32(0) + b"\4" + b"\6" + u32(1 << 30),
    "no such abbreviation": u32(8) + u16(4) + u32(0) + b"\4" + b"\x7f",
    "no such table of abbreviations": u32(8) + u16(4) + u32(1 << 30) + b"\4" + b"\1",
    "empty": u32(7) + u16(4) + u32(0) + b"\4",
}


@pytest.mark.parametrize("bad", BAD_UNITS.values(), ids=BAD_UNITS.keys())
def test_bad_unit_does_not_affect_other_units(bad: bytes) -> None:
    # An inlined function refers to its origin by the offset in the unit.
    sections = Dwarf(bad + INFO, dwarf.ABBREV_4[:-1] + RANGED, LINES)
    assert frames(sections, 3, 31, 75).keys() == {3, 31}


def test_meter_limits_all_its_streams() -> None:
    meter = Meter(2)
    first, second = MeteredStream(b"ab", meter), MeteredStream(b"ab", meter)
    assert first.read(1) + second.read(1) == b"aa"
    with pytest.raises(TooMuchError):
        first.read(1)


def test_work_limit_grows_with_the_size() -> None:
    assert 0 < Meter.for_size(0).left < Meter.for_size(1 << 20).left < Meter.for_size(1 << 40).left == MOST


def test_invalid_module_has_no_debug_information() -> None:
    assert locate(b"", [0]) == {}
    assert locate(b"\0asm\1\0\0\0", [8]) == {}
    assert locate(b"\0asm\1\0\0\0\x0a\xff", [8]) == {}
    assert find_debug("m.wasm", b"junk").debug is None


def test_backward_sequence_terminates() -> None:
    """With rows at 40, then at 3 and 20, each address is covered by the row before it."""
    rows = b"\0\5\2" + u32(40) + b"\1" + b"\0\5\2" + u32(3) + b"\3\1\1" + b"\2\x11\3\1\1" + b"\2\x01\0\1\1"
    sections = VERSION_4._replace(line=dwarf.lines_4(rows, [], FILES))
    assert {at: around[0].line for at, around in frames(sections, 4, 30, 45).items()} == {4: 2}


def test_length_of_a_leb128_is_limited() -> None:
    stream = MeteredStream(b"\x80" * 100, Meter(1000))
    with pytest.raises(TooMuchError):
        b"".join(stream.read(1) for _ in range(100))
    assert stream.tell() < 15
