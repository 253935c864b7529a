"""This module replaces function bodies so that all other functions keep their offsets.

DWARF counts bytes from the start of the code section. A longer body therefore moves to the end of the
section, and a jump to it takes the old place:

    for each function, in file order:
        if its new body has the old length or less: replace it in place
        else if it has a new body, or a jump before it was longer than the function that it replaced:
            append the body as a new function, and put a jump in the old place
            fill up what is left of the place; what is missing is taken from the next function
    if that would move functions up to the end of the section: replace all in place instead

WebAssembly 3.0, section 5.5.13 (code section).
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from nogrow.rewrite.additions import Additions, NewFunction
from nogrow.rewrite.code_offset_sections import bodies
from nogrow.rewrite.instructions import instructions
from nogrow.rewrite.splice import Edit, leb
from nogrow.wasm.model import Kind, Module
from nogrow.wasm.names import FunctionNames
from nogrow.wasm.sections import SectionId

_NOP, _END, _CALL, _RETURN_CALL, _LOCAL_GET = b"\x01", b"\x0b", b"\x10", b"\x12", b"\x20"
_LONGEST_SIZE = 5
"""The bytes that a size may have at most (section 5.2.2)."""
_TAIL_CALLS = frozenset((0x12, 0x13, 0x15))


class Code(NamedTuple):
    """The edit of the code section, the functions that moved to its end, and whether the others moved."""

    edit: Edit
    moved: Sequence[int]
    shifted: bool


class _Placed(NamedTuple):
    """The entries in the old places, the functions that move, and the bytes that no function gave."""

    entries: Sequence[bytes]
    moved: Sequence[int] = ()
    missing: int = 0


def replaced_bodies(
    module: Module, new: Mapping[int, bytes], additions: Additions, *, keep_offsets: bool = True
) -> Code:
    """Return the edit that gives functions the bodies `new`, by index, and appends those in `additions`.

    The functions that move are added to `additions`. A body begins with its locals. Without `keep_offsets`,
    all bodies are replaced in place.
    """
    start = next(section.start for section in module.sections if section.id is SectionId.CODE)
    width = module.code[0] - start
    first = len(module.imported(Kind.FUNCTION))
    old = {index: module.data[frame.start : frame.end] for index, frame in enumerate(bodies(module), first)}
    added = len(additions.functions)

    def count(moved: int) -> bytes:
        return leb(len(old) + added + moved, width)

    in_place = _Placed([_entry(new.get(index, body)) for index, body in old.items()])
    if keep_offsets:
        # A longer count moves all code, unless the first functions give a byte.
        placed, missing = _placed(module, new, len(module.functions) + added, 0), 0
        while missing != (missing := len(count(len(placed.moved))) - width):
            placed = _placed(module, new, len(module.functions) + added, missing)
        shifted = bool(placed.missing) and not new.keys() >= set(placed.moved)
    else:
        placed = in_place
        shifted = len(count(0)) > width or any(len(body) != len(old[index]) for index, body in new.items())
    if shifted:
        placed = in_place
    names = FunctionNames.of(module)
    for index in placed.moved:
        body = new.get(index, old[index])
        additions.add_function(NewFunction(module.functions[index], body, names.get(index)))
    appended = (_entry(function.body) for function in additions.functions)
    content = b"".join((count(len(placed.moved)), *placed.entries, *appended))
    return Code(Edit(start, module.code[1], content), placed.moved, shifted)


def _placed(module: Module, new: Mapping[int, bytes], end: int, missing: int) -> _Placed:
    """Return where the bodies go; functions that move get the indices from `end` on.

    `missing` is the number of bytes that the code needs before the first function.
    """
    entries: list[bytes] = []
    moved: list[int] = []
    for index, frame in enumerate(bodies(module), len(module.imported(Kind.FUNCTION))):
        room = frame.end - frame.at - missing
        body = new.get(index, module.data[frame.start : frame.end])
        if missing or len(body) > frame.end - frame.start:
            body = _jump(module, index, body, end + len(moved))
            moved.append(index)
        entry = _filled(body, room)
        entries.append(entry)
        missing = len(entry) - room
    return _Placed(entries, moved, missing)


def _entry(body: bytes) -> bytes:
    return leb(len(body)) + body


def _jump(module: Module, index: int, body: bytes, target: int) -> bytes:
    """Return a body that passes all parameters of the function `index` to the function `target`."""
    parameters = len(module.types.function(module.functions[index]).parts)
    arguments = b"".join(_LOCAL_GET + leb(number) for number in range(parameters))
    # A chain of tail calls through this function must not need a stack.
    tail = any(item.opcode in _TAIL_CALLS for item in instructions(body, 0, len(body)))
    return leb(0) + arguments + (_RETURN_CALL if tail else _CALL) + leb(target) + _END


def _filled(body: bytes, room: int) -> bytes:
    """Return the size and the body, in `room` bytes unless they need more."""
    slack = room - len(body)
    if slack <= _LONGEST_SIZE:
        return leb(len(body), slack) + body
    width = len(leb(room))
    return leb(room - width, width) + body[:-1] + _NOP * (slack - width) + _END
