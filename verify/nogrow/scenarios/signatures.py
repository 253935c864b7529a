"""This module reads the signatures of the functions that a module exports and imports.

wasmtime's C API aborts the process at a type that it does not know, such as v128.
"""

from typing import NamedTuple

from nogrow.errors import ModuleError
from nogrow.scenarios.errors import GuestError
from nogrow.wasm.decode import decode
from nogrow.wasm.model import Kind
from nogrow.wasm.types import DefinedType, ValueType


class Signature(NamedTuple):
    """The names of a function's parameter and result types; every reference type is `a reference`."""

    params: tuple[str, ...]
    results: tuple[str, ...]


class Signatures(NamedTuple):
    """The signatures of the exported functions by name, and of the imports in order.

    An import that is not a function has the signature None. `memories` and `tables` are their numbers.
    """

    exports: dict[str, Signature]
    imports: tuple[Signature | None, ...]
    memories: int
    tables: int


def signatures(data: bytes) -> Signatures:
    """Return the signatures in the module `data`; raises `GuestError` if it cannot be decoded."""
    try:
        module = decode(data)
        functions = [_signature(module.types.function(index)) for index in module.functions]
    except ModuleError as error:
        raise GuestError(f"the module cannot be decoded: {error}") from error
    return Signatures(
        {export.name: functions[export.index] for export in module.exported(Kind.FUNCTION)},
        tuple(functions[item.index] if item.kind is Kind.FUNCTION else None for item in module.imports),
        len(module.memories),
        len(module.tables),
    )


def _signature(kind: DefinedType) -> Signature:
    return Signature(tuple(map(_name, kind.parts)), tuple(map(_name, kind.results)))


def _name(kind: ValueType) -> str:
    return "a reference" if kind.reference or kind.name is None else kind.name
