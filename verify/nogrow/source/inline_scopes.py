"""Addresses in a unit to the entries around them: the function, then what was inlined into it.

DWARF 5, sections 3.3.1 (subroutine entries) and 3.3.8 (inlined subroutines).
"""

from contextlib import suppress

from nogrow.source.abbrevs import BLOCK, BLOCK1, BLOCK2, BLOCK4, LEB128, STRING, Scope, Shape, Shapes
from nogrow.source.units import Unit, Values, covered

_NOWHERE = 1 << 62
_BLOCK_LENGTHS = {BLOCK1: 1, BLOCK2: 2, BLOCK4: 4}
_LONGEST_LEB128 = 70
_DEEPEST = 250


def find_scopes(unit: Unit, addresses: list[int]) -> dict[int, list[int]]:
    """For each of the sorted addresses the offsets of its entries in `.debug_info`, outermost first.

    An address outside of every function is left out, and so is what stands behind malformed bytes.
    """
    found: dict[int, list[int]] = {}
    with suppress(Exception):
        _Walk(unit, addresses, found).run()
    return found


class _Walk:
    """One pass over the entries of a unit."""

    def __init__(self, unit: Unit, addresses: list[int], found: dict[int, list[int]]) -> None:
        self.unit = unit
        self.addresses = addresses
        self.found = found
        self.data = unit.debug.section("info")

    def run(self) -> None:
        data, unit = self.data, self.unit.unit
        shapes = Shapes(unit)
        position, end = unit.cu_die_offset, min(unit.cu_offset + unit.size, len(data))
        depth = 0
        inside = _NOWHERE  # The depth of the function that covers an address, while among its entries.
        while position < end:
            at = position
            code = data[position]
            position += 1
            if code >= 0x80:
                code, position = _leb128(data, at)
            if code == 0:
                depth -= 1
                if depth <= inside:
                    inside = _NOWHERE
                    if len(self.found) == len(self.addresses):
                        return
                if depth <= 0:
                    return
                continue
            shape = shapes.get(code)
            if shape.scope is Scope.FUNCTION:
                if self._enter(at, position, shape) and shape.children:
                    inside = min(inside, depth)
            elif shape.scope is Scope.INLINED and depth > inside:
                self._enter(at, position, shape)
            position = position + shape.size if shape.size >= 0 else _after(data, position, shape)
            depth += shape.children

    def _enter(self, at: int, position: int, shape: Shape) -> bool:
        """Adds the entry to the addresses that it covers, and says whether there are any."""
        hit = covered(self.addresses, self.unit.spans(_values(self.data, position, shape)))
        for address in hit:
            if shape.scope is Scope.FUNCTION:
                # A function can stand inside another one's entry; its code is its own.
                self.found[address] = [at]
            elif address in self.found and len(self.found[address]) < _DEEPEST:
                self.found[address].append(at)
        return bool(hit)


def _values(data: bytes, position: int, shape: Shape) -> Values:
    """The attributes about addresses of the entry whose attributes start at `position`."""
    found: Values = {}
    for step, name, form in shape.values:
        if name:
            if step >= 0:
                found[name] = form, int.from_bytes(data[position : position + step], "little")
            elif step == LEB128:
                found[name] = form, _leb128(data, position)[0]
        position = _step(data, position, step)
    return found


def _after(data: bytes, position: int, shape: Shape) -> int:
    for step in shape.steps:
        position = _step(data, position, step)
    return position


def _step(data: bytes, position: int, step: int) -> int:
    """Where the attribute at `position` ends."""
    if step >= 0:
        return position + step
    if step == LEB128:
        while data[position] >= 0x80:
            position += 1
        return position + 1
    if step == STRING:
        return data.index(0, position) + 1
    if step == BLOCK:
        size, position = _leb128(data, position)
        return position + size
    width = _BLOCK_LENGTHS[step]
    return position + width + int.from_bytes(data[position : position + width], "little")


def _leb128(data: bytes, position: int) -> tuple[int, int]:
    """An unsigned LEB128 and where it ends (DWARF 5, section 7.6)."""
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
        if shift > _LONGEST_LEB128:
            raise ValueError("a LEB128 without an end")
