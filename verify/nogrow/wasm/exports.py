"""Reads the export section (WebAssembly 3.0, section 5.5.10), which can have a hundred thousand entries."""

from collections.abc import Sequence

from nogrow.errors import ModuleError
from nogrow.wasm.model import Export, Kind
from nogrow.wasm.reader import Reader

# The limit of V8 and other engines, in bytes.
LONGEST_NAME = 100_000

_KINDS = tuple(Kind)
_SHOWN = 200


def read_exports(reader: Reader, sizes: Sequence[int]) -> list[Export]:
    """Read the exports of a module; `sizes` are the lengths of its index spaces, in the order of `Kind`.

    Raises `ModuleError` with the offset.
    """
    data, end = reader.data, reader.end
    exports: list[Export] = []
    names: set[str] = set()
    for _ in range(reader.count()):
        at = reader.position
        length = data[at] if at < end else 0
        stop = at + 1 + length
        # A fast path for short ASCII names.
        if 0 < length < 0x80 and stop < end and data[at + 1 : stop].isascii():
            name, number = data[at + 1 : stop].decode("ascii"), data[stop]
            reader.position = stop + 1
        else:
            name, number = reader.name(LONGEST_NAME), reader.byte()
        index = reader.u32()
        if number >= len(_KINDS):
            raise ModuleError(f"unknown kind of export 0x{number:02x}", at)
        kind = _KINDS[number]
        if index >= sizes[number]:
            raise ModuleError(f"export {_shown(name)}: {kind.name.lower()} index {index} out of range", at)
        if name in names:
            raise ModuleError(f"duplicate export name {_shown(name)}", at)
        names.add(name)
        exports.append(Export(name, kind, index))
    return exports


def _shown(name: str) -> str:
    return repr(name if len(name) <= _SHOWN else f"{name[:_SHOWN]}...")
