"""Find the compilation units that contain some addresses, and read the address ranges of their entries.

DWARF 5, sections 2.17 (code addresses and ranges) and 3.1 (unit entries).
"""

from bisect import bisect_left
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple

from elftools.dwarf.ranges import BaseAddressEntry, RangeLists

from nogrow.source.debug_sections import Debug

if TYPE_CHECKING:
    from elftools.dwarf.compileunit import CompileUnit
    from elftools.dwarf.die import DIE

_LOW, _HIGH, _RANGES = "DW_AT_low_pc", "DW_AT_high_pc", "DW_AT_ranges"
_ADDRESS_FORMS = ("DW_FORM_addr", "DW_FORM_addrx", *(f"DW_FORM_addrx{size}" for size in (1, 2, 3, 4)))

Span = tuple[int, int]
"""The first address and the address after the last."""

Values = dict[str, tuple[str, int]]
"""The form and the raw value of each attribute, by name."""


class Unit(NamedTuple):
    """A compilation unit, with the offset of its line program and the directory in which it was compiled."""

    debug: Debug
    unit: "CompileUnit"
    base: int
    lists: RangeLists
    rnglists_base: int
    lines: int | None
    directory: str

    def spans(self, values: Values) -> list[Span]:
        """Return the spans that an entry covers, without those of functions that the linker removed."""
        return [(start, end) for start, end in self._all_spans(values) if 0 < start < end]

    def _all_spans(self, values: Values) -> Iterator[Span]:
        # The linker writes 0, -1 or -2 for a removed function. No other function starts at 0, because the
        # code section's function count is there.
        if _RANGES in values:
            yield from self._listed(*values[_RANGES])
        elif _LOW in values and _HIGH in values:
            start = self._address(*values[_LOW])
            form, value = values[_HIGH]
            yield start, self._address(form, value) if form in _ADDRESS_FORMS else start + value

    def _address(self, form: str, value: int) -> int:
        return value if form == "DW_FORM_addr" else self.debug.info.get_addr(self.unit, value)

    def _listed(self, form: str, value: int) -> Iterator[Span]:
        if form == "DW_FORM_rnglistx":
            width = 4 if self.unit.structs.dwarf_format == 32 else 8
            at = self.rnglists_base + value * width
            value = self.rnglists_base + int.from_bytes(
                self.debug.sections["rnglists"][at : at + width], "little"
            )
        base = self.base
        for entry in self.lists.get_range_list_at_offset(value, self.unit):
            if isinstance(entry, BaseAddressEntry):
                base = entry.base_address
            else:
                moved = 0 if entry.is_absolute else base
                yield entry.begin_offset + moved, entry.end_offset + moved


def find_units(debug: Debug, addresses: list[int]) -> Iterator[tuple[Unit, list[int]]]:
    """Yield the units that contain any of the addresses, each with its addresses sorted.

    Only the top entries are read, which takes a fraction of a second for a module of 45 MB. `.debug_aranges`
    is not used, because compilers seldom write it and it may omit functions.
    """
    left = sorted(addresses)
    for compiled in debug.info.iter_CUs():
        if not left:
            return
        inside: list[int] = []
        # pyelftools raises almost any error on malformed bytes; one bad unit must not hide the others.
        with suppress(Exception):
            unit = _unit(debug, compiled)
            attributes = compiled.get_top_DIE().attributes
            inside = covered(
                left, unit.spans({name: (value.form, value.raw_value) for name, value in attributes.items()})
            )
        if inside:
            left = sorted(set(left).difference(inside))
            yield unit, inside


def covered(addresses: list[int], spans: list[Span]) -> list[int]:
    """Return those of the sorted addresses that are in a span, sorted."""
    inside: set[int] = set()
    for start, end in spans:
        first = bisect_left(addresses, start)
        if first < len(addresses) and addresses[first] < end:
            inside.update(addresses[first : bisect_left(addresses, end)])
    return sorted(inside)


def _unit(debug: Debug, compiled: "CompileUnit") -> Unit:
    entry = compiled.get_top_DIE()
    version = compiled["version"]
    ranges = debug.info.debug_ranges_sec if version < 5 else debug.info.debug_rnglists_sec
    return Unit(
        debug,
        compiled,
        number(entry, _LOW) or 0,
        RangeLists(ranges.stream if ranges else BytesIO(), compiled.structs, version, debug.info),
        number(entry, "DW_AT_rnglists_base") or 0,
        number(entry, "DW_AT_stmt_list"),
        text(entry, "DW_AT_comp_dir"),
    )


def number(entry: "DIE", name: str) -> int | None:
    """Return the value of an attribute, or None if the entry does not have it as a number."""
    value = entry.attributes[name].value if name in entry.attributes else None
    return value if isinstance(value, int) else None


def text(entry: "DIE", name: str) -> str:
    """Return the value of an attribute, or an empty string if the entry does not have it as a string."""
    value = entry.attributes[name].value if name in entry.attributes else None
    return shown(value) if isinstance(value, bytes) else ""


def shown(value: bytes) -> str:
    """Return a string with invalid UTF-8 replaced, because it is only shown."""
    return value.decode("utf-8", "replace")
