"""Find the entries of a unit that contain an address: the function, then the functions inlined into it.

DWARF 5, sections 3.3.1 (subroutine entries) and 3.3.8 (inlined subroutines).
"""

from contextlib import suppress

from nogrow.source.abbrevs import (
    BLOCK,
    BLOCK1,
    BLOCK2,
    BLOCK4,
    LEB128,
    STRING,
    AbbrevLayout,
    AbbrevLayouts,
    Scope,
)
from nogrow.source.units import Unit, Values, covered

_NOWHERE = 1 << 62
_BLOCK_LENGTHS = {BLOCK1: 1, BLOCK2: 2, BLOCK4: 4}
_LONGEST_LEB128 = 70
_DEEPEST = 250


def find_scopes(unit: Unit, addresses: list[int]) -> dict[int, list[int]]:
    """Return the offsets in `.debug_info` of the entries around each sorted address, outermost first.

    Addresses outside every function are left out, and so are entries after malformed bytes.
    """
    scopes: dict[int, list[int]] = {}
    with suppress(Exception):
        _Walk(unit, addresses, scopes).run()
    return scopes


class _Walk:
    """One pass over the entries of a unit."""

    def __init__(self, unit: Unit, addresses: list[int], scopes: dict[int, list[int]]) -> None:
        self.unit = unit
        self.addresses = addresses
        self.scopes = scopes
        self.data = unit.debug.section("info")

    def run(self) -> None:
        data, unit = self.data, self.unit.unit
        layouts = AbbrevLayouts(unit)
        position, end = unit.cu_die_offset, min(unit.cu_offset + unit.size, len(data))
        depth = 0
        inside = _NOWHERE  # The depth of the function that covers an address, while its entries are read.
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
                    if len(self.scopes) == len(self.addresses):
                        return
                if depth <= 0:
                    return
                continue
            layout = layouts.get(code)
            if layout.scope is Scope.FUNCTION:
                if self._enter(at, position, layout) and layout.children:
                    inside = min(inside, depth)
            elif layout.scope is Scope.INLINED and depth > inside:
                self._enter(at, position, layout)
            position = position + layout.size if layout.size >= 0 else _after(data, position, layout)
            depth += layout.children

    def _enter(self, at: int, position: int, layout: AbbrevLayout) -> bool:
        """Add the entry to the addresses that it covers, and return whether there are any."""
        hit = covered(self.addresses, self.unit.spans(_values(self.data, position, layout)))
        for address in hit:
            if layout.scope is Scope.FUNCTION:
                # A function's entry can be nested in another function's, but its code is separate.
                self.scopes[address] = [at]
            elif address in self.scopes and len(self.scopes[address]) < _DEEPEST:
                self.scopes[address].append(at)
        return bool(hit)


def _values(data: bytes, position: int, layout: AbbrevLayout) -> Values:
    """Return the address attributes of the entry whose attributes start at `position`."""
    values: Values = {}
    for step, name, form in layout.values:
        if name:
            if step >= 0:
                values[name] = form, int.from_bytes(data[position : position + step], "little")
            elif step == LEB128:
                values[name] = form, _leb128(data, position)[0]
        position = _step(data, position, step)
    return values


def _after(data: bytes, position: int, layout: AbbrevLayout) -> int:
    for step in layout.steps:
        position = _step(data, position, step)
    return position


def _step(data: bytes, position: int, step: int) -> int:
    """Return where the attribute at `position` ends."""
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
    """Return an unsigned LEB128 number and where it ends (DWARF 5, section 7.6)."""
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
        if shift > _LONGEST_LEB128:
            raise ValueError("a LEB128 number is too long")
