"""This module replaces a `memory.grow` by instructions that return -1 or trap.

WebAssembly 3.0, sections 4.6 (execution of instructions) and 5.4.
"""

from collections.abc import Iterable, Iterator, Sequence

from nogrow.rewrite.instructions import Body, Instruction, Site
from nogrow.rewrite.splice import Edit
from nogrow.wasm.model import Module

_UNREACHABLE, _NOP, _DROP = b"\x00", b"\x01", b"\x1a"
_LOCAL_SET, _LOCAL_TEE = 0x21, 0x22
_MINUS_ONE = {32: b"\x41\x7f", 64: b"\x42\x7f"}


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


def trapped(body: Body) -> Iterator[Edit]:
    """Yield the edits that replace each site by `unreachable`, in as many bytes.

    After it the stack may have any type (section 3.3.4), so nothing else has to change, and a further
    `unreachable` for each remaining byte is valid.
    """
    for site in body.sites:
        yield Edit(site.start, site.end, _UNREACHABLE * (site.end - site.start))


def denied(module: Module, body: Body, *, keep: bool) -> Iterator[Edit]:
    """Yield the edits that replace each site by instructions with the value -1, in as many bytes if possible.

    `keep` says that the instructions before a site must stay as they are.
    """
    before = straight_before(body.code, {site.start for site in body.sites})
    for site in body.sites:
        constant = _MINUS_ONE[module.memories[site.memory].address_bits]
        yield _denied(module.data, site, constant, () if keep else before[site.start])


def _denied(data: bytes, site: Site, constant: bytes, before: Sequence[Instruction]) -> Edit:
    """Return the edit of one site.

    `before` is the result of `straight_before` for the site. If the site itself is too short, a `drop` after
    it takes the operand, or instructions that compute the operand are replaced too. The guest behaves the
    same, because they only compute the operand and no branch leads between them.
    """
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

    They are instructions that only compute one value, and a `local.tee` before them.
    """
    before: dict[int, tuple[Instruction, ...]] = {}
    window: list[Instruction] = []
    for instruction in code:
        if instruction.start in sites:
            before[instruction.start] = tuple(window)
        if instruction.opcode == _LOCAL_TEE:
            window = [instruction]
        elif instruction.opcode in _TAKES:
            window.append(instruction)
        else:
            window = []
    return before
