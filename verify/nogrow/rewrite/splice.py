"""Bytes and changes to new bytes: what is not changed stays, and the sizes around a change are set right.

WebAssembly 3.0, sections 5.2.2 (integers), 5.5.2 (sections) and 5.5.13 (function bodies).
"""

from bisect import bisect_left
from collections.abc import Iterable
from typing import NamedTuple

from nogrow.errors import ModuleError
from nogrow.wasm.reader import Reader

_LARGEST = 1 << 32


class Edit(NamedTuple):
    """Put `new` in the place of the bytes from `start` to `end`, both offsets in the file."""

    start: int
    end: int
    new: bytes

    @property
    def growth(self) -> int:
        """How many bytes more there are afterwards."""
        return len(self.new) - (self.end - self.start)


class Frame(NamedTuple):
    """Something that its size stands before: the size is at `at`, the contents from `start` to `end`."""

    at: int
    start: int
    end: int


def frame_at(data: bytes, at: int, limit: int) -> Frame:
    """The frame whose size stands at `at`; raises `ModuleError` where it would end past `limit`."""
    reader = Reader(data, at, limit)
    size = reader.u32()
    start = reader.position
    reader.take(size)
    return Frame(at, start, reader.position)


def leb(number: int, width: int = 1) -> bytes:
    """An unsigned LEB128, padded to `width` bytes where it needs fewer."""
    out = bytearray()
    while number >= 0x80 or len(out) + 1 < width:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def spliced(data: bytes, edits: Iterable[Edit], frames: Iterable[Frame]) -> bytes:
    """`data` after `edits`, which don't overlap.

    `frames` are what may have changed its size: either one holds another or they are apart, and an edit
    is inside of a frame or outside. A size keeps its width where the new one fits. Raises `ModuleError`
    where a size does not fit into 32 bits.
    """
    ordered = sorted(edits)
    # An inner frame starts behind the outer one, and the width of its size changes the outer one's.
    for frame in sorted(set(frames), reverse=True):
        first = bisect_left(ordered, frame.start, key=lambda edit: edit.start)
        last = bisect_left(ordered, frame.end, key=lambda edit: edit.start)
        growth = sum(edit.growth for edit in ordered[first:last])
        if growth == 0:
            continue
        size = frame.end - frame.start + growth
        if size >= _LARGEST:
            raise ModuleError(f"sealed, a part of the module would have {size} bytes", frame.at)
        ordered.insert(first, Edit(frame.at, frame.start, leb(size, frame.start - frame.at)))
    parts: list[bytes] = []
    position = 0
    for edit in ordered:
        parts += (data[position : edit.start], edit.new)
        position = edit.end
    return b"".join((*parts, data[position:]))
