"""Plugins in WebAssembly whose memory the host reads and writes through one view that it never renews."""

import ctypes
from pathlib import Path

import wasmtime

import nogrow

LONGEST = 4096
"""The bytes that a plugin's buffer takes."""


class PluginError(Exception):
    """A plugin that this host does not run, or no longer, and why."""


class Plugin:
    """A running plugin.

    It exports `memory`; `buffer`, which returns the address of its buffer; and `transform`, which gets the
    length of the text in the buffer, replaces the text and returns its new length. It may export `init`.
    """

    def __init__(self, name: str, data: bytes, prover: nogrow.Prover) -> None:
        """Start the plugin in `data`; raises `PluginError`."""
        require_fixed_memory(name, data, prover)
        self._name = name
        self._store = wasmtime.Store()
        # The bytes are those that were judged: the file is not read again.
        try:
            module = wasmtime.Module(self._store.engine, data)
            self._exports = wasmtime.Instance(self._store, module, []).exports(self._store)
        except (wasmtime.WasmtimeError, wasmtime.Trap) as error:
            raise PluginError(f"{name}: it can't be started: {error}") from error
        if "init" in self._exports:
            self._call("init")
        memory = self._exports.get("memory")
        if not isinstance(memory, wasmtime.Memory):
            raise PluginError(f"{name}: it exports no `memory`")
        # From here on, a growth could move the memory, and the view would lead into memory that was freed.
        address = ctypes.addressof(memory.data_ptr(self._store).contents)
        size = memory.data_len(self._store)
        self._view = memoryview((ctypes.c_ubyte * size).from_address(address)).cast("B")
        buffer = self._call("buffer")
        self._buffer = self._view[buffer : buffer + LONGEST]
        if len(self._buffer) < LONGEST:
            raise PluginError(f"{name}: its buffer is not inside its memory")

    def transform(self, text: str) -> str:
        """Return what the plugin makes of the text; raises `PluginError` if it traps, and so ends."""
        data = text.encode()[:LONGEST]
        self._buffer[: len(data)] = data
        length = self._call("transform", len(data))
        return bytes(self._buffer[:length]).decode(errors="replace")

    def _call(self, name: str, *arguments: int) -> int:
        function = self._exports.get(name)
        if not isinstance(function, wasmtime.Func):
            raise PluginError(f"{self._name}: `{name}` is no function")
        try:
            result = function(self._store, *arguments)
        except wasmtime.Trap as error:
            raise PluginError(f"{self._name}: `{name}` traps") from error
        return result if isinstance(result, int) else 0


def require_fixed_memory(name: str, data: bytes, prover: nogrow.Prover) -> None:
    """Raise `PluginError` if the plugin may grow its memory in a function that the host calls later."""
    try:
        proof = prover.prove(data)
    except nogrow.Error as error:
        raise PluginError(f"{name}: {error}") from error
    for function in ("buffer", "transform"):
        if function not in proof:
            raise PluginError(f"{name}: it does not export `{function}`")
        entry = proof[function]
        # The host does not use a plugin or its view any more after a trap.
        if entry.verdict.at_most(nogrow.Verdict.TRAP_ONLY):
            continue
        calls = " > ".join(step.function.name or f"func[{step.function.index}]" for step in entry.witness)
        raise PluginError(f"{name}: `{function}` may grow the memory ({entry.verdict.label}): {calls}")


def load(folder: Path) -> tuple[dict[str, Plugin], list[PluginError]]:
    """Return the plugins in a folder by name, and why others are refused."""
    plugins: dict[str, Plugin] = {}
    refused: list[PluginError] = []
    with nogrow.Prover() as prover:
        for path in sorted(folder.glob("*.wat")):
            try:
                plugins[path.stem] = Plugin(path.stem, bytes(wasmtime.wat2wasm(path.read_text())), prover)
            except PluginError as error:
                refused.append(error)
    return plugins, refused
