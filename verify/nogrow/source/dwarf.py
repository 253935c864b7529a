"""Find the frames of code addresses in a module's DWARF.

DWARF 5, sections 2.14 (declaration coordinates), 3.3.8.2 (call coordinates) and 6.2 (line programs).
"""

from contextlib import suppress
from typing import TYPE_CHECKING

from nogrow.source.debug_sections import Debug, open_debug
from nogrow.source.line_program import LineProgram, Row, find_rows, read_line_program
from nogrow.source.model import Frame
from nogrow.source.scopes import find_scopes
from nogrow.source.units import Unit, find_units, number, text
from nogrow.wasm.sections import Section

if TYPE_CHECKING:
    from elftools.dwarf.die import DIE

_LINKAGE_NAMES = ("DW_AT_linkage_name", "DW_AT_MIPS_linkage_name")
_ORIGINS = ("DW_AT_abstract_origin", "DW_AT_specification")
_LONGEST_ORIGIN = 8


def read_frames(
    data: bytes, sections: tuple[Section, ...], addresses: list[int]
) -> dict[int, tuple[Frame, ...]]:
    """Return the frames of the sorted addresses, innermost first; addresses without a location are left out.

    An address counts bytes from the start of the code section's contents. Malformed debug information only
    loses locations and raises no error.
    """
    located: dict[int, tuple[Frame, ...]] = {}
    # pyelftools raises almost any error on malformed bytes, and each of them only means "no location".
    with suppress(Exception):
        debug = open_debug(data, sections)
        if debug is not None:
            for unit, inside in find_units(debug, addresses):
                with suppress(Exception):
                    _read_unit(debug, unit, inside, located)
    return located


def _read_unit(debug: Debug, unit: Unit, addresses: list[int], located: dict[int, tuple[Frame, ...]]) -> None:
    if unit.lines is None:
        return
    program = read_line_program(debug, unit.lines, unit.directory)
    rows = find_rows(debug.sections["line"], program, addresses, debug.meter)
    scopes = find_scopes(unit, [address for address in addresses if address in rows])
    for address, row in rows.items():
        frames = _frames(unit, program, row, scopes.get(address, []))
        if frames:
            located[address] = frames


def _frames(unit: Unit, program: LineProgram, row: Row, scopes: list[int]) -> tuple[Frame, ...]:
    """Return the frames, the innermost first; each has the position at which it calls the one before it."""
    frames = [] if scopes else [_frame(program, None, row)]
    position = row
    for offset in reversed(scopes):
        entry = unit.unit.get_DIE_from_refaddr(offset)
        frames.append(_frame(program, _name(entry), position))
        numbers = (number(entry, f"DW_AT_call_{part}") for part in ("file", "line", "column"))
        position = Row(*(known or 0 for known in numbers))
    # Line 0 marks code that the compiler generated, which has a position only if a caller has one.
    return tuple(frames) if any(frame.file and frame.line for frame in frames) else ()


def _frame(program: LineProgram, function: str | None, position: Row) -> Frame:
    return Frame(function, program.path(position.file), max(position.line, 0), position.column)


def _name(entry: "DIE") -> str | None:
    """Return a function's linkage name, or else its plain name, from the entry or from its declaration."""
    plain: str | None = None
    for _ in range(_LONGEST_ORIGIN):
        for name in _LINKAGE_NAMES:
            if name in entry.attributes:
                return text(entry, name) or None
        if plain is None and "DW_AT_name" in entry.attributes:
            plain = text(entry, "DW_AT_name")
        origin = next((name for name in _ORIGINS if name in entry.attributes), None)
        if origin is None:
            break
        entry = entry.get_DIE_from_attribute(origin)
    return plain or None
