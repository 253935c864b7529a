"""This module drops custom sections that contain code offsets, where moved code makes them wrong.

WebAssembly tool conventions: Linking.md, Debugging.md, CodeMetadata.md, BuildId.md.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from nogrow.rewrite.splice import Edit, Frame, frame_at
from nogrow.wasm.model import Module
from nogrow.wasm.sections import SectionId

_BY_OFFSET_IN_FILE = frozenset(("sourceMappingURL",))
# These lead to information outside of the module, which describes the original code.
_BY_OFFSET_IN_CODE = frozenset(("external_debug_info", "build_id", "linking", ".gdb_index"))
_BY_OFFSET_IN_CODE_PREFIXES = (".debug_", "metadata.code.", "reloc.")

HEADER_SIZE = 8


class Moves(NamedTuple):
    """Whether edits move the code section in the file, and whether they move instructions in the section."""

    section: bool
    instructions: bool


def moves(module: Module, edits: Iterable[Edit]) -> Moves:
    """Return what `edits` move; none of them may be in a custom section."""
    code = [section for section in module.sections if section.id is SectionId.CODE]
    if not code:
        return Moves(False, False)
    start = code[0].start
    moving = [edit for edit in edits if edit.growth]
    return Moves(any(edit.start < start for edit in moving), any(edit.start >= start for edit in moving))


def is_relocatable(module: Module) -> bool:
    """Return whether the module has relocations, which a linker still applies to the code."""
    return any(section.name.startswith("reloc.") for section in module.sections)


def outdated(module: Module, moved: Moves) -> tuple[list[Edit], list[str]]:
    """Return the edits that remove the custom sections that are wrong now, and a note if there are any."""
    edits: list[Edit] = []
    names: list[str] = []
    for section, header in zip(module.sections, headers(module), strict=True):
        if section.id is SectionId.CUSTOM and _is_outdated(section.name, moved):
            edits.append(Edit(header, section.end, b""))
            names.append(section.name)
    if not names:
        return [], []
    reason = "instructions moved" if moved.instructions else "the code moved in the file"
    listed = ", ".join(dict.fromkeys(names))
    return edits, [f"dropped because {reason}: {listed}"]


def _is_outdated(name: str, moved: Moves) -> bool:
    if name in _BY_OFFSET_IN_FILE:
        return moved.section or moved.instructions
    by_code = name in _BY_OFFSET_IN_CODE or name.startswith(_BY_OFFSET_IN_CODE_PREFIXES)
    return by_code and moved.instructions


def headers(module: Module) -> tuple[int, ...]:
    """Return the offset of each section's id, in bytes."""
    return (HEADER_SIZE, *(section.end for section in module.sections))[: len(module.sections)]


def bodies(module: Module) -> Iterator[Frame]:
    """Yield the function bodies with their sizes, in file order."""
    position, end = module.code
    while position < end:
        frame = frame_at(module.data, position, end)
        yield frame
        position = frame.end
