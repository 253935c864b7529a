"""This module puts a rewritten module together: edits, new function bodies, and what is appended.

Custom sections with code offsets are dropped if moved code makes them wrong.
"""

from collections.abc import Iterable, Mapping

from nogrow.rewrite.additions import Additions
from nogrow.rewrite.code_offset_sections import Moved, headers, outdated
from nogrow.rewrite.move_functions import replaced_bodies
from nogrow.rewrite.splice import Edit, frame_at, spliced
from nogrow.wasm.model import Module
from nogrow.wasm.sections import SectionId, read_sections


def assembled(
    module: Module,
    edits: Iterable[Edit],
    bodies: Mapping[int, bytes],
    additions: Additions,
    *,
    keep_offsets: bool = True,
) -> tuple[bytes, list[str]]:
    """Return the bytes of the rewritten module, and a note if sections were dropped.

    `edits` are outside of the code section. `bodies` has the new bodies of functions by index, which begin
    with their locals. Without `keep_offsets`, other functions may move in the code section. Raises
    `ModuleError` if a part of the module gets too large.
    """
    code = None
    if bodies or additions.functions:
        code = replaced_bodies(module, bodies, additions, keep_offsets=keep_offsets)
    every = (*edits, *additions.edits(), *((code.edit,) if code else ()))
    data = module.data
    frames = [frame_at(data, header + 1, len(data)) for header in headers(module)]
    result = spliced(data, every, frames)
    moved = Moved(
        section=_code_start(result) != _code_start(data),
        functions=code is not None and bool(code.moved),
        others=code is not None and code.shifted,
    )
    dropped, notes = outdated(module, moved)
    return (spliced(data, (*every, *dropped), frames) if dropped else result), notes


def _code_start(data: bytes) -> int:
    return next((section.start for section in read_sections(data) if section.id is SectionId.CODE), 0)
