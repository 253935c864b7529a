"""Reads the debug names of functions from the name section (WebAssembly 3.0, section 7.4.1)."""

from array import array
from collections.abc import Iterable
from contextlib import suppress
from copy import copy
from functools import cached_property

from nogrow.errors import ModuleError
from nogrow.wasm.model import Module
from nogrow.wasm.reader import Reader
from nogrow.wasm.sections import SectionId
from nogrow.wasm.vectors import VectorReader

_FUNCTION_NAMES = 1

LONGEST = 4096
"""The number of bytes of a name that are kept: a report can repeat a name in each of a million steps."""


class FunctionNames:
    """The names of functions by index, each decoded on demand.

    Names are only displayed, so a malformed name section loses names and never changes a verdict.
    """

    def __init__(self, module: Module, vectors: VectorReader | None = None) -> None:
        """Keep the module, whose names are located when somebody asks for one.

        `vectors` reads many names faster.
        """
        self._data = module.data
        self._sections = [
            section
            for section in module.sections
            if section.id is SectionId.CUSTOM and section.name == "name"
        ]
        self._vectors = vectors

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

    def restricted(self, indices: Iterable[int]) -> "FunctionNames":
        """Return the names of the functions with these indices, without keeping the module alive."""
        names = copy(self)
        parts: list[bytes] = []
        located: dict[int, tuple[int, int]] = {}
        position = 0
        for index in indices:
            if index in self._located:
                start, size = self._located[index]
                parts.append(self._data[start : start + min(size, LONGEST)])
                located[index] = position, size
                position += len(parts[-1])
        names._data, names._located = b"".join(parts), located
        names._sections, names._vectors = [], None
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
