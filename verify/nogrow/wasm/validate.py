"""Bytes to a second opinion on whether they are a valid module: that of wasmtime's validator.

A module that is not valid can never be instantiated. One that wasmtime does not support may be valid all the
same, so only what is certain to be against the rules is called invalid.
"""

import re
from typing import NamedTuple

import wasmtime

from nogrow.errors import ModuleError

_NO_PROPOSALS = frozenset(("wasm_component_model", "wasm_relaxed_simd_deterministic"))
# Wordings for what no proposal allows. Limits of wasmtime's own and unknown bytes are not among them.
_AGAINST_THE_RULES = re.compile(
    r"type mismatch: |unknown (local|global|function|table|memory|type|label|tag|data segment|elem segment)\b"
    r"|undeclared function reference|uninitialized local|global is immutable|duplicate export name"
    r"|invalid start function|invalid memop alignment|SIMD index out of bounds"
    r"|data count section required|size minimum must not be greater than maximum|memory size must be at most "
)
_PLACE = re.compile(r"(.*) \(at offset 0x([0-9a-f]+)\)", re.DOTALL)


class Validation(NamedTuple):
    """Whether a module is valid: None where wasmtime can't tell. `reason` says why, if it is not.

    `offset` is the byte that the reason is about, from the start of the module.
    """

    valid: bool | None
    reason: str | None = None
    offset: int | None = None

    @property
    def error(self) -> ModuleError:
        """The error that says that the module is not valid."""
        return ModuleError(f"not a valid module, says wasmtime: {self.reason}", self.offset)


def validate(data: bytes) -> Validation:
    """What wasmtime says of the core module `data`, with every proposal on that it can switch on."""
    try:
        wasmtime.Module.validate(_engine(), data)
    except wasmtime.WasmtimeError as error:
        return _understood(str(error))
    return Validation(True)


def _understood(message: str) -> Validation:
    place = _PLACE.fullmatch(message)
    reason, offset = (place[1], int(place[2], 16)) if place else (message, None)
    return Validation(False if _AGAINST_THE_RULES.match(reason) else None, reason, offset)


def _engine() -> wasmtime.Engine:
    config = wasmtime.Config()
    config.parallel_compilation = False
    for name in dir(wasmtime.Config):
        if name.startswith("wasm_") and not name.startswith(tuple(_NO_PROPOSALS)):
            setattr(config, name, True)
    try:
        return wasmtime.Engine(config)
    except wasmtime.WasmtimeError:
        # Some proposals are not to be had on every processor.
        return wasmtime.Engine()
