"""This module seals a module or component, so that it cannot grow its memory.

Every byte that the mode does not concern is kept. The same input gives the same bytes, and sealing twice
changes nothing.
"""

import enum
from bisect import bisect_left
from typing import NamedTuple

from nogrow.errors import UsageError
from nogrow.rewrite.cap import capped
from nogrow.rewrite.code_offset_sections import bodies, headers, is_relocatable, moves, outdated
from nogrow.rewrite.instructions import instructions
from nogrow.rewrite.replace_grow import Site, denied, straight_before, trapped
from nogrow.rewrite.splice import Edit, Frame, frame_at, spliced
from nogrow.wasm.component import COMPONENT, CORE_MODULE, component_section, core_modules
from nogrow.wasm.decode import decode
from nogrow.wasm.model import Module
from nogrow.wasm.reader import Reader
from nogrow.wasm.runtime import Engine
from nogrow.wasm.scan import scan
from nogrow.wasm.sections import is_component


class Mode(enum.Enum):
    """How growth is prevented.

    `cap` sets the maximum of each memory to its minimum, so that growth by more than 0 pages fails. `deny`
    replaces every `memory.grow` by the result -1, also for 0 pages. `trap` replaces every one by a trap.
    """

    CAP = "cap"
    DENY = "deny"
    TRAP = "trap"


class Sealed(NamedTuple):
    """The bytes of the sealed module, and notes on what was dropped or what the host has to do."""

    data: bytes
    notes: tuple[str, ...]


def sealed(data: bytes, mode: Mode, pages: int | None = None, engine: Engine | None = None) -> Sealed:
    """Return the sealed copy of the core module or component `data`.

    `pages` (for `cap`, in each memory's own pages) raises the minimum first. `engine` is for callers that
    seal several modules. Raises `ModuleError`, with the offset in bytes, if `data` cannot be decoded, and
    `UsageError` for `pages` that no memory can have.
    """
    if pages is not None and mode is not Mode.CAP:
        raise UsageError(f"pages can only be set in the mode cap: {mode.value} does not change limits")
    engine = engine or Engine()
    if not is_component(data):
        return _module(data, mode, pages, engine, in_component=False)
    edits: list[Edit] = []
    notes: list[str] = []
    for number, part in enumerate(core_modules(data)):
        inner = _module(data[part.start : part.end], mode, pages, engine, in_component=True)
        edits.append(Edit(part.start, part.end, inner.data))
        notes += (f"core module {number}: {note}" for note in inner.notes)
    return Sealed(spliced(data, edits, _component_frames(data)), tuple(notes))


def _module(data: bytes, mode: Mode, pages: int | None, engine: Engine, *, in_component: bool) -> Sealed:
    module = decode(data)
    notes: list[str] = []
    frames = [frame_at(data, header + 1, len(data)) for header in headers(module)]
    if mode is Mode.CAP:
        # In a component, an imported memory is capped in the core module that defines it.
        edits, notes = capped(module, pages, imports=not in_component)
    else:
        edits, changed = _without_growth(module, mode, engine)
        frames += changed
    dropped, drop_notes = outdated(module, moves(module, edits))
    return Sealed(spliced(data, (*edits, *dropped), frames), (*notes, *drop_notes))


def _without_growth(module: Module, mode: Mode, engine: Engine) -> tuple[list[Edit], list[Frame]]:
    """Return the edits that replace every `memory.grow`, and the function bodies that they change."""
    data = module.data
    grows = {grow.offset: grow.memory for grow in scan(module, engine).grows}
    edits: list[Edit] = []
    changed: list[Frame] = []
    if not grows:
        return edits, changed
    # A linker still patches operands of relocatable code, so they must stay where they are.
    relocatable = is_relocatable(module)
    offsets = sorted(grows)
    for body in bodies(module):
        inside = offsets[bisect_left(offsets, body.start) : bisect_left(offsets, body.end)]
        if not inside:
            continue
        changed.append(body)
        before = straight_before(instructions(data, body.start, body.end), set(inside))
        for offset in inside:
            site = _site(module, offset, grows[offset])
            operands = () if relocatable else before[offset]
            edits.append(trapped(site) if mode is Mode.TRAP else denied(data, site, operands))
    return edits, changed


def _site(module: Module, offset: int, memory: int) -> Site:
    """Return the site at `offset`; it ends with the memory's index, which may be a padded LEB128."""
    reader = Reader(module.data, offset + 1, module.code[1])
    reader.u32()
    return Site(offset, reader.position, module.memories[memory].address_bits)


def _component_frames(data: bytes) -> list[Frame]:
    """Return the sections of a component that contain core modules, also those in nested components."""
    frames: list[Frame] = []
    readers = [Reader(data, 8, len(data))]
    while readers:
        reader = readers[-1]
        if reader.position == reader.end:
            readers.pop()
            continue
        size_offset = reader.position + 1
        section_id, start, end = component_section(reader)
        if section_id in (CORE_MODULE, COMPONENT):
            frames.append(Frame(size_offset, start, end))
        if section_id == COMPONENT:
            readers.append(Reader(data, start + 8, end))
    return frames
