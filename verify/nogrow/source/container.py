"""Open a module's `.debug_*` custom sections with pyelftools.

"DWARF for WebAssembly" stores each DWARF section in a custom section of the same name. Code addresses count
bytes from the start of the code section's contents.
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
    """The debug sections, as an object of pyelftools and as bytes by name (`info`, `line`, ...)."""

    info: DWARFInfo
    sections: dict[str, bytes]
    meter: Meter

    def section(self, name: str) -> bytes:
        """Return the bytes of `.debug_<name>`, which are empty if the module has no such section."""
        return self.sections.get(name, b"")


def open_debug(data: bytes, sections: tuple[Section, ...]) -> Debug | None:
    """Return the debug information of the module in `data`, or None if it has none."""
    contents: dict[str, bytes] = {}
    for section in sections:
        name = section.name.removeprefix(".debug_")
        if section.id is SectionId.CUSTOM and name != section.name and name in _USED:
            contents.setdefault(name, data[section.start : section.end])
    if "info" not in contents or "abbrev" not in contents:
        return None
    meter = Meter.for_size(sum(map(len, contents.values())))
    described: dict[str, DebugSectionDescriptor | None] = dict.fromkeys(_UNUSED)
    for name in _USED:
        described[f"debug_{name}_sec"] = _describe(name, contents[name], meter) if name in contents else None
    # Every unit states its own address size; this one is for data outside units.
    return Debug(DWARFInfo(DwarfConfig(True, "wasm", _ADDRESS_SIZE), **described), contents, meter)


def _describe(name: str, data: bytes, meter: Meter) -> DebugSectionDescriptor:
    return DebugSectionDescriptor(MeteredStream(data, meter), f".debug_{name}", None, len(data), 0)
