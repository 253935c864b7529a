"""Compiles the kernels and runs them in a memory that they share, through wasmtime.

The memory's maximum equals its minimum: nogrow keeps the contract that it enforces.
"""

import ctypes
import struct
from array import array
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import wasmtime

from nogrow.errors import ModuleError
from nogrow.util.background import Background

PAGE_SIZE = 65536
SCAN = Path(__file__).with_name("scan.wat")
NO_ROOM = "the module is too large to be judged in the memory at hand"
_MOST_PAGES = 65535


class Engine:
    """Compiles each kernel once and makes memories for it."""

    def __init__(self, *, sparing: bool = False) -> None:
        """Start wasmtime; `sparing` does without its large reservations of address space."""
        config = wasmtime.Config()
        config.parallel_compilation = False
        if sparing:
            config.memory_reservation = 0
            config.memory_guard_size = 0
            config.memory_reservation_for_growth = 0
        self._sparing = sparing
        self._engine = wasmtime.Engine(config)
        self._kernels: dict[Path, Background[wasmtime.Module]] = {}
        self._fallback: Engine | None = None

    def reserve(self, pages: int) -> "tuple[Engine, wasmtime.Store, wasmtime.Memory]":
        """Return a memory of exactly `pages` pages, with its engine and store.

        Raises `ModuleError` if there is no room for it.
        """
        store = wasmtime.Store(self._engine)
        kind = wasmtime.MemoryType(wasmtime.Limits(pages, pages))
        try:
            return self, store, wasmtime.Memory(store, kind)
        except wasmtime.WasmtimeError as error:
            if self._sparing:
                size = pages * PAGE_SIZE
                raise ModuleError(f"no room for {size} bytes of working memory") from error
        if self._fallback is None:
            self._fallback = Engine(sparing=True)
        return self._fallback.reserve(pages)

    def prepare(self, *texts: Path) -> None:
        """Start compiling kernels in the background; each text is the path of a `.wat` file."""
        for text in texts:
            self._kernels[text] = Background(partial(self._compiled, text))

    def _compiled(self, text: Path) -> wasmtime.Module:
        return wasmtime.Module(self._engine, bytes(wasmtime.wat2wasm(text.read_bytes())))

    def kernel(self, text: Path) -> wasmtime.Module:
        """Return the compiled kernel whose text is the file `text`."""
        if text not in self._kernels:
            self.prepare(text)
        return self._kernels[text].result()


class Workspace:
    """A memory of a fixed size, an allocator of areas in it, and the kernels that use it."""

    def __init__(self, engine: Engine, size: int) -> None:
        """Reserve `size` bytes of address space, but no more than 32-bit addresses can reach.

        Pages take no memory before they are written. Raises `ModuleError` if there is no room.
        """
        pages = min(size // PAGE_SIZE + 1, _MOST_PAGES)
        self.engine, self._store, self._memory = engine.reserve(pages)
        self.size = pages * PAGE_SIZE
        self._address = ctypes.addressof(self._memory.data_ptr(self._store).contents)
        self.bytes = memoryview((ctypes.c_ubyte * self.size).from_address(self._address)).cast("B")
        self._next = 16

    def area(self, size: int) -> int:
        """Allocate `size` zero bytes, aligned to 16, and return their address.

        Raises `ModuleError` if there is no room.
        """
        address = self._next
        self._next = address + size + 15 & ~15
        if self._next > self.size:
            raise ModuleError(NO_ROOM)
        return address

    def store(self, data: bytes) -> int:
        """Allocate an area that holds `data` and return its address."""
        address = self.area(len(data))
        self.bytes[address : address + len(data)] = data
        return address

    def load(self, address: int, data: bytes, start: int, end: int) -> None:
        """Copy `data[start:end]` to `address` without holding the interpreter's lock."""
        source = ctypes.cast(ctypes.c_char_p(data), ctypes.c_void_p).value or 0
        ctypes.memmove(self._address + address, source + start, end - start)

    def rest(self) -> tuple[int, int]:
        """Return the start and the end of the space that is not allocated yet, both aligned to 16."""
        return self._next, self.size

    def write_u32s(self, address: int, values: Sequence[int]) -> None:
        """Write numbers of 4 bytes each."""
        struct.pack_into(f"<{len(values)}I", self.bytes, address, *values)

    def read_u32s(self, address: int, count: int) -> list[int]:
        """Read `count` numbers of 4 bytes each."""
        return self.bytes[address : address + 4 * count].cast("I").tolist()

    def copy_u32s(self, address: int, count: int) -> "array[int]":
        """Return a copy of `count` numbers of 4 bytes each."""
        numbers = array("I")
        numbers.frombytes(self.bytes[address : address + 4 * count])
        return numbers

    def clear(self, address: int, size: int) -> None:
        """Set `size` bytes to zero."""
        ctypes.memset(self._address + address, 0, size)

    def u32(self, address: int) -> int:
        """Read a number of 4 bytes."""
        return int.from_bytes(self.bytes[address : address + 4], "little")

    def kernel(self, text: Path) -> "Kernel":
        """Return an instance, in this memory, of the kernel whose text is the file `text`."""
        module = self.engine.kernel(text)
        return Kernel(self._store, wasmtime.Instance(self._store, module, [self._memory]))


class Kernel:
    """An instance of a kernel, whose functions and globals are accessed by their export names."""

    def __init__(self, store: wasmtime.Store, instance: wasmtime.Instance) -> None:
        """Wrap an instance; `Workspace.kernel` calls this."""
        self._store = store
        self._exports = instance.exports(store)

    def call(self, name: str, *arguments: int) -> int:
        """Call an exported function and return its result, 0 if it has none; raises `wasmtime.Trap`."""
        function = self._exports[name]
        if not isinstance(function, wasmtime.Func):
            raise TypeError(name)
        result = function(self._store, *(_signed(argument) for argument in arguments))
        return _unsigned(result) if isinstance(result, int) else 0

    def number(self, name: str) -> int:
        """Return the value of an exported global."""
        return _unsigned(int(self._global(name).value(self._store)))

    def set_numbers(self, **numbers: int) -> None:
        """Set exported globals, given by name."""
        for name, number in numbers.items():
            self._global(name).set_value(self._store, _signed(number))

    def _global(self, name: str) -> wasmtime.Global:
        variable = self._exports[name]
        if not isinstance(variable, wasmtime.Global):
            raise TypeError(name)
        return variable


def _signed(number: int) -> int:
    return number - (1 << 32) if number >= 1 << 31 else number


def _unsigned(number: int) -> int:
    return number & 0xFFFFFFFF
