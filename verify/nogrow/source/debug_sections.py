"""Open a module's `.debug_*` custom sections with pyelftools, and limit the work that they may cause.

"DWARF for WebAssembly" stores each DWARF section in a custom section of the same name. Code addresses count
bytes from the start of the code section's contents.

Modules are untrusted, and lists that refer to each other can turn a few bytes into hours of work. The limit
counts reads instead of seconds, so that every machine finds the same locations.
"""

import inspect
import io
from typing import NamedTuple

from elftools.dwarf.dwarfinfo import DebugSectionDescriptor, DwarfConfig, DWARFInfo

from nogrow.wasm.sections import Section, SectionId

MOST = 4_000_000
"""The most reads by pyelftools, or equivalent units of work, for any module; they take about ten seconds."""

_USED = ("info", "abbrev", "str", "line", "ranges", "rnglists", "addr", "str_offsets", "line_str")
_ADDRESS_SIZE = 4

_LEAST = 200_000
_BYTES_FOR_A_READ = 8

_LONGEST_LEB128 = 10


class TooMuchError(Exception):
    """The debug information causes more work than that of any compiler; never leaves this package."""


class Meter:
    """Count work; `spend` raises `TooMuchError` once the limit is exceeded."""

    def __init__(self, limit: int) -> None:
        """Allow `limit` reads."""
        self.left = limit

    @classmethod
    def for_size(cls, size: int) -> "Meter":
        """Return a meter for `size` bytes of debug information, several times what a compiler's needs."""
        return cls(min(_LEAST + size // _BYTES_FOR_A_READ, MOST))

    def spend(self, amount: int) -> None:
        """Subtract `amount` reads from the remaining ones."""
        self.left -= amount
        if self.left < 0:
            raise TooMuchError


class MeteredStream(io.BytesIO):
    """The bytes of a section; every read is counted, and the length of a LEB128 number is limited."""

    def __init__(self, data: bytes, meter: Meter) -> None:
        """Count reads of `data` with `meter`, which several streams can share."""
        super().__init__(data)
        self._meter = meter
        self._streak = 0

    def read(self, size: int | None = -1) -> bytes:
        """Read up to `size` bytes; raises `TooMuchError` if the meter runs out."""
        self._meter.spend(1)
        data = super().read(size)
        # pyelftools reads a LEB128 number byte by byte without a limit, and the number grows with each byte.
        self._streak = self._streak + 1 if size == 1 and data >= b"\x80" else 0
        if self._streak > _LONGEST_LEB128:
            raise TooMuchError
        return data


class Debug(NamedTuple):
    """The debug sections, as an object of pyelftools and as bytes by name (`info`, `line`, ...).

    The bytes of a section that the module does not have are empty.
    """

    info: DWARFInfo
    sections: dict[str, bytes]
    meter: Meter


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
    # pyelftools wants a descriptor for every section that it knows, or None.
    described: dict[str, DebugSectionDescriptor | None] = dict.fromkeys(
        name for name in inspect.signature(DWARFInfo).parameters if name.endswith("_sec")
    )
    for name, part in contents.items():
        stream = MeteredStream(part, meter)
        described[f"debug_{name}_sec"] = DebugSectionDescriptor(stream, f".debug_{name}", None, len(part), 0)
    # Every unit states its own address size; this one is for data outside units.
    info = DWARFInfo(DwarfConfig(True, "wasm", _ADDRESS_SIZE), **described)
    return Debug(info, dict.fromkeys(_USED, b"") | contents, meter)
