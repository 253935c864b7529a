"""This module caps memories: it sets the maximum of their limits to the minimum.

WebAssembly 3.0, section 5.3.15 (limits), with the proposal for custom page sizes.
"""

from collections.abc import Mapping

from nogrow.errors import ModuleError, UsageError
from nogrow.rewrite.splice import Edit, leb
from nogrow.wasm.declarations import read_data
from nogrow.wasm.model import Kind, MemoryType, Module
from nogrow.wasm.reader import Reader
from nogrow.wasm.sections import SectionId

_HAS_MAXIMUM = 1
_EMSCRIPTEN = (
    ". Emscripten's glue takes it as Module.wasmMemory; the memory that it makes of INITIAL_MEMORY bytes has "
    "another maximum"
)
_MOST_BYTES = {32: 1 << 32, 64: 1 << 64}


def capped(module: Module, pages: Mapping[int, int], *, imports: bool) -> tuple[list[Edit], list[str]]:
    """Return the edits that set every memory's maximum to its minimum, and notes for the user.

    `pages`, by the memory's index and in its own pages, raises smaller minimums first. `imports` says whether
    imported memories are capped too. Raises `UsageError` if `pages` is more than a memory can have, and
    `ModuleError` if the module itself declares too many.
    """
    # A compact import can declare many memories by one type, which is edited once.
    edits: dict[int, Edit] = {}
    notes = [] if module.memories else ["no memory: there is nothing to cap"]
    labels = {item.index: item.label for item in module.imported(Kind.MEMORY)}
    for index, memory in enumerate(module.memories):
        if memory.imported and not imports:
            notes.append(f"memory {index} is imported from another module of the component and left as it is")
            continue
        wanted = pages.get(index, 0)
        minimum = max(memory.minimum, wanted)
        if minimum * memory.page_size > _MOST_BYTES[memory.address_bits]:
            message = f"memory {index}, of pages of {memory.page_size} bytes, cannot have {minimum} of them"
            if memory.minimum == minimum:
                raise ModuleError(message, memory.place[0])
            raise UsageError(message)
        if memory.imported:
            _require_room(module, index, memory, minimum)
            notes.append(
                f"memory {index} is imported ({labels[index]}): the host must provide a memory with exactly"
                f" {minimum} pages, as minimum and as maximum: {_supplied(memory, minimum)}"
                f"{_EMSCRIPTEN if labels[index] == 'env.memory' else ''}"
            )
        if index in pages and memory.minimum > wanted:
            notes.append(f"memory {index} already has {memory.minimum} pages at the start and keeps them")
        elif memory.maximum is not None and memory.maximum < minimum:
            notes.append(f"memory {index} had a maximum of {memory.maximum} pages and now has {minimum}")
        if (memory.minimum, memory.maximum) != (minimum, minimum):
            edits[memory.place[0]] = _edit(module.data, memory, minimum)
    return list(edits.values()), notes


def _supplied(memory: MemoryType, pages: int) -> str:
    """Return the JavaScript expression for the memory that the host must provide."""
    if memory.address_bits == 64:
        return f'new WebAssembly.Memory({{ initial: {pages}n, maximum: {pages}n, address: "i64" }})'
    return f"new WebAssembly.Memory({{ initial: {pages}, maximum: {pages} }})"


def _require_room(module: Module, index: int, memory: MemoryType, pages: int) -> None:
    """Raise `ModuleError` if the module writes data beyond `pages` when it is instantiated.

    A host with a larger memory could instantiate the original, but no host could instantiate the copy.
    """
    limit = (1 << memory.address_bits) - 1
    for section in module.sections:
        reader = Reader(module.data, section.start, section.end)
        for _ in range(reader.count() if section.id is SectionId.DATA else 0):
            offset = reader.position
            segment = read_data(reader, len(module.memories))
            if segment.memory != index or segment.offset is None:
                continue
            end = (segment.offset & limit) + segment.size
            if end > pages * memory.page_size:
                needed = -(-end // memory.page_size)
                raise ModuleError(
                    f"not sealed: data does not fit into the {pages} pages of the imported memory {index}; "
                    f"use --pages {needed}",
                    offset,
                )


def _edit(data: bytes, memory: MemoryType, minimum: int) -> Edit:
    """Return the edit of the limits; a number that changes keeps its width if the new one fits."""
    start, end = memory.place
    reader = Reader(data, start, end)
    flags = reader.byte()
    begin = reader.position
    reader.unsigned(64)
    new = data[begin : reader.position]
    if minimum != memory.minimum:
        new = leb(minimum, len(new))
    begin = reader.position
    if memory.maximum is not None:
        reader.unsigned(64)
    maximum = leb(minimum, reader.position - begin)
    return Edit(start, reader.position, bytes((flags | _HAS_MAXIMUM,)) + new + maximum)
