"""What a module imports to functions of the host, as its contract says."""

from collections.abc import Callable, Mapping, Sequence

import wasmtime

from nogrow.contract.model import Host, Number, Stub
from nogrow.scenarios.engine import some
from nogrow.scenarios.errors import GuestError, HostError
from nogrow.scenarios.result import StubSeen
from nogrow.scenarios.signatures import Signature
from nogrow.scenarios.values import fitted, shown
from nogrow.scenarios.wasi import MODULE, Wasi

MOST_LISTED = 10
MOST_RECORDED = 10

Body = Callable[..., object]
NO_FUNCTIONS: Mapping[str, Body] = {}


class Imports:
    """The functions that stand in for a module's imports, and what is seen of their calls."""

    def __init__(self, host: Host, output_bytes: int, functions: Mapping[str, Body] = NO_FUNCTIONS) -> None:
        """`output_bytes` bounds what is kept of the texts that the guest writes.

        `functions` are Python functions by `module.field`; they come before the stubs and WASI.
        """
        self.wasi = Wasi(output_bytes)
        self.growths: list[str] = []
        """The imports whose stubs grew the memory, in order."""
        self._host = host
        self._given = functions
        self._stubs = {stub.name: stub for stub in host.stubs}
        self._calls: dict[str, int] = {stub.name: 0 for stub in host.stubs}
        self._recorded: dict[str, list[tuple[str, ...]]] = {stub.name: [] for stub in host.stubs}

    def functions(
        self, store: wasmtime.Store, wanted: Sequence[tuple[wasmtime.ImportType, Signature | None]]
    ) -> list[wasmtime.Func]:
        """The functions for the imports `wanted`, in order; raises `GuestError` if any has none.

        The signature of an import is None if it is no function.
        """
        bodies = [(one, self._body(one, signature)) for one, signature in wanted]
        missing = [label(one) for one, body in bodies if body is None]
        if missing:
            hint = ""
            if not self._host.wasi and any(one.startswith(f"{MODULE}.") for one in missing):
                hint = "; `wasi = true` gives it WASI in a sandbox"
            listed = some(missing, MOST_LISTED)
            raise GuestError(f"the module needs imports that the contract has no stub for: {listed}{hint}")
        return [
            wasmtime.Func(store, one.type, body, access_caller=True)
            for one, body in bodies
            if body is not None and isinstance(one.type, wasmtime.FuncType)
        ]

    def seen(self) -> tuple[StubSeen, ...]:
        """What was seen of the stubs, in the contract's order."""
        return tuple(
            StubSeen(name, calls, tuple(self._recorded[name])) for name, calls in self._calls.items()
        )

    def _body(self, wanted: wasmtime.ImportType, signature: Signature | None) -> Body | None:
        if signature is None:
            return None
        given = self._given.get(label(wanted))
        if given is not None:
            return _in_python(label(wanted), given, signature)
        stub = self._stubs.get(label(wanted))
        if stub is not None:
            return self._stub(stub, signature)
        if self._host.wasi and wanted.module == MODULE:
            return self.wasi.function(wanted.name or "", *signature)
        return None

    def _stub(self, stub: Stub, signature: Signature) -> Body:
        results = signature.results
        _no_vectors(stub.name, signature)
        if not stub.fails and len(stub.returns) != len(results):
            wants = f"{len(results)} ({', '.join(results)})" if results else "none"
            raise GuestError(
                f"the stub of {stub.name} returns {len(stub.returns)} values, the import {wants}"
            )
        who = f"the import {stub.name} returns"
        values = [fitted(who, value, kind) for value, kind in zip(stub.returns, results, strict=False)]

        def called(caller: wasmtime.Caller, *args: Number) -> object:
            self._record(stub.name, args)
            if stub.grows:
                self._grow(caller, stub)
            if stub.fails:
                raise HostError(f"trapped: the stub of {stub.name} fails, as the contract says")
            return None if not values else values[0] if len(values) == 1 else values

        return called

    def _record(self, name: str, args: Sequence[object]) -> None:
        self._calls[name] += 1
        if len(self._recorded[name]) < MOST_RECORDED:
            numbers = (one if isinstance(one, int | float) else None for one in args)
            self._recorded[name].append(tuple(shown(one) for one in numbers))

    def _grow(self, caller: wasmtime.Caller, stub: Stub) -> None:
        memory = caller.get("memory")
        if not isinstance(memory, wasmtime.Memory):
            raise HostError(f"trapped: the stub of {stub.name} has no exported `memory` to grow")
        try:
            memory.grow(caller, stub.grows)
        except wasmtime.WasmtimeError:
            # What a host does that can't grow it is the stub's `returns`.
            return
        self.growths.append(stub.name)


def _in_python(name: str, function: Body, signature: Signature) -> Body:
    _no_vectors(name, signature)
    results, who = signature.results, f"the function for {name} returns"

    def called(_: wasmtime.Caller, *args: Number) -> object:
        returned = function(*args)
        values = list(returned) if isinstance(returned, tuple | list) else [returned]
        if returned is None:
            values = []
        if len(values) != len(results):
            wants = f"{len(results)} ({', '.join(results)})" if results else "none"
            raise GuestError(f"{who} {len(values)} values, the import {wants}")
        fit: list[Number] = []
        for value, kind in zip(values, results, strict=True):
            if not isinstance(value, int | float):
                raise GuestError(f"{who} an object of type {type(value).__name__}; the import returns {kind}")
            fit.append(fitted(who, value, kind))
        return None if not fit else fit[0] if len(fit) == 1 else fit

    return called


def _no_vectors(name: str, signature: Signature) -> None:
    if "v128" in signature.params:
        raise GuestError(f"the import {name} takes a v128, which a stub can't be called with")


def label(wanted: wasmtime.ImportType) -> str:
    """The import's name as contracts spell it, `module.field`."""
    return f"{wanted.module}.{wanted.name}"
