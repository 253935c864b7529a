"""Read a line program: its header with the file names, and the rows that cover some addresses.

DWARF 5, sections 6.2.2, 6.2.4 and 6.2.5; versions 2 to 5 are supported.
"""

from bisect import bisect_left
from contextlib import suppress
from typing import NamedTuple

from nogrow.errors import ModuleError
from nogrow.source.debug_sections import Debug, Meter
from nogrow.source.model import join, slashed
from nogrow.source.units import shown
from nogrow.wasm.reader import Reader

_PATH, _DIRECTORY = 1, 2
_STRING, _LINE_STRP, _STRP, _UDATA, _BLOCK = 0x08, 0x1F, 0x0E, 0x0F, 0x09
_FIXED = {0x0B: 1, 0x05: 2, 0x06: 4, 0x07: 8, 0x1E: 16}


class LineProgram(NamedTuple):
    """The header of a line program, whose opcodes are in `.debug_line` from `start` to `end`."""

    version: int
    instruction_length: int
    line_base: int
    line_range: int
    lengths: tuple[int, ...]
    """The number of operands of each standard opcode, from opcode 1 on."""
    directories: tuple[str, ...]
    """The first is the directory of the compilation, which is empty before version 5."""
    files: tuple[tuple[str, int], ...]
    """Each file's name, and the index of its directory."""
    compiled_in: str
    start: int
    end: int

    def path(self, file: int) -> str:
        """Return the path of the file with this number, or an empty string if there is no such file."""
        number = file if self.version >= 5 else file - 1
        if not 0 <= number < len(self.files):
            return ""
        name, directory = self.files[number]
        base = join(self.compiled_in, self.directories[0] if self.directories else "")
        inner = self.directories[directory] if 0 < directory < len(self.directories) else ""
        return slashed(join(join(base, inner), name))


def read_line_program(debug: Debug, offset: int, compiled_in: str) -> LineProgram:
    """Return the line program at `offset` in `.debug_line`; raises `ModuleError` if it is malformed."""
    data = debug.sections["line"]
    reader = Reader(data, offset, len(data))
    length, wide = _fixed(reader, 4), 4
    if length == 0xFFFFFFFF:
        length, wide = _fixed(reader, 8), 8
    end = min(reader.position + length, len(data))
    version = _fixed(reader, 2)
    if not 2 <= version <= 5:
        raise ModuleError(f"unsupported version {version} of a line program", offset)
    if version >= 5:
        reader.take(2)
    size = _fixed(reader, wide)
    start = reader.position + size
    reader.end = min(start, end)
    instruction_length = reader.byte()
    reader.take(2 if version >= 4 else 1)
    line_base, line_range, opcodes = reader.byte(), reader.byte(), reader.byte()
    line_base -= (line_base & 0x80) << 1
    lengths = tuple(reader.take(max(opcodes - 1, 0)))
    names = _Names(debug, reader, wide)
    return LineProgram(
        version,
        instruction_length,
        line_base,
        line_range,
        lengths,
        names.directories(version),
        names.files(version),
        compiled_in,
        start,
        end,
    )


def _fixed(reader: Reader, size: int) -> int:
    return int.from_bytes(reader.take(size), "little")


class _Names:
    """Read the directories and files of a header."""

    def __init__(self, debug: Debug, reader: Reader, wide: int) -> None:
        self.debug = debug
        self.reader = reader
        self.wide = wide

    def directories(self, version: int) -> tuple[str, ...]:
        if version >= 5:
            return tuple(name for name, _ in self._entries())
        return ("", *iter(self._string, ""))

    def files(self, version: int) -> tuple[tuple[str, int], ...]:
        if version >= 5:
            return tuple(self._entries())
        files: list[tuple[str, int]] = []
        while name := self._string():
            directory, _, _ = (self.reader.unsigned(64) for _ in range(3))
            files.append((name, directory))
        return tuple(files)

    def _entries(self) -> list[tuple[str, int]]:
        reader = self.reader
        formats = [(reader.unsigned(64), reader.unsigned(64)) for _ in range(reader.byte())]
        entries: list[tuple[str, int]] = []
        for _ in range(reader.count()):
            name, directory = "", 0
            for content, form in formats:
                value = self._value(form)
                if content == _PATH and isinstance(value, str):
                    name = value
                elif content == _DIRECTORY and isinstance(value, int):
                    directory = value
            entries.append((name, directory))
        return entries

    def _value(self, form: int) -> str | int | None:
        reader = self.reader
        if form == _STRING:
            return self._string()
        if form in (_LINE_STRP, _STRP):
            return self._indirect("line_str" if form == _LINE_STRP else "str")
        if form == _UDATA:
            return reader.unsigned(64)
        if form == _BLOCK:
            reader.take(reader.u32())
            return None
        if form not in _FIXED:
            raise ModuleError(f"unsupported form 0x{form:x} in a line program", reader.position)
        return _fixed(reader, _FIXED[form])

    def _indirect(self, section: str) -> str:
        data, offset = self.debug.sections[section], _fixed(self.reader, self.wide)
        end = data.find(0, offset)
        # Many names can share the same bytes, so a small file could cause much work.
        self.debug.meter.spend(1 + max(end - offset, 0) // 64)
        return shown(data[offset:end]) if end >= 0 else ""

    def _string(self) -> str:
        reader = self.reader
        end = reader.data.find(0, reader.position, reader.end)
        if end < 0:
            raise ModuleError("unterminated name in a line program", reader.position)
        name = reader.take(end - reader.position)
        reader.position = end + 1
        return shown(name)


_COPY, _ADVANCE_PC, _ADVANCE_LINE, _SET_FILE, _SET_COLUMN = 1, 2, 3, 4, 5
_CONST_ADD_PC, _FIXED_ADVANCE_PC = 8, 9
_END_SEQUENCE, _SET_ADDRESS = 1, 2
_ENDED, _OTHER = -1, -2
_NEVER = 1 << 80
_ROWS_IN_A_READ = 8


class Row(NamedTuple):
    """The source position of the code from an address on; `file` is a file number of the line program."""

    file: int
    line: int
    column: int


def find_rows(data: bytes, program: LineProgram, addresses: list[int], meter: Meter) -> dict[int, Row]:
    """Return the rows of those sorted addresses that the program in `.debug_line` covers.

    Rows after malformed bytes are left out. Raises `TooMuchError` if the meter runs out.
    """
    meter.spend((program.end - program.start) // _ROWS_IN_A_READ)
    rows: dict[int, Row] = {}
    with suppress(Exception):
        reader = Reader(data, program.start, program.end)
        while reader.position < reader.end:
            _run_sequence(reader, program, addresses, rows)
    return rows


def _run_sequence(reader: Reader, program: LineProgram, addresses: list[int], rows: dict[int, Row]) -> None:
    """Run the state machine; it keeps only the last row, which covers the code up to the next row."""
    base, width, step = program.line_base, program.line_range, program.instruction_length
    first_special = len(program.lengths) + 1
    address, file, line, column = 0, 1, 1, 0
    start, last = -1, Row(1, 1, 0)  # The address of the last row (-1 before the first row), and that row.
    wanted = -1  # The first wanted address that is not before the last row.
    while reader.position < reader.end:
        opcode = reader.byte()
        ended = False
        if opcode >= first_special:
            opcode -= first_special
            address += opcode // width * step
            line += base + opcode % width
        elif opcode == _COPY:
            pass
        elif opcode == 0:
            kind = _extended(reader)
            if kind != _ENDED:
                address = kind if kind >= 0 else address
                continue
            ended = True
        else:
            if opcode == _ADVANCE_PC:
                address += reader.unsigned(64) * step
            elif opcode == _ADVANCE_LINE:
                line += reader.signed(64)
            elif opcode == _SET_FILE:
                file = reader.unsigned(64)
            elif opcode == _SET_COLUMN:
                column = reader.unsigned(64)
            elif opcode == _CONST_ADD_PC:
                address += (255 - first_special) // width * step
            elif opcode == _FIXED_ADVANCE_PC:
                address += int.from_bytes(reader.take(2), "little")
            else:
                for _ in range(program.lengths[opcode - 1]):
                    reader.unsigned(64)
            continue
        # A row. No code starts at address 0, which the linker writes for removed functions.
        if address > wanted and start > 0:
            for covered in addresses[bisect_left(addresses, start) : bisect_left(addresses, address)]:
                rows.setdefault(covered, last)
        if ended:
            return
        if start == 0:
            continue
        if address > wanted or address < start:
            index = bisect_left(addresses, address)
            wanted = addresses[index] if index < len(addresses) else _NEVER
        start, last = address, Row(file, line, column)


def _extended(reader: Reader) -> int:
    """Read an extended opcode and return the address that it sets, `_ENDED` or `_OTHER`."""
    size = reader.unsigned(64)
    if size == 0:
        return _OTHER
    opcode = reader.byte()
    if opcode == _SET_ADDRESS:
        return int.from_bytes(reader.take(size - 1), "little")
    reader.take(size - 1)
    return _ENDED if opcode == _END_SEQUENCE else _OTHER
