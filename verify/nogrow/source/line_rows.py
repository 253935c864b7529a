"""Run a line program to find the rows that cover some addresses (DWARF 5, sections 6.2.2 and 6.2.5)."""

from bisect import bisect_left
from contextlib import suppress
from typing import NamedTuple

from nogrow.source.line_header import LineProgram
from nogrow.source.work_limit import Meter
from nogrow.wasm.reader import Reader

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
        _Machine(data, program, addresses, rows).run()
    return rows


class _Machine:
    """The line number state machine; it keeps only the last row, which covers the code up to the next row."""

    def __init__(self, data: bytes, program: LineProgram, addresses: list[int], rows: dict[int, Row]) -> None:
        self.reader = Reader(data, program.start, program.end)
        self.program = program
        self.addresses = addresses
        self.rows = rows

    def run(self) -> None:
        while self.reader.position < self.reader.end:
            self._sequence()

    def _sequence(self) -> None:
        reader, program, addresses = self.reader, self.program, self.addresses
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
                kind = self._extended()
                if kind >= 0:
                    address = kind
                    continue
                if kind != _ENDED:
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
                    self.rows.setdefault(covered, last)
            if ended:
                return
            if start == 0:
                continue
            if address > wanted or address < start:
                index = bisect_left(addresses, address)
                wanted = addresses[index] if index < len(addresses) else _NEVER
            start, last = address, Row(file, line, column)

    def _extended(self) -> int:
        """Read an extended opcode and return the address that it sets, `_ENDED` or `_OTHER`."""
        reader = self.reader
        size = reader.unsigned(64)
        if size == 0:
            return _OTHER
        opcode = reader.byte()
        if opcode == _SET_ADDRESS:
            return int.from_bytes(reader.take(size - 1), "little")
        reader.take(size - 1)
        return _ENDED if opcode == _END_SEQUENCE else _OTHER
