"""This module drops custom sections that contain code offsets, where moved code makes them wrong.

WebAssembly tool conventions: Linking.md, Debugging.md, CodeMetadata.md, BuildId.md.
"""

from collections.abc import Iterator
from typing import NamedTuple

from nogrow.rewrite.splice import Edit, Frame, frame_at
from nogrow.wasm.model import Module

# These name offsets in the file.
_BY_FILE = ("sourceMappingURL",)
# These name offsets in function bodies, or relocations of code.
_BY_BODY = ("linking", "metadata.code.", "reloc.")
# These name offsets in the code section, or lead to information outside of the module that does.
_BY_CODE = (".debug_", ".gdb_index", "build_id", "external_debug_info")

HEADER_SIZE = 8


def depends_on_code_offsets(module: Module) -> bool:
    """Return whether the module has debug information or other sections that count bytes of the code."""
    return any(section.name.startswith((*_BY_CODE, *_BY_BODY)) for section in module.sections)


def is_relocatable(module: Module) -> bool:
    """Return whether the module has relocations, which a linker still applies to the code."""
    return any(section.name.startswith("reloc.") for section in module.sections)


class Moved(NamedTuple):
    """Tell whether the code section moved in the file, functions to its end, and others within it."""

    section: bool
    functions: bool
    others: bool


def outdated(module: Module, moved: Moved) -> tuple[list[Edit], list[str]]:
    """Return the edits that remove the custom sections that are wrong now, and a note if there are any."""
    wrong = (
        *(_BY_FILE if moved.section or moved.others else ()),
        *(_BY_BODY if moved.functions or moved.others else ()),
        *(_BY_CODE if moved.others else ()),
    )
    edits: list[Edit] = []
    names: list[str] = []
    for section, header in zip(module.sections, headers(module), strict=True):
        if section.name.startswith(wrong):
            edits.append(Edit(header, section.end, b""))
            names.append(section.name)
    if not names:
        return [], []
    reason = "functions moved" if moved.functions or moved.others else "the code moved in the file"
    return edits, [f"dropped because {reason}: {', '.join(dict.fromkeys(names))}"]


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
