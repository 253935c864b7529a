"""The name section: debug names of functions (WebAssembly 3.0, section 7.4.1)."""

from nogrow.errors import ModuleError
from nogrow.wasm.model import Module
from nogrow.wasm.reader import Reader
from nogrow.wasm.sections import SectionId

_FUNCTION_NAMES = 1


def function_names(module: Module) -> dict[int, str]:
    """The names of functions by their index; one that has none is left out.

    Names are only shown, so a malformed name section costs names and never the verdict.
    Bytes that are not UTF-8 are replaced.
    """
    names: dict[int, str] = {}
    for section in module.sections:
        if section.id is SectionId.CUSTOM and section.name == "name":
            try:
                _read(Reader(module.data, section.start, section.end), names)
            except ModuleError:
                continue
    return names


def _read(reader: Reader, names: dict[int, str]) -> None:
    while reader.position < reader.end:
        number = reader.byte()
        size = reader.u32()
        end = reader.position + size
        if number == _FUNCTION_NAMES:
            u32, take = reader.u32, reader.take
            for _ in range(reader.count()):
                index = u32()
                names[index] = take(u32()).decode("utf-8", "replace")
        reader.position = end
