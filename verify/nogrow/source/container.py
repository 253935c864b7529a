"""A module's `.debug_*` custom sections to the `DWARFInfo` of pyelftools.

"DWARF for WebAssembly": each section is a custom section of its name; code addresses are bytes from the start
of the code section's contents.
"""

from typing import NamedTuple

from elftools.dwarf.dwarfinfo import DebugSectionDescriptor, DwarfConfig, DWARFInfo

from nogrow.source.work_limit import Meter, MeteredStream
from nogrow.wasm.sections import Section, SectionId

_USED = ("info", "abbrev", "str", "line", "ranges", "rnglists", "addr", "str_offsets", "line_str")
_UNUSED = (
    "debug_aranges_sec",
    "debug_frame_sec",
    "eh_frame_sec",
    "debug_loc_sec",
    "debug_pubtypes_sec",
    "debug_pubnames_sec",
    "debug_loclists_sec",
    "debug_sup_sec",
    "gnu_debugaltlink_sec",
    "debug_types_sec",
)
_ADDRESS_SIZE = 4


class Debug(NamedTuple):
    """The debug sections twice: as pyelftools reads them, and as bytes by name (`info`, `line`, ...)."""

    info: DWARFInfo
    sections: dict[str, bytes]
    meter: Meter

    def section(self, name: str) -> bytes:
        """The bytes of `.debug_<name>`, none when the module has no such section."""
        return self.sections.get(name, b"")


def open_debug(data: bytes, sections: tuple[Section, ...]) -> Debug | None:
    """The debug information of the module in `data`, None when it has none."""
    found: dict[str, bytes] = {}
    for section in sections:
        name = section.name.removeprefix(".debug_")
        if section.id is SectionId.CUSTOM and name != section.name and name in _USED:
            found.setdefault(name, data[section.start : section.end])
    if "info" not in found or "abbrev" not in found:
        return None
    meter = Meter.for_size(sum(map(len, found.values())))
    described: dict[str, DebugSectionDescriptor | None] = dict.fromkeys(_UNUSED)
    for name in _USED:
        described[f"debug_{name}_sec"] = _describe(name, found[name], meter) if name in found else None
    # Every unit states its own address size; the one given here is for what stands outside of units.
    return Debug(DWARFInfo(DwarfConfig(True, "wasm", _ADDRESS_SIZE), **described), found, meter)


def _describe(name: str, data: bytes, meter: Meter) -> DebugSectionDescriptor:
    return DebugSectionDescriptor(MeteredStream(data, meter), f".debug_{name}", None, len(data), 0)
