"""This module seals a module or component, so that it cannot grow its memory.

Every byte that the mode does not concern is kept. The same input gives the same bytes, and sealing twice
changes nothing.
"""

import enum
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import NamedTuple

from nogrow.errors import UsageError
from nogrow.rewrite.additions import Additions
from nogrow.rewrite.assemble import assembled
from nogrow.rewrite.cap import capped
from nogrow.rewrite.code_offset_sections import is_relocatable
from nogrow.rewrite.instructions import Body, find_sites
from nogrow.rewrite.replace_grow import denied, trapped
from nogrow.rewrite.reserve import Pages, counted, counters, reserved_pages, wanted_pages
from nogrow.rewrite.splice import Edit, Frame, edited, spliced
from nogrow.wasm.component import COMPONENT, CORE_MODULE, component_section, core_modules
from nogrow.wasm.decode import decode
from nogrow.wasm.reader import Reader
from nogrow.wasm.runtime import Engine
from nogrow.wasm.sections import is_component


class Mode(enum.Enum):
    """How growth is prevented.

    `cap` sets the maximum of each memory to its minimum, so that growth by more than 0 pages fails. `deny`
    replaces every `memory.grow` by the result -1, also for 0 pages. `trap` replaces every one by a trap.
    `reserve` gives each memory all its pages at the start, and counts those that the module asked for.
    """

    CAP = "cap"
    DENY = "deny"
    TRAP = "trap"
    RESERVE = "reserve"

    @property
    def sets_limits(self) -> bool:
        """Return whether the copy's memories have a maximum that is their minimum."""
        return self in (Mode.CAP, Mode.RESERVE)


class Sealed(NamedTuple):
    """The bytes of the sealed module, and notes on what was dropped or what the host has to do."""

    data: bytes
    notes: tuple[str, ...]


def sealed(data: bytes, mode: Mode, pages: Pages = None, engine: Engine | None = None) -> Sealed:
    """Return the sealed copy of the core module or component `data`.

    `pages`, in each memory's own pages, is what `cap` raises the minimum to and what `reserve` gives a
    memory. `engine` is for callers that seal several modules. Raises `ModuleError`, with the offset in bytes,
    if `data` cannot be decoded or sealed, and `UsageError` for `pages` that no memory can have.
    """
    if pages is not None and not mode.sets_limits:
        raise UsageError(f"pages can only be set with cap and reserve: {mode.value} does not change limits")
    engine = engine or Engine()
    if not is_component(data):
        return _module(data, mode, pages, engine, in_component=False)
    edits: list[Edit] = []
    notes: list[str] = []
    unusable: UsageError | None = None
    for number, part in enumerate(core_modules(data)):
        try:
            inner = _module(data[part.start : part.end], mode, pages, engine, in_component=True)
        except UsageError as error:
            # Another core module may not be sealable with any number of pages.
            unusable = unusable or error
            continue
        edits.append(Edit(part.start, part.end, inner.data))
        notes += (f"core module {number}: {note}" for note in inner.notes)
    if unusable is not None:
        raise unusable
    return Sealed(spliced(data, edits, _component_frames(data)), tuple(notes))


def _module(data: bytes, mode: Mode, pages: Pages, engine: Engine, *, in_component: bool) -> Sealed:
    module = decode(data)
    additions = Additions(module)
    edits: list[Edit] = []
    notes: list[str] = []
    changed: Mapping[int, bytes] = {}
    if mode is Mode.CAP:
        # In a component, an imported memory is capped in the core module that defines it.
        edits, notes = capped(module, wanted_pages(module, pages), imports=not in_component)
    elif mode is Mode.RESERVE:
        bodies = find_sites(module, engine, sizes=True)
        size = reserved_pages(module, bodies, pages, in_component=in_component)
        edits, notes = capped(module, size, imports=not in_component)
        counter = counters(module, bodies, size, additions)
        changed = _bodies(data, bodies, lambda body: counted(body, counter))
    else:
        # A linker still patches operands of relocatable code, so they must stay where they are.
        replace = trapped if mode is Mode.TRAP else partial(denied, module, keep=is_relocatable(module))
        changed = _bodies(data, find_sites(module, engine, sizes=False), replace)
    result, dropped = assembled(module, edits, changed, additions)
    return Sealed(result, (*notes, *dropped))


def _bodies(
    data: bytes, bodies: Iterable[Body], replace: Callable[[Body], Iterable[Edit]]
) -> Mapping[int, bytes]:
    """Return the new body of each function whose sites are replaced, by the function's index."""
    return {body.function: edited(data, body.frame.start, body.frame.end, replace(body)) for body in bodies}


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
