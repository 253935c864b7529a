"""Build modules and their debug information byte by byte."""

from typing import NamedTuple

from tools.bench.encode import EMPTY, HEADER, custom, leb, section, signed, sized, vector

from nogrow.wasm.sections import SectionId, read_sections

CODE_SIZE = 100
"""The size in bytes of the code of a built module's only function."""


def u32(value: int) -> bytes:
    return value.to_bytes(4, "little")


def u16(value: int) -> bytes:
    return value.to_bytes(2, "little")


def text(value: str) -> bytes:
    return value.encode() + b"\0"


def module_with_customs(*customs: tuple[str, bytes]) -> bytes:
    """Return a module with custom sections and one function of `nop`s, whose body starts at address 2."""
    code = sized(b"\0" + b"\1" * (CODE_SIZE - 2) + b"\x0b")
    head = HEADER + section(1, vector([EMPTY])) + section(3, vector([b"\0"])) + section(10, vector([code]))
    return head + b"".join(custom(*pair) for pair in customs)


def code_start(data: bytes) -> int:
    """Return the byte offset in the file from which addresses count."""
    return next(section.start for section in read_sections(data) if section.id is SectionId.CODE)


class Dwarf(NamedTuple):
    """The debug sections of a built module."""

    info: bytes
    abbrev: bytes
    line: bytes
    others: tuple[tuple[str, bytes], ...] = ()

    def module(self) -> bytes:
        named = (("info", self.info), ("abbrev", self.abbrev), ("line", self.line), *self.others)
        return module_with_customs(*((f".debug_{name}", contents) for name, contents in named))


# Tags, attributes and forms (DWARF 5, section 7.5).
UNIT, FUNCTION, INLINED = 0x11, 0x2E, 0x1D
NAME, STMT_LIST, LOW_PC, HIGH_PC, COMP_DIR = 0x03, 0x10, 0x11, 0x12, 0x1B
ABSTRACT_ORIGIN, RANGES, CALL_COLUMN, CALL_FILE, CALL_LINE = 0x31, 0x55, 0x57, 0x58, 0x59
LINKAGE_NAME, STR_OFFSETS_BASE, ADDR_BASE, RNGLISTS_BASE = 0x6E, 0x72, 0x73, 0x74
ADDR, DATA1, DATA4, STRING, REF4, SEC_OFFSET = 0x01, 0x0B, 0x06, 0x08, 0x13, 0x17
STRX1, ADDRX, RNGLISTX, BLOCK1 = 0x25, 0x1B, 0x23, 0x0A


def abbreviation(code: int, tag: int, children: bool, *pairs: tuple[int, int]) -> bytes:
    specs = b"".join(leb(name) + leb(form) for name, form in pairs)
    return leb(code) + leb(tag) + bytes([children]) + specs + b"\0\0"


ABBREV_4 = (
    abbreviation(1, UNIT, True, (STMT_LIST, SEC_OFFSET), (COMP_DIR, STRING), (LOW_PC, ADDR), (HIGH_PC, DATA4))
    + abbreviation(2, FUNCTION, True, (LINKAGE_NAME, STRING), (LOW_PC, ADDR), (HIGH_PC, DATA4))
    + abbreviation(
        3,
        INLINED,
        True,
        (ABSTRACT_ORIGIN, REF4),
        (LOW_PC, ADDR),
        (HIGH_PC, DATA4),
        (CALL_FILE, DATA1),
        (CALL_LINE, DATA1),
        (CALL_COLUMN, DATA1),
    )
    + abbreviation(4, FUNCTION, False, (NAME, STRING))
    + abbreviation(5, FUNCTION, False, (ABSTRACT_ORIGIN, REF4))
    + b"\0"
)


def unit_4(*entries: bytes, low: int = 2, size: int = 1000, lines: int = 0, directory: str = "/src") -> bytes:
    """Encode a unit of version 4 with these entries below its top entry."""
    top = b"\1" + u32(lines) + text(directory) + u32(low) + u32(size)
    rest = u16(4) + u32(0) + b"\4" + top + b"".join(entries) + b"\0"
    return u32(len(rest)) + rest


def entries_start(directory: str = "/src") -> int:
    """Return the byte offset in `.debug_info` at which the entries of `unit_4` start."""
    return 11 + 1 + 4 + len(text(directory)) + 8


def function(name: str, low: int, size: int, *entries: bytes) -> bytes:
    return b"\2" + text(name) + u32(low) + u32(size) + b"".join(entries) + b"\0"


def inlined(
    origin: int, low: int, size: int, line: int, column: int, *entries: bytes, file: int = 1
) -> bytes:
    return (
        b"\3" + u32(origin) + u32(low) + u32(size) + bytes([file, line, column]) + b"".join(entries) + b"\0"
    )


def abstract(name: str) -> bytes:
    return b"\4" + text(name)


class Line(NamedTuple):
    """A row of a line program."""

    address: int
    line: int
    column: int
    file: int = 1


def sequence(*rows: Line, end: int) -> bytes:
    """Encode a sequence, in which every second row uses a special opcode."""
    out = b"\0\5\2" + u32(rows[0].address)
    address, line = rows[0].address, 1
    for number, row in enumerate(rows):
        out += b"\4" + leb(row.file) + b"\5" + leb(row.column)
        if number % 2 == 0:
            out += b"\2" + leb(row.address - address) + b"\3" + signed(row.line - line) + b"\1"
        else:
            # Line base -5, range 14, first special opcode 13.
            out += b"\3" + signed(row.line - line - 1) + b"\2" + leb(row.address - address - 1)
            out += bytes([13 + 14 * 1 + (1 + 5)])
        address, line = row.address, row.line
    return out + b"\2" + leb(end - address) + b"\0\1\1"


PARAMETERS = (
    b"\1\1\1" + (-5 & 0xFF).to_bytes(1, "little") + b"\x0e\x0d" + bytes([0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1])
)


def lines_4(program: bytes, directories: list[str], files: list[tuple[str, int]]) -> bytes:
    """Encode a line program of version 4; directories and files count from 1."""
    names = b"".join(map(text, directories)) + b"\0"
    names += b"".join(text(name) + leb(directory) + b"\0\0" for name, directory in files) + b"\0"
    header = PARAMETERS + names
    rest = u16(4) + u32(len(header)) + header + program
    return u32(len(rest)) + rest


def lines_5(program: bytes, directories: list[str], files: list[tuple[str, int]]) -> bytes:
    """Encode a line program of version 5; directories and files count from 0."""
    names = b"\1" + leb(1) + leb(STRING) + leb(len(directories)) + b"".join(map(text, directories))
    names += b"\2" + leb(1) + leb(STRING) + leb(2) + leb(DATA1) + leb(len(files))
    names += b"".join(text(name) + bytes([directory]) for name, directory in files)
    header = PARAMETERS + names
    rest = u16(5) + b"\4\0" + u32(len(header)) + header + program
    return u32(len(rest)) + rest
