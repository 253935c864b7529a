"""This module applies edits to the bytes of a module, and updates the sizes around each edit.

WebAssembly 3.0, sections 5.2.2 (integers), 5.5.2 (sections) and 5.5.13 (function bodies).
"""

from bisect import bisect_left
from collections.abc import Iterable
from typing import NamedTuple

from nogrow.errors import ModuleError
from nogrow.wasm.reader import Reader

_LARGEST = 1 << 32


class Edit(NamedTuple):
    """A replacement of the bytes from `start` to `end`, both offsets in the file, by `new`."""

    start: int
    end: int
    new: bytes

    @property
    def growth(self) -> int:
        """Return by how many bytes the edit makes the file longer."""
        return len(self.new) - (self.end - self.start)


class Frame(NamedTuple):
    """Contents from `start` to `end` with their size before them, at the offset `at`."""

    at: int
    start: int
    end: int


def frame_at(data: bytes, at: int, limit: int) -> Frame:
    """Return the frame whose size is at `at`; raises `ModuleError` if it would end after `limit`."""
    reader = Reader(data, at, limit)
    size = reader.u32()
    start = reader.position
    reader.take(size)
    return Frame(at, start, reader.position)


def leb(number: int, width: int = 1) -> bytes:
    """Return `number` as an unsigned LEB128, padded to `width` bytes if it needs fewer."""
    out = bytearray()
    while number >= 0x80 or len(out) + 1 < width:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def signed_leb(number: int) -> bytes:
    """Return `number` as a signed LEB128."""
    out = bytearray()
    while not -0x40 <= number < 0x40:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number & 0x7F)
    return bytes(out)


def edited(data: bytes, start: int, end: int, edits: Iterable[Edit]) -> bytes:
    """Return the bytes from `start` to `end` after `edits` inside of them, which must not overlap."""
    parts: list[bytes] = []
    for edit in sorted(edits):
        parts += (data[start : edit.start], edit.new)
        start = edit.end
    return b"".join((*parts, data[start:end]))


def spliced(data: bytes, edits: Iterable[Edit], frames: Iterable[Frame]) -> bytes:
    """Return `data` after `edits`, which must not overlap.

    `frames` are the frames whose sizes may change. Two frames are nested or disjoint, and an edit is inside
    of a frame or outside. A size keeps its width if the new one fits. Raises `ModuleError` if a size does not
    fit into 32 bits.
    """
    ordered = sorted(edits)
    # An inner frame starts after the outer one, and the width of its size counts for the outer size.
    for frame in sorted(set(frames), reverse=True):
        first = bisect_left(ordered, frame.start, key=lambda edit: edit.start)
        last = bisect_left(ordered, frame.end, key=lambda edit: edit.start)
        growth = sum(edit.growth for edit in ordered[first:last])
        if growth == 0:
            continue
        size = frame.end - frame.start + growth
        if size >= _LARGEST:
            raise ModuleError(
                f"a part of the sealed module would have {size} bytes, which is too large", frame.at
            )
        ordered.insert(first, Edit(frame.at, frame.start, leb(size, frame.start - frame.at)))
    return edited(data, 0, len(data), ordered)
