"""The name section: debug names of functions (WebAssembly 3.0, section 7.4.1)."""

from nogrow.errors import ModuleError
from nogrow.wasm.model import Module
from nogrow.wasm.reader import Reader
from nogrow.wasm.sections import SectionId

_FUNCTION_NAMES = 1

LONGEST = 4096
"""How many bytes of a name are shown: a report can have it in each of a million steps."""


class FunctionNames:
    """The names of functions by their index, each decoded when it is asked for.

    Names are only shown, so a malformed name section costs names and never the verdict.
    """

    def __init__(self, module: Module) -> None:
        """Finds where each name stands; of several for a function the last counts."""
        self._places: dict[int, tuple[bytes, int]] = {}
        for section in module.sections:
            if section.id is SectionId.CUSTOM and section.name == "name":
                data = module.data[section.start : section.end]
                try:
                    self._find(Reader(data, 0, len(data)))
                except ModuleError:
                    continue

    def get(self, index: int) -> str | None:
        """The name of a function, None if it has none; bytes that are not UTF-8 are replaced."""
        if index not in self._places:
            return None
        data, place = self._places[index]
        reader = Reader(data, place, len(data))
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
                place = reader.position
                reader.take(reader.u32())
                self._places[index] = (reader.data, place)
                left -= 1

    def _find_short(self, reader: Reader, count: int) -> int:
        """Passes over up to `count` names whose numbers take at most 3 bytes each; how many these were.

        In line, for there can be tens of thousands. A number's first bytes hold 128 too much.
        """
        data, position, places, found = reader.data, reader.position, self._places, 0
        last = reader.end - 6
        while found < count and position <= last:
            index = data[position]
            place = position + 1
            if index >= 128:
                second, third = data[place], data[place + 1]
                place += 1
                index += second - 1 << 7
                if second >= 128:
                    if third >= 128:
                        break
                    index += third - 1 << 14
                    place += 1
            size = data[place]
            start = place + 1
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
            places[index] = (data, place)
            position = start + size
            found += 1
        reader.position = position
        return found
