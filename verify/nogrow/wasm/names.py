"""The name section: debug names of functions (WebAssembly 3.0, section 7.4.1)."""

from nogrow.errors import ModuleError
from nogrow.wasm.model import Module
from nogrow.wasm.reader import Reader
from nogrow.wasm.sections import SectionId

_FUNCTION_NAMES = 1


class FunctionNames:
    """The names of functions by their index, each decoded when it is asked for.

    Names are only shown, so a malformed name section costs names and never the verdict.
    """

    def __init__(self, module: Module) -> None:
        """Finds where each name stands; of several for a function the last counts."""
        self._sections: list[bytes] = []
        self._places: dict[int, tuple[int, int, int]] = {}
        for section in module.sections:
            if section.id is SectionId.CUSTOM and section.name == "name":
                self._sections.append(module.data[section.start : section.end])
                try:
                    self._find(Reader(self._sections[-1], 0, section.end - section.start))
                except ModuleError:
                    continue

    def get(self, index: int) -> str | None:
        """The name of a function, None if it has none; bytes that are not UTF-8 are replaced."""
        if index not in self._places:
            return None
        section, start, end = self._places[index]
        return self._sections[section][start:end].decode("utf-8", "replace")

    def _find(self, reader: Reader) -> None:
        while reader.position < reader.end:
            number = reader.byte()
            size = reader.u32()
            end = reader.position + size
            if number == _FUNCTION_NAMES:
                self._find_functions(reader)
            reader.position = end

    def _find_functions(self, reader: Reader) -> None:
        section, places, u32 = len(self._sections) - 1, self._places, reader.u32
        for _ in range(reader.count()):
            index = u32()
            size = u32()
            start = reader.position
            if size > reader.end - start:
                raise ModuleError(f"{size} bytes announced, {reader.end - start} left", start)
            reader.position = start + size
            places[index] = (section, start, start + size)
