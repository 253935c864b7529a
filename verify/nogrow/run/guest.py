"""A module's bytes to an instance that can be called, written and read, within limits."""

from collections.abc import Sequence

import wasmtime

from nogrow.errors import NogrowError

# Calls that need more are refused: a scenario shows a few calls, it is no workload.
FUEL = 2_000_000_000
MEMORY_BYTES = 2**30
READ_BYTES = 2**20
TABLE_ELEMENTS = 10_000_000
FEATURES = (
    "threads",
    "tail_call",
    "reference_types",
    "simd",
    "bulk_memory",
    "multi_value",
    "multi_memory",
    "memory64",
    "relaxed_simd",
    "relaxed_simd_deterministic",
    "exceptions",
    "function_references",
    "gc",
    "wide_arithmetic",
    "custom_page_sizes",
    "stack_switching",
)
BITS = {"i32": 32, "i64": 64}


class GuestError(NogrowError):
    """The guest can't be run, or did what it may not: it trapped, ran on, or has no such export."""


class Guest:
    """One instance of a module, without imports, WASI, files or network.

    It has `FUEL` units of fuel, about one per instruction, and `MEMORY_BYTES` of memory; growth
    beyond these bytes fails as `memory.grow` does. Addresses and lengths are in bytes.
    """

    def __init__(self, data: bytes) -> None:
        """Instantiate the module `data` and run its start function; may raise `GuestError`."""
        try:
            engine = wasmtime.Engine(_config())
            self._store = wasmtime.Store(engine)
            self._store.set_fuel(FUEL)
            self._store.set_limits(memory_size=MEMORY_BYTES, table_elements=TABLE_ELEMENTS, instances=1)
            module = wasmtime.Module(engine, data)
            needs = [f"{one.module}.{one.name}" for one in module.imports]
            if needs:
                raise GuestError(f"the module needs imports, which scenarios lack: {_some(needs)}")
            instance = wasmtime.Instance(self._store, module, [])
        except wasmtime.Trap as error:
            raise GuestError(f"the start function {_ending(error)}") from error
        except wasmtime.WasmtimeError as error:
            raise GuestError(f"wasmtime can't load the module: {_line(error)}") from error
        exports = instance.exports(self._store)
        self._exports = {name: exports[name] for name in exports}
        self._memory = self._find_memory()

    def pages(self) -> int:
        """Return the memory's size in its own pages."""
        return self._memory.size(self._store)

    def call(self, name: str, args: Sequence[int]) -> tuple[int | float, ...]:
        """Call the exported function `name` and return its results, integers as signed numbers.

        Raises `GuestError` if there is none, if it takes other arguments, or does not come back.
        """
        function = self._exports.get(name)
        if not isinstance(function, wasmtime.Func):
            raise GuestError(f"no exported function `{name}`")
        types = [str(one) for one in function.type(self._store).params]
        if len(types) != len(args):
            raise GuestError(f"`{name}` takes {len(types)} arguments, not {len(args)}")
        values = [_fitted(name, value, kind) for value, kind in zip(args, types, strict=True)]
        try:
            result = function(self._store, *values)
        except wasmtime.Trap as error:
            raise GuestError(f"`{name}` {_ending(error)}") from error
        except wasmtime.WasmtimeError as error:
            raise GuestError(f"`{name}` can't be called: {_line(error)}") from error
        results = result if isinstance(result, list) else [] if result is None else [result]
        return tuple(one for one in results if isinstance(one, int | float))

    def write(self, at: int, data: bytes) -> None:
        """Write `data` at the address `at`; raises `GuestError` if it does not fit there."""
        start = self._range("write", at, len(data))
        self._memory.write(self._store, data, start)

    def read(self, at: int, length: int) -> bytes:
        """Return the `length` bytes at the address `at`, at most `READ_BYTES`.

        Raises `GuestError` if they aren't there.
        """
        if length > READ_BYTES:
            raise GuestError(f"can't read {length} bytes: a scenario reads {READ_BYTES} at most")
        start = self._range("read", at, length)
        return bytes(self._memory.read(self._store, start, start + length))

    def _range(self, what: str, at: int, length: int) -> int:
        # A pointer that a call returned is signed here and unsigned in the memory.
        start = at % 2**32 if -(2**31) <= at < 0 else at % 2**64
        size = self._memory.data_len(self._store)
        if length < 0 or start + length > size:
            raise GuestError(f"can't {what} {length} bytes at {start}: the memory has {size} bytes")
        return start

    def _find_memory(self) -> wasmtime.Memory:
        memories = {
            name: item
            for name, item in self._exports.items()
            if isinstance(item, wasmtime.Memory | wasmtime.SharedMemory)
        }
        if not memories:
            raise GuestError("the module exports no memory, so there is nothing to watch")
        if "memory" not in memories and len(memories) > 1:
            raise GuestError(f"several exported memories, none of them `memory`: {_some(list(memories))}")
        memory = memories.get("memory", next(iter(memories.values())))
        if not isinstance(memory, wasmtime.Memory):
            raise GuestError("the exported memory is shared, which scenarios don't support")
        return memory


def _config() -> wasmtime.Config:
    config = wasmtime.Config()
    for feature in FEATURES:
        setattr(config, f"wasm_{feature}", True)
    config.consume_fuel = True
    config.parallel_compilation = False
    config.shared_memory = True
    return config


def _fitted(name: str, value: int, kind: str) -> int:
    """Return `value` as the signed number of its bits, if it is one of the integer type `kind`."""
    if kind not in BITS:
        raise GuestError(f"`{name}` takes a value of type {kind}; scenarios pass integers only")
    bits = BITS[kind]
    if not -(2 ** (bits - 1)) <= value < 2**bits:
        raise GuestError(f"`{name}` takes an {kind}, and {value} does not fit")
    return value - 2**bits if value >= 2 ** (bits - 1) else value


def _ending(error: wasmtime.Trap) -> str:
    if error.trap_code is wasmtime.TrapCode.OUT_OF_FUEL:
        return f"ran for more than {FUEL} instructions"
    if "thrown Wasm exception" in error.message:
        return "threw an exception that nothing caught"
    return f"trapped: {_line(error).removeprefix('wasm trap: ')}"


def _line(error: wasmtime.Trap | wasmtime.WasmtimeError) -> str:
    """Return the last line of the error, where wasmtime gives the cause."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else "no reason given"


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
