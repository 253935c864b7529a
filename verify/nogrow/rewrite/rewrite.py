"""A module's bytes to those of a module that cannot grow its memory.

Everything that the mode doesn't call for is kept byte for byte. The same input gives the same bytes, and
sealing again changes nothing.
"""

import enum
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
    """How a module is kept from growing.

    `cap`: the maximum of each memory becomes its minimum, so that growth by more than 0 pages fails.
    `deny`: every `memory.grow`, by 0 too, answers -1 and is not executed. `trap`: every one traps.
    """

    CAP = "cap"
    DENY = "deny"
    TRAP = "trap"


class Sealed(NamedTuple):
    """The bytes of the sealed module, and sentences on what was dropped or what the host has to do."""

    data: bytes
    notes: tuple[str, ...]


def sealed(data: bytes, mode: Mode, pages: int | None = None, engine: Engine | None = None) -> Sealed:
    """The core module or component `data`, sealed.

    `pages` (for `cap`, in each memory's own pages) raises the minimum first. `engine` is for callers that
    seal several modules. Raises `ModuleError`, with the offset in bytes, for what can't be decoded, and
    `UsageError` for pages that no memory can have.
    """
    if pages is not None and mode is not Mode.CAP:
        raise UsageError(f"pages are for the mode cap: {mode.value} leaves the limits as they are")
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
        # In a component another core module defines an imported memory, and is capped there.
        edits, notes = capped(module, pages, imports=not in_component)
    else:
        edits, touched = _refused(module, mode, engine)
        frames += touched
    dropped, said = outdated(module, moves(module, edits))
    return Sealed(spliced(data, (*edits, *dropped), frames), (*notes, *said))


def _refused(module: Module, mode: Mode, engine: Engine) -> tuple[list[Edit], list[Frame]]:
    """The changes to the code, and the function bodies that they are in."""
    data = module.data
    grows = {grow.offset: grow.memory for grow in scan(module, engine).grows}
    edits: list[Edit] = []
    touched: list[Frame] = []
    if not grows:
        return edits, touched
    # A linker still patches operands in such code, and must find them where it looks for them.
    alone = is_relocatable(module)
    offsets = sorted(grows)
    place = 0
    for body in bodies(module):
        inside: list[int] = []
        while place < len(offsets) and offsets[place] < body.end:
            inside.append(offsets[place])
            place += 1
        if not inside:
            continue
        touched.append(body)
        before = straight_before(instructions(data, body.start, body.end), set(inside))
        for offset in inside:
            site = _site(module, offset, grows[offset])
            edits.append(
                trapped(site) if mode is Mode.TRAP else denied(data, site, () if alone else before[offset])
            )
    return edits, touched


def _site(module: Module, offset: int, memory: int) -> Site:
    """Its end is where the memory's index ends, which may be a padded LEB128."""
    reader = Reader(module.data, offset + 1, module.code[1])
    reader.u32()
    return Site(offset, reader.position, module.memories[memory].address_bits)


def _component_frames(data: bytes) -> list[Frame]:
    """The sections of a component that hold core modules, those of nested components among them."""
    found: list[Frame] = []
    readers = [Reader(data, 8, len(data))]
    while readers:
        reader = readers[-1]
        if reader.position == reader.end:
            readers.pop()
            continue
        at = reader.position + 1
        number, start, end = component_section(reader)
        if number in (CORE_MODULE, COMPONENT):
            found.append(Frame(at, start, end))
        if number == COMPONENT:
            readers.append(Reader(data, start + 8, end))
    return found
