"""Find the entries of a unit that contain an address: the function, then the functions inlined into it.

DWARF 5, sections 3.3.1 (subroutine entries), 3.3.8 (inlined subroutines), 7.5.3 (abbreviations) and 7.5.6
(forms). Compilers for WebAssembly write no `DW_AT_sibling`, so every entry before a function must be stepped
over. pyelftools would decode these entries; here, the layouts of their abbreviations only give their sizes.
"""

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from elftools.common.exceptions import DWARFError

from nogrow.source.units import Unit, Values, covered

if TYPE_CHECKING:
    from elftools.dwarf.compileunit import CompileUnit

_FUNCTION, _INLINED = "DW_TAG_subprogram", "DW_TAG_inlined_subroutine"
_ADDRESSES = ("DW_AT_low_pc", "DW_AT_high_pc", "DW_AT_ranges")

_LEB128, _STRING, _BLOCK, _BLOCK1, _BLOCK2, _BLOCK4 = -1, -2, -3, -4, -5, -6
_BLOCK_LENGTHS = {_BLOCK1: 1, _BLOCK2: 2, _BLOCK4: 4}
_OFFSET, _ADDRESS = -7, -8
_FORMS = {
    0: "flag_present implicit_const",
    1: "addrx1 data1 flag ref1 strx1",
    2: "addrx2 data2 ref2 strx2",
    3: "addrx3 strx3",
    4: "addrx4 data4 ref4 ref_sup4 strx4",
    8: "data8 ref8 ref_sig8 ref_sup8",
    16: "data16",
    _LEB128: "udata sdata strx addrx loclistx rnglistx ref_udata",
    _STRING: "string",
    _BLOCK: "block exprloc",
    _BLOCK1: "block1",
    _BLOCK2: "block2",
    _BLOCK4: "block4",
    _OFFSET: "sec_offset strp line_strp strp_sup GNU_strp_alt GNU_ref_alt ref_addr",
    _ADDRESS: "addr",
}
_SIZES = {f"DW_FORM_{form}": size for size, forms in _FORMS.items() for form in forms.split()}

_NOWHERE = 1 << 62
_LONGEST_LEB128 = 70
_MOST_ATTRIBUTES = 200
_DEEPEST = 250


class _Layout(NamedTuple):
    """The layout of the entries with one abbreviation.

    A step is a number of bytes, or one of the negative constants above for an attribute that stores its own
    length. `size` is the sum of the steps if all are numbers, and otherwise -1. `values` has the step, the
    name and the form of each attribute; the name is empty unless the attribute is about addresses. `tag` is
    empty unless the entry is a function, possibly an inlined one, with addresses.
    """

    tag: str
    children: bool
    size: int
    steps: tuple[int, ...]
    values: tuple[tuple[int, str, str], ...]


class _Layouts(dict[int, _Layout]):
    """The layouts of a unit by abbreviation code, computed on first use."""

    def __init__(self, unit: "CompileUnit") -> None:
        self._table = unit.get_abbrev_table()
        wide = 4 if unit.structs.dwarf_format == 32 else 8
        address: int = unit["address_size"]
        widths = {_OFFSET: wide, _ADDRESS: address}
        self._sizes = {form: widths.get(size, size) for form, size in _SIZES.items()}
        if unit["version"] == 2:
            self._sizes["DW_FORM_ref_addr"] = address

    def __missing__(self, code: int) -> _Layout:
        declaration = self._table.get_abbrev(code)
        specs = list(declaration.iter_attr_specs())
        if len(specs) > _MOST_ATTRIBUTES:
            raise DWARFError("an entry has too many attributes")
        steps: list[int] = []
        values: list[tuple[int, str, str]] = []
        for name, form in specs:
            step = self._sizes[form]
            values.append((step, name if name in _ADDRESSES else "", form))
            if step >= 0 and steps and steps[-1] >= 0:
                steps[-1] += step
            else:
                steps.append(step)
        addressed = any(name for _, name, _ in values)
        self[code] = _Layout(
            declaration["tag"] if addressed and declaration["tag"] in (_FUNCTION, _INLINED) else "",
            declaration.has_children(),
            sum(steps) if min(steps, default=0) >= 0 else -1,
            tuple(steps),
            tuple(values),
        )
        return self[code]


def find_scopes(unit: Unit, addresses: list[int]) -> dict[int, list[int]]:
    """Return the offsets in `.debug_info` of the entries around each sorted address, outermost first.

    Addresses outside every function are left out, and so are entries after malformed bytes.
    """
    scopes: dict[int, list[int]] = {}
    with suppress(Exception):
        _walk(unit, addresses, scopes)
    return scopes


def _walk(unit: Unit, addresses: list[int], scopes: dict[int, list[int]]) -> None:
    """Add the scopes of each address in one pass over the entries of the unit."""
    data, compiled = unit.debug.sections["info"], unit.unit
    layouts = _Layouts(compiled)
    position, end = compiled.cu_die_offset, min(compiled.cu_offset + compiled.size, len(data))
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
                if len(scopes) == len(addresses):
                    return
            if depth <= 0:
                return
            continue
        layout = layouts[code]
        if layout.tag == _FUNCTION or (layout.tag and depth > inside):
            hit = covered(addresses, unit.spans(_values(data, position, layout)))
            for address in hit:
                if layout.tag == _FUNCTION:
                    # A function's entry can be nested in another function's, but its code is separate.
                    scopes[address] = [at]
                elif address in scopes and len(scopes[address]) < _DEEPEST:
                    scopes[address].append(at)
            if hit and layout.tag == _FUNCTION and layout.children:
                inside = min(inside, depth)
        if layout.size >= 0:
            position += layout.size
        else:
            for step in layout.steps:
                position = _step(data, position, step)
        depth += layout.children


def _values(data: bytes, position: int, layout: _Layout) -> Values:
    """Return the address attributes of the entry whose attributes start at `position`."""
    values: Values = {}
    for step, name, form in layout.values:
        if name:
            if step >= 0:
                values[name] = form, int.from_bytes(data[position : position + step], "little")
            elif step == _LEB128:
                values[name] = form, _leb128(data, position)[0]
        position = _step(data, position, step)
    return values


def _step(data: bytes, position: int, step: int) -> int:
    """Return where the attribute at `position` ends."""
    if step >= 0:
        return position + step
    if step == _LEB128:
        while data[position] >= 0x80:
            position += 1
        return position + 1
    if step == _STRING:
        return data.index(0, position) + 1
    if step == _BLOCK:
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
