"""Reads the debug names of functions from the name section (WebAssembly 3.0, section 7.4.1)."""

from array import array
from collections.abc import Iterable
from contextlib import suppress
from functools import cached_property

from nogrow.errors import ModuleError
from nogrow.wasm.model import Module
from nogrow.wasm.reader import Reader
from nogrow.wasm.sections import Section, SectionId
from nogrow.wasm.vectors import VectorReader

_FUNCTION_NAMES = 1

LONGEST = 4096
"""The number of bytes of a name that are kept: a report can repeat a name in each of a million steps."""


class FunctionNames:
    """The names of functions by index, each decoded on demand.

    Names are only displayed, so a malformed name section loses names and never changes a verdict.
    """

    def __init__(self, data: bytes, sections: Iterable[Section], vectors: VectorReader | None = None) -> None:
        """Keep `data` and its name sections; names are located when somebody asks for one.

        `vectors` reads many names faster.
        """
        self._data = data
        self._sections = tuple(sections)
        self._vectors = vectors

    @classmethod
    def of(cls, module: Module, vectors: VectorReader | None = None) -> "FunctionNames":
        """Return the names in the name sections of a module."""
        named = (item for item in module.sections if item.id is SectionId.CUSTOM and item.name == "name")
        return cls(module.data, named, vectors)

    @cached_property
    def _located(self) -> dict[int, tuple[int, int]]:
        """The offset and the length of each name, in bytes, by function; the last of several names counts."""
        located: dict[int, tuple[int, int]] = {}
        for section in self._sections:
            with suppress(ModuleError):
                self._find(Reader(self._data, section.start, section.end), located)
        return located

    def get(self, index: int) -> str | None:
        """Return the name of a function, None if it has none; bytes that are not UTF-8 are replaced."""
        if index not in self._located:
            return None
        start, size = self._located[index]
        name = self._data[start : start + min(size, LONGEST)].decode("utf-8", "replace")
        return name if size <= LONGEST else f"{name}..."

    def detached(self) -> "FunctionNames":
        """Return the same names without keeping the rest of the module alive."""
        sections: list[Section] = []
        parts: list[bytes] = []
        end = 0
        for section in self._sections:
            parts.append(self._data[section.start : section.end])
            sections.append(section._replace(start=end, end=end + len(parts[-1])))
            end = sections[-1].end
        return FunctionNames(b"".join(parts), sections)

    def restricted(self, indices: Iterable[int]) -> "FunctionNames":
        """Return the names of the functions with these indices, without keeping the module alive."""
        names = FunctionNames(b"", ())
        parts: list[bytes] = []
        position = 0
        for index in indices:
            if index in self._located:
                start, size = self._located[index]
                parts.append(self._data[start : start + min(size, LONGEST)])
                names._located[index] = position, size
                position += len(parts[-1])
        names._data = b"".join(parts)
        return names

    def _find(self, reader: Reader, located: dict[int, tuple[int, int]]) -> None:
        while reader.position < reader.end:
            number = reader.byte()
            size = reader.u32()
            end = reader.position + size
            if number == _FUNCTION_NAMES:
                self._find_functions(reader, located)
            reader.position = end

    def _find_functions(self, reader: Reader, located: dict[int, tuple[int, int]]) -> None:
        count = reader.count()
        records = self._vectors.names(reader, count) if self._vectors else array("I")
        spans = zip(records[1::3], records[2::3], strict=True)
        located.update(zip(records[::3], spans, strict=True))
        for _ in range(count - len(records) // 3):
            index = reader.u32()
            size = reader.u32()
            start = reader.position
            reader.skip(size)
            located[index] = start, size
