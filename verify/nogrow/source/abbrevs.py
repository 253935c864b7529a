"""Compute layouts from abbreviations, to step over an entry without decoding it and to find its addresses.

DWARF 5, sections 7.5.3 (abbreviations) and 7.5.6 (forms). Compilers for WebAssembly write no `DW_AT_sibling`,
so every entry before a function must be stepped over.
"""

import enum
from typing import TYPE_CHECKING, NamedTuple

from elftools.common.exceptions import DWARFError

if TYPE_CHECKING:
    from elftools.dwarf.abbrevtable import AbbrevDecl
    from elftools.dwarf.compileunit import CompileUnit

_MOST_ATTRIBUTES = 200

_FIXED = {
    "addrx1": 1,
    "addrx2": 2,
    "addrx3": 3,
    "addrx4": 4,
    "data1": 1,
    "data2": 2,
    "data4": 4,
    "data8": 8,
    "data16": 16,
    "flag": 1,
    "flag_present": 0,
    "implicit_const": 0,
    "ref1": 1,
    "ref2": 2,
    "ref4": 4,
    "ref8": 8,
    "ref_sig8": 8,
    "ref_sup4": 4,
    "ref_sup8": 8,
    "strx1": 1,
    "strx2": 2,
    "strx3": 3,
    "strx4": 4,
}
_OFFSETS = ("sec_offset", "strp", "line_strp", "strp_sup", "GNU_strp_alt", "GNU_ref_alt")
_LEB128 = ("udata", "sdata", "strx", "addrx", "loclistx", "rnglistx", "ref_udata")

LEB128, STRING, BLOCK, BLOCK1, BLOCK2, BLOCK4 = -1, -2, -3, -4, -5, -6
_VARYING = {"string": STRING, "block": BLOCK, "exprloc": BLOCK, "block1": BLOCK1, "block2": BLOCK2} | {
    "block4": BLOCK4
}
_ADDRESSES = ("DW_AT_low_pc", "DW_AT_high_pc", "DW_AT_ranges")


class Scope(enum.IntEnum):
    """The kind of scope that an entry describes."""

    NONE = 0
    FUNCTION = 1
    INLINED = 2


class AbbrevLayout(NamedTuple):
    """The layout of the entries with one abbreviation.

    A step is a number of bytes, or one of the negative constants above for an attribute that stores its own
    length. `size` is the sum of the steps if all are numbers, and otherwise -1. `values` has the step, the
    name and the form of each attribute; the name is empty unless the attribute is about addresses.
    """

    scope: Scope
    children: bool
    size: int
    steps: tuple[int, ...]
    values: tuple[tuple[int, str, str], ...]


class AbbrevLayouts:
    """The layouts of a unit's abbreviations, computed on first use."""

    def __init__(self, unit: "CompileUnit") -> None:
        """Read the unit's table of abbreviations; any error of pyelftools is passed on."""
        self._table = unit.get_abbrev_table()
        wide = 4 if unit.structs.dwarf_format == 32 else 8
        address: int = unit["address_size"]
        self._sizes = {
            **_FIXED,
            **_VARYING,
            **dict.fromkeys(_OFFSETS, wide),
            **dict.fromkeys(_LEB128, LEB128),
        }
        self._sizes |= {"addr": address, "ref_addr": address if unit["version"] == 2 else wide}
        self._layouts: dict[int, AbbrevLayout] = {}

    def get(self, code: int) -> AbbrevLayout:
        """Return the layout for this abbreviation code; raises `KeyError` if the code is unknown."""
        layout = self._layouts.get(code)
        if layout is None:
            layout = self._layouts[code] = self._compute(self._table.get_abbrev(code))
        return layout

    def _compute(self, declaration: "AbbrevDecl") -> AbbrevLayout:
        specs = list(declaration.iter_attr_specs())
        if len(specs) > _MOST_ATTRIBUTES:
            raise DWARFError("an entry has too many attributes")
        steps: list[int] = []
        values: list[tuple[int, str, str]] = []
        scope = _scope(declaration["tag"])
        named = False
        for name, form in specs:
            step = self._sizes[form.removeprefix("DW_FORM_")]
            addressed = name in _ADDRESSES
            named |= addressed
            values.append((step, name if addressed else "", form))
            if step >= 0 and steps and steps[-1] >= 0:
                steps[-1] += step
            else:
                steps.append(step)
        return AbbrevLayout(
            scope if named else Scope.NONE,
            declaration.has_children(),
            sum(steps) if min(steps, default=0) >= 0 else -1,
            tuple(steps),
            tuple(values),
        )


def _scope(tag: str) -> Scope:
    if tag == "DW_TAG_subprogram":
        return Scope.FUNCTION
    return Scope.INLINED if tag == "DW_TAG_inlined_subroutine" else Scope.NONE
