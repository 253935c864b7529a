"""This module replaces a `memory.grow` by instructions that return -1 or trap.

WebAssembly 3.0, sections 4.6 (execution of instructions) and 5.4.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from nogrow.errors import ModuleError
from nogrow.rewrite.instructions import Instruction
from nogrow.rewrite.splice import Edit

GROW = 0x40
_UNREACHABLE, _NOP, _DROP = b"\x00", b"\x01", b"\x1a"
_LOCAL_SET, _LOCAL_TEE = 0x21, 0x22
_MINUS_ONE = {32: b"\x41\x7f", 64: b"\x42\x7f"}
_DISAGREE = "internal error: the scan and the rewriter disagree about the code; please report it"


def _operands() -> dict[int, int]:
    """Return the number of operands, by opcode, of the instructions that only compute one value.

    Divisions, loads and most conversions of floats to integers are missing, because they can trap.
    """
    takes = dict.fromkeys((0x20, 0x23, 0x3F, 0x41, 0x42, 0x43, 0x44), 0)
    takes[0x1B] = 3
    unary = ((0x45, 0x45), (0x50, 0x50), (0x67, 0x69), (0x79, 0x7B), (0x8B, 0x91), (0x99, 0x9F))
    binary = ((0x46, 0x4F), (0x51, 0x66), (0x6A, 0x6C), (0x71, 0x78), (0x7C, 0x7E), (0x83, 0x8A))
    conversions = ((0xA7, 0xA7), (0xAC, 0xAD), (0xB2, 0xC4))
    for first, last in (*unary, *conversions):
        takes |= dict.fromkeys(range(first, last + 1), 1)
    for first, last in (*binary, (0x92, 0x98), (0xA0, 0xA6)):
        takes |= dict.fromkeys(range(first, last + 1), 2)
    return takes


_TAKES = _operands()


class Site(NamedTuple):
    """A `memory.grow` from `start` to `end`, and the width of its memory's addresses, 32 or 64 bits."""

    start: int
    end: int
    address_bits: int


def trapped(site: Site) -> Edit:
    """Return the edit that replaces the site by `unreachable`, in as many bytes.

    After it the stack may have any type (section 3.3.4), so nothing else has to change, and a further
    `unreachable` for each remaining byte is valid.
    """
    return Edit(site.start, site.end, _UNREACHABLE * (site.end - site.start))


def denied(data: bytes, site: Site, before: Sequence[Instruction]) -> Edit:
    """Return the edit that replaces the site by instructions with the value -1, in as many bytes if possible.

    `before` is the result of `straight_before` for the site. If the site itself is too short, a `drop` after
    it takes the operand, or instructions that compute the operand are replaced too. The guest behaves the
    same, because they only compute the operand and no branch leads between them.
    """
    constant = _MINUS_ONE[site.address_bits]
    fitting = _filled(_DROP + constant, site.start, site.end)
    if fitting is not None:
        return fitting
    if data[site.end : site.end + 1] == _DROP:
        return Edit(site.start, site.end + 1, _DROP + _NOP * (site.end - site.start))
    # The number of values on the stack, before each instruction, that only the site needs. An instruction
    # without operands has at least two bytes, so the number never falls below 1 here.
    needed = 1
    for instruction in reversed(before):
        if instruction.opcode == _LOCAL_TEE:
            code = _DROP * (needed - 1) + constant
            rest = _filled(code, instruction.end, site.end)
            if rest is not None:
                kept = bytes((_LOCAL_SET,)) + data[instruction.start + 1 : instruction.end]
                return Edit(instruction.start, site.end, kept + rest.new)
            break
        needed += _TAKES[instruction.opcode] - 1
        fitting = _filled(_DROP * needed + constant, instruction.start, site.end)
        if fitting is not None:
            return fitting
    return Edit(site.start, site.end, _DROP + constant)


def _filled(code: bytes, start: int, end: int) -> Edit | None:
    filler = end - start - len(code)
    return Edit(start, end, code + _NOP * filler) if filler >= 0 else None


def straight_before(code: Iterable[Instruction], sites: set[int]) -> dict[int, tuple[Instruction, ...]]:
    """Return the instructions directly before each of `sites`, which are offsets of instructions in `code`.

    They are instructions that only compute one value, and a `local.tee` before them. Raises `ModuleError` if
    no `memory.grow` starts at a site, which is an internal error.
    """
    before: dict[int, tuple[Instruction, ...]] = {}
    window: list[Instruction] = []
    for instruction in code:
        if instruction.start in sites:
            if instruction.opcode != GROW:
                raise ModuleError(_DISAGREE, instruction.start)
            before[instruction.start] = tuple(window)
        if instruction.opcode == _LOCAL_TEE:
            window = [instruction]
        elif instruction.opcode in _TAKES:
            window.append(instruction)
        else:
            window = []
    if len(before) != len(sites):
        raise ModuleError(_DISAGREE, min(sites - set(before)))
    return before
