"""A `memory.grow` to instructions that answer -1, or trap, instead of growing.

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


def _operands() -> dict[int, int]:
    """By opcode, how many values an instruction takes, for those that do nothing but make one value.

    None of them can trap. So divisions, loads and most conversions of floats to integers are missing.
    """
    takes = dict.fromkeys((0x20, 0x23, 0x3F, 0x41, 0x42, 0x43, 0x44), 0)
    takes[0x1B] = 3
    one = ((0x45, 0x45), (0x50, 0x50), (0x67, 0x69), (0x79, 0x7B), (0x8B, 0x91), (0x99, 0x9F))
    two = ((0x46, 0x4F), (0x51, 0x66), (0x6A, 0x6C), (0x71, 0x78), (0x7C, 0x7E), (0x83, 0x8A))
    converting = ((0xA7, 0xA7), (0xAC, 0xAD), (0xB2, 0xC4))
    for first, last in (*one, *converting):
        takes |= dict.fromkeys(range(first, last + 1), 1)
    for first, last in (*two, (0x92, 0x98), (0xA0, 0xA6)):
        takes |= dict.fromkeys(range(first, last + 1), 2)
    return takes


_TAKES = _operands()


class Site(NamedTuple):
    """A `memory.grow` between `start` and `end`, and the addresses of its memory: 32 or 64 bits."""

    start: int
    end: int
    address_bits: int


def trapped(site: Site) -> Edit:
    """The site as `unreachable`, in as many bytes.

    After it the stack may hold anything (section 3.3.4), so that nothing else has to change, and one
    more `unreachable` for each further byte is as good as any filler.
    """
    return Edit(site.start, site.end, _UNREACHABLE * (site.end - site.start))


def denied(data: bytes, site: Site, before: Sequence[Instruction]) -> Edit:
    """The site as instructions whose value is -1, in as many bytes if possible.

    `before` is what `straight_before` says of the site. Where the site itself is too short, a `drop` behind
    it takes the operand, or instructions that compute the operand are left out too, as many as it takes.
    That is all the same to the guest: they do nothing else, and no jump leads between them.
    """
    constant = _MINUS_ONE[site.address_bits]
    fitting = _filled(_DROP + constant, site.start, site.end)
    if fitting is not None:
        return fitting
    if data[site.end : site.end + 1] == _DROP:
        return Edit(site.start, site.end + 1, _DROP + _NOP * (site.end - site.start))
    # How many values on the stack are there for the site's sake alone, before each instruction.
    # An instruction that takes none has two bytes at least, so the number never falls below 1 here.
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
    """For each of `sites` (offsets of instructions in `code`), what stands directly before it.

    Only instructions that make one value and do nothing else, and a `local.tee` in front of them. Raises
    `ModuleError` for a site where no `memory.grow` starts: a fault of nogrow's own.
    """
    found: dict[int, tuple[Instruction, ...]] = {}
    window: list[Instruction] = []
    for instruction in code:
        if instruction.start in sites:
            if instruction.opcode != GROW:
                raise ModuleError("two readings of the code disagree", instruction.start)
            found[instruction.start] = tuple(window)
        if instruction.opcode == _LOCAL_TEE:
            window = [instruction]
        elif instruction.opcode in _TAKES:
            window.append(instruction)
        else:
            window = []
    if len(found) != len(sites):
        raise ModuleError("two readings of the code disagree", min(sites - set(found)))
    return found
