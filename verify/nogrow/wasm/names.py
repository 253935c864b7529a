"""Reads the debug names of functions from the name section (WebAssembly 3.0, section 7.4.1)."""

from nogrow.errors import ModuleError
from nogrow.wasm.model import Module
from nogrow.wasm.reader import Reader
from nogrow.wasm.sections import SectionId

_FUNCTION_NAMES = 1

LONGEST = 4096
"""The number of bytes of a name that are kept: a report can repeat a name in each of a million steps."""


class FunctionNames:
    """The names of functions by index, each decoded on demand.

    Names are only displayed, so a malformed name section loses names and never changes a verdict.
    """

    def __init__(self, module: Module) -> None:
        """Locate the name of each function; the last of several names for a function counts."""
        self._positions: dict[int, tuple[bytes, int]] = {}
        for section in module.sections:
            if section.id is SectionId.CUSTOM and section.name == "name":
                data = module.data[section.start : section.end]
                try:
                    self._find(Reader(data, 0, len(data)))
                except ModuleError:
                    continue

    def get(self, index: int) -> str | None:
        """Return the name of a function, None if it has none; bytes that are not UTF-8 are replaced."""
        if index not in self._positions:
            return None
        data, position = self._positions[index]
        reader = Reader(data, position, len(data))
        size = reader.u32()
        name = reader.take(min(size, LONGEST)).decode("utf-8", "replace")
        return name if size <= LONGEST else f"{name}..."

    def _find(self, reader: Reader) -> None:
        while reader.position < reader.end:
            number = reader.byte()
            size = reader.u32()
            end = reader.position + size
            if number == _FUNCTION_NAMES:
                self._find_functions(reader)
            reader.position = end

    def _find_functions(self, reader: Reader) -> None:
        left = reader.count()
        while left:
            left -= self._find_short(reader, left)
            if left:
                index = reader.u32()
                position = reader.position
                reader.take(reader.u32())
                self._positions[index] = (reader.data, position)
                left -= 1

    def _find_short(self, reader: Reader, count: int) -> int:
        """Locate up to `count` names whose index and size take at most 3 bytes each; return their number.

        The LEB128 decoding is inlined for speed: the continuation bit of a byte adds 128, which the next byte
        subtracts.
        """
        data, position, positions, located = reader.data, reader.position, self._positions, 0
        last = reader.end - 6
        while located < count and position <= last:
            index = data[position]
            size_at = position + 1
            if index >= 128:
                second, third = data[size_at], data[size_at + 1]
                size_at += 1
                index += second - 1 << 7
                if second >= 128:
                    if third >= 128:
                        break
                    index += third - 1 << 14
                    size_at += 1
            size = data[size_at]
            start = size_at + 1
            if size >= 128:
                second, third = data[start], data[start + 1]
                start += 1
                size += second - 1 << 7
                if second >= 128:
                    if third >= 128:
                        break
                    size += third - 1 << 14
                    start += 1
            if start + size > reader.end:
                break
            positions[index] = (data, size_at)
            position = start + size
            located += 1
        reader.position = position
        return located
