"""This module compiles and instantiates a guest, and calls, reads and writes it within limits."""

import ctypes
import hashlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import wasmtime

from nogrow.contract.model import Host, Number
from nogrow.scenarios.engine import Clock, Limits, ended, engine, line, some
from nogrow.scenarios.errors import ExitError, GuestError, HostError
from nogrow.scenarios.imports import SHARED, Body, Imports
from nogrow.scenarios.types import Results, Signatures, fitted, signatures
from nogrow.util.background import Background

READ_BYTES = 2**20


class Compiled(NamedTuple):
    """A compiled module, which can be instantiated any number of times, one after the other."""

    engine: wasmtime.Engine
    module: wasmtime.Module
    signatures: Signatures
    limits: Limits


def compiled(data: bytes, limits: Limits) -> Compiled:
    """Return the module `data` compiled for `limits`; raises `GuestError` if that fails."""
    wasmtime_engine = engine(limits)
    try:
        module = Background(lambda: wasmtime.Module(wasmtime_engine, data)).result(limits.compile_seconds)
    except wasmtime.WasmtimeError as error:
        raise _not_loaded(error) from error
    except TimeoutError:
        raise GuestError(
            f"wasmtime takes more than {limits.compile_seconds:g} seconds to compile it"
        ) from None
    _check_size(module, limits)
    return Compiled(wasmtime_engine, module, signatures(data), limits)


class Guest:
    """An instance of a module with only the imports of `host`: no files, no network, no clock.

    It obeys the limits that it was compiled for; a growth beyond them fails as `memory.grow` does. Addresses
    and lengths are in bytes.
    """

    def __init__(
        self,
        module: Compiled,
        host: Host = Host(),  # noqa: B008
        functions: Mapping[str, Body] | None = None,
    ) -> None:
        """Instantiate the module and run its start function.

        `functions` are Python functions for imports, by `module.field`; they take precedence over `host`.
        Raises `GuestError`, and for a trap in the start function `TrappedError`.
        """
        limits = module.limits
        self._limits = limits
        self.imports = Imports(host, limits.output_bytes, functions or {})
        """The functions for the imports, with a record of their calls."""
        self._store = wasmtime.Store(module.engine)
        self._store.set_fuel(limits.fuel)
        self._store.set_limits(
            memory_size=limits.memory_bytes // max(1, module.signatures.memories),
            table_elements=limits.table_elements // max(1, module.signatures.tables),
            instances=1,
        )
        self._clock = Clock(module.engine, self._store, limits)
        self.step = self._clock.step
        """A context in which all calls share the time of one step; without it, each call is a step."""
        self.signatures = module.signatures.exports
        """The signatures of the exported functions, by name."""
        wanted = list(zip(module.module.imports, module.signatures.imports, strict=True))
        linked = self.imports.externs(self._store, wanted)
        try:
            with self.step():
                instance = wasmtime.Instance(self._store, module.module, linked)
        except (wasmtime.Trap, HostError) as error:
            raise ended("the start function", error, limits, self._clock) from error
        except wasmtime.WasmtimeError as error:
            raise _not_loaded(error) from error
        exports = instance.exports(self._store)
        self._exports = {name: exports[name] for name in exports}
        self._memory = self._find_memory()

    def pages(self) -> int:
        """Return the memory's size in its own pages."""
        return self._memory.size(self._store)

    def size(self) -> int:
        """Return the memory's size in bytes."""
        return self._memory.data_len(self._store)

    def digest(self, size: int) -> bytes:
        """Return a digest of the first `size` bytes of the memory, or of all of them if it has fewer."""
        # wasmtime does not check the size.
        return hashlib.sha256(self._memory.get_buffer_ptr(self._store, min(size, self.size()))).digest()

    def array(self) -> "ctypes.Array[ctypes.c_ubyte]":
        """Return the memory itself, not a copy; the array is invalid as soon as the memory moves."""
        if not self.size():
            return (ctypes.c_ubyte * 0)()
        array = self._memory.get_buffer_ptr(self._store)
        # The memory exists as long as its store does.
        array.store = self._store  # type: ignore[attr-defined]
        return array

    def value(self, name: str) -> object:
        """Return the value of the exported global `name`; raises `GuestError` if there is none."""
        item = self._exports.get(name)
        if not isinstance(item, wasmtime.Global):
            raise GuestError(f"no exported global `{name}`")
        return item.value(self._store)

    def call(self, name: str, args: Sequence[Number]) -> Results:
        """Call the exported function `name` and return its results, integers as signed numbers.

        Raises `TrappedError` if it traps, and `GuestError` if there is no such function, if it takes other
        arguments, or if it does not return. An exit with code 0 counts as a return without results.
        """
        function = self._function(name)
        types, results = self.signatures[name]
        if len(types) != len(args):
            raise GuestError(f"`{name}` takes {len(types)} arguments, not {len(args)}")
        if "v128" in results:
            raise GuestError(f"`{name}` returns a v128, which wasmtime's Python API does not support")
        values = [fitted(f"`{name}` takes", value, kind) for value, kind in zip(args, types, strict=True)]
        try:
            with self.step():
                returned = function(self._store, *values)
        except (wasmtime.Trap, HostError) as error:
            if isinstance(error, ExitError) and error.code == 0:
                return ()
            raise ended(f"`{name}`", error, self._limits, self._clock) from error
        except wasmtime.WasmtimeError as error:
            raise GuestError(f"`{name}` cannot be called: {line(error)}") from error
        returned = [] if not results else [returned] if len(results) == 1 else returned
        return tuple(value if isinstance(value, int | float) else None for value in returned)

    def write(self, at: int, data: bytes) -> None:
        """Write `data` to the address `at`; raises `GuestError` if it does not fit."""
        start = self._range("write", at, len(data))
        if data:
            self._memory.write(self._store, data, start)

    def read(self, at: int, length: int) -> bytes:
        """Return the `length` bytes at the address `at`, at most `READ_BYTES`.

        Raises `GuestError` if they are outside of the memory.
        """
        if length > READ_BYTES:
            raise GuestError(f"cannot read {length} bytes: a scenario reads at most {READ_BYTES}")
        start = self._range("read", at, length)
        return bytes(self._memory.read(self._store, start, start + length))

    def _function(self, name: str) -> wasmtime.Func:
        function = self._exports.get(name)
        if not isinstance(function, wasmtime.Func):
            raise GuestError(f"no exported function `{name}`")
        return function

    def _range(self, action: str, at: int, length: int) -> int:
        # A call returns a pointer as a signed number, but an address is unsigned.
        start = at % 2**32 if -(2**31) <= at < 0 else at % 2**64
        size = self.size()
        if length < 0 or start + length > size:
            raise GuestError(f"cannot {action} {length} bytes at {start}: the memory has {size} bytes")
        return start

    def _find_memory(self) -> wasmtime.Memory:
        memories = {name: item for name, item in self._exports.items() if isinstance(item, wasmtime.Memory)}
        if not memories and self.imports.memory is not None:
            return self.imports.memory
        if not memories:
            raise GuestError("the module exports no memory, so its growth cannot be observed")
        if "memory" not in memories and len(memories) > 1:
            raise GuestError(
                f"the module exports several memories, none of them as `memory`: {some(list(memories))}"
            )
        return memories.get("memory", next(iter(memories.values())))


def _not_loaded(error: wasmtime.WasmtimeError) -> GuestError:
    if "shared memory support is disabled" in str(error):
        return GuestError(SHARED)
    return GuestError(f"wasmtime cannot load the module: {line(error)}")


def _check_size(module: wasmtime.Module, limits: Limits) -> None:
    for export in module.exports:
        kind = export.type
        if isinstance(kind, wasmtime.MemoryType) and kind.limits.min * kind.page_size > limits.memory_bytes:
            most = limits.memory_bytes // kind.page_size
            start = f"the module starts with {kind.limits.min} pages of memory"
            raise GuestError(f"{start}; a scenario allows at most {most}")
