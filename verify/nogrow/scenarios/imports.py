"""This module provides the functions for a module's imports: stubs, WASI and Python functions."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import wasmtime

from nogrow.contract.model import Host, Number, Stub
from nogrow.scenarios.engine import some
from nogrow.scenarios.errors import GuestError, HostError
from nogrow.scenarios.result import StubSeen
from nogrow.scenarios.types import Signature, fitted, shown
from nogrow.scenarios.wasi import MODULE, NAMES, Wasi

MOST_LISTED = 10
MOST_RECORDED = 10
SHARED = "the module has a shared memory, which scenarios do not support"

Body = Callable[..., object]


class Imports:
    """The functions for a module's imports, with a record of their calls."""

    def __init__(self, host: Host, output_bytes: int, functions: Mapping[str, Body]) -> None:
        """Keep at most `output_bytes` of the text that the guest writes.

        `functions` are Python functions by `module.field`; they take precedence over stubs and WASI.
        """
        self.wasi = Wasi(output_bytes)
        self.growths: list[str] = []
        """The imports whose stubs grew the memory, in order."""
        self.memory: wasmtime.Memory | None = None
        """The first memory that the module imports, with the size that it declares."""
        self._host = host
        self._functions = functions
        self._stubs = {stub.name: stub for stub in host.stubs}
        self._seen = {stub.name: StubSeen(stub.name, 0) for stub in host.stubs}

    def externs(
        self, store: wasmtime.Store, wanted: Sequence[tuple[wasmtime.ImportType, Signature | None]]
    ) -> list[wasmtime.Func | wasmtime.Memory]:
        """Return functions and memories for the imports `wanted`, in order.

        Raises `GuestError` if an import is neither a memory nor a function with a stub. The signature of an
        import is None if it is not a function.
        """
        bodies = [(item, self._body(item, signature)) for item, signature in wanted]
        missing = [
            label(item)
            for item, body in bodies
            if body is None and not isinstance(item.type, wasmtime.MemoryType)
        ]
        if missing:
            hint = ""
            if not self._host.wasi and any(name.startswith(f"{MODULE}.") for name in missing):
                hint = "; set `wasi = true` for WASI in a sandbox"
            listed = some(missing, MOST_LISTED)
            raise GuestError(f"the contract has no stub for these imports of the module: {listed}{hint}")
        externs: list[wasmtime.Func | wasmtime.Memory] = []
        for item, body in bodies:
            if isinstance(item.type, wasmtime.MemoryType):
                if item.type.is_shared:
                    raise GuestError(SHARED)
                memory = wasmtime.Memory(store, item.type)
                self.memory = self.memory or memory
                externs.append(memory)
            elif body is not None and isinstance(item.type, wasmtime.FuncType):
                externs.append(wasmtime.Func(store, item.type, body, access_caller=True))
        return externs

    def seen(self) -> tuple[StubSeen, ...]:
        """Return the observed calls of the stubs, in the contract's order."""
        return tuple(self._seen.values())

    def _body(self, wanted: wasmtime.ImportType, signature: Signature | None) -> Body | None:
        name = label(wanted)
        if signature is None:
            return None
        if name not in self._functions and name not in self._stubs:
            is_wasi = self._host.wasi and wanted.module == MODULE
            return self.wasi.function(wanted.name or "", *signature) if is_wasi else None
        if "v128" in signature.params:
            raise GuestError(f"the import {name} takes a v128, which stubs do not support")
        if name in self._functions:
            return _in_python(name, self._functions[name], signature.results)
        return self._stub(self._stubs[name], signature.results)

    def _stub(self, stub: Stub, results: Sequence[str]) -> Body:
        if not stub.fails and len(stub.returns) != len(results):
            returned = f"the stub of {stub.name} returns {len(stub.returns)} values"
            raise GuestError(f"{returned}, the import {_count(results)}")
        subject = f"the import {stub.name} returns"
        values = [fitted(subject, value, kind) for value, kind in zip(stub.returns, results, strict=False)]

        def called(caller: wasmtime.Caller, *args: Number) -> object:
            self._record(stub.name, args)
            if stub.grows:
                self._grow(caller, stub)
            if stub.fails:
                raise HostError(f"trapped: the stub of {stub.name} fails, as the contract demands")
            return None if not values else values[0] if len(values) == 1 else values

        return called

    def _record(self, name: str, args: Sequence[object]) -> None:
        seen = self._seen[name]
        if seen.calls < MOST_RECORDED:
            numbers = (value if isinstance(value, int | float) else None for value in args)
            seen = seen._replace(arguments=(*seen.arguments, tuple(map(shown, numbers))))
        self._seen[name] = seen._replace(calls=seen.calls + 1)

    def _grow(self, caller: wasmtime.Caller, stub: Stub) -> None:
        memory = caller.get("memory") or self.memory
        if not isinstance(memory, wasmtime.Memory):
            raise HostError(f"trapped: the stub of {stub.name} has no exported `memory` to grow")
        try:
            memory.grow(caller, stub.grows)
        except wasmtime.WasmtimeError:
            # A growth beyond the limits fails; the stub then returns its values, as a host would.
            return
        self.growths.append(stub.name)


def _in_python(name: str, function: Body, results: Sequence[str]) -> Body:
    subject = f"the function for {name} returns"

    def called(_: wasmtime.Caller, *args: Number) -> object:
        returned = function(*args)
        values = [] if returned is None else returned if isinstance(returned, tuple | list) else [returned]
        if len(values) != len(results):
            raise GuestError(f"{subject} {len(values)} values, the import {_count(results)}")
        numbers: list[Number] = []
        for value, kind in zip(values, results, strict=True):
            if not isinstance(value, int | float):
                name_of_type = type(value).__name__
                raise GuestError(f"{subject} an object of type {name_of_type}; the import returns {kind}")
            numbers.append(fitted(subject, value, kind))
        return None if not numbers else numbers[0] if len(numbers) == 1 else numbers

    return called


def _count(results: Sequence[str]) -> str:
    return f"{len(results)} ({', '.join(results)})" if results else "none"


def missing(host: Host, imports: Iterable[wasmtime.ImportType]) -> Host:
    """Return what a module with these imports needs besides `host`: WASI, or stubs that fail."""
    functions = [item for item in imports if isinstance(item.type, wasmtime.FuncType)]
    uses_wasi = any(item.module == MODULE for item in functions)
    known = {stub.name for stub in host.stubs}
    unknown = [
        label(item)
        for item in functions
        if label(item) not in known and not (item.module == MODULE and item.name in NAMES)
    ]
    stubs = tuple(Stub(name, fails=True) for name in dict.fromkeys(unknown))
    return Host(stubs, uses_wasi and not host.wasi)


def label(wanted: wasmtime.ImportType) -> str:
    """Return the name of the import as contracts write it, `module.field`."""
    return f"{wanted.module}.{wanted.name}"
