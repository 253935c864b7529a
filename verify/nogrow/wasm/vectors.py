"""Reads long vectors in sections by means of a kernel: exports, globals, data segments, names, indices.

Each method reads items in their usual form into an array of records, and stops before any other item, which
the decoder then reads itself. So everything that is wrong is found, and reported, in one place.
"""

from array import array
from collections.abc import Sequence
from pathlib import Path

from nogrow.wasm.reader import Reader
from nogrow.wasm.runtime import Engine, Kernel, Workspace

KERNEL = Path(__file__).with_name("vectors.wat")
# The decoder reads fewer items more quickly than the kernel starts.
_FEWEST_ITEMS = 1000
_WINDOW = 1 << 20
_MOST_ITEMS = 1 << 16
_LARGEST_RECORD = 16
# Addresses behind the window stand for offsets in the section; they have 32 bits as well.
_MOST_BYTES = (1 << 32) - 4 * _WINDOW


class VectorReader:
    """Reads the vectors of one module. Starts the kernel when it is first needed."""

    def __init__(self, engine: Engine) -> None:
        """Remember the engine that has, or will have, the compiled kernel."""
        self._engine = engine
        self._started: tuple[Workspace, Kernel, int, int, int] | None = None

    def u32s(self, reader: Reader, count: int) -> "array[int]":
        """Read unsigned numbers of at most 32 bits."""
        return self._read("read_u32s", reader, count, 1)[0]

    def exports(self, reader: Reader, count: int, sizes: Sequence[int], longest: int) -> "array[int]":
        """Read exports: offset and length in bytes of the name, kind, index; four numbers for each.

        The kind is greater by 256 if the name is not ASCII; it may be malformed UTF-8 then. `sizes`
        are the lengths of the index spaces by kind. Names have at most `longest` bytes.
        """
        if count < _FEWEST_ITEMS:
            return array("I")
        workspace, kernel, _, _, at = self._start()
        workspace.write_u32s(at, list(sizes))
        kernel.set_numbers(sizes=at, longest=longest)
        return self._read("read_exports", reader, count, 4)[0]

    def globals(self, reader: Reader, count: int) -> "array[int]":
        """Read globals of number types: the byte that encodes the type, plus 256 if the global is mutable."""
        return self._read("read_globals", reader, count, 1)[0]

    def data_segments(self, reader: Reader, count: int, memories: int) -> int:
        """Skip data segments of a module with `memories` memories, and return how many."""
        if count < _FEWEST_ITEMS:
            return 0
        _, kernel, _, _, _ = self._start()
        kernel.set_numbers(memories=memories)
        return self._read("read_data", reader, count, 0)[1]

    def names(self, reader: Reader, count: int) -> "array[int]":
        """Read names by index: index, offset and length in bytes of the name; three numbers for each."""
        return self._read("read_names", reader, count, 3)[0]

    def _start(self) -> tuple[Workspace, Kernel, int, int, int]:
        if self._started is None:
            workspace = Workspace(self._engine, 2 * _WINDOW + _MOST_ITEMS * _LARGEST_RECORD)
            records = workspace.area(_MOST_ITEMS * _LARGEST_RECORD)
            sizes = workspace.area(64)
            self._started = workspace, workspace.kernel(KERNEL), records, workspace.area(_WINDOW), sizes
        return self._started

    def _read(self, function: str, reader: Reader, count: int, numbers: int) -> "tuple[array[int], int]":
        """Read up to `count` items with a function of the kernel: their records, and how many they are.

        Each record has so many numbers.
        """
        records_read, items = array("I"), 0
        if count < _FEWEST_ITEMS or reader.end > _MOST_BYTES:
            return records_read, items
        workspace, kernel, records, window, _ = self._start()
        while items < count:
            start, end = reader.position, min(reader.position + _WINDOW, reader.end)
            workspace.load(window, reader.data, start, end)
            kernel.set_numbers(
                position=window, end=window + end - start, section=window + reader.end - start,
                base=start - window & 0xFFFFFFFF, out=records,
            )  # fmt: skip
            done = kernel.call(function, min(count - items, _MOST_ITEMS))
            if not done:
                break
            records_read.frombytes(workspace.bytes[records : records + 4 * numbers * done])
            reader.position = start + kernel.number("position") - window
            items += done
        return records_read, items
