"""A module's bytes to the types of the functions that it exports and imports.

wasmtime's interface for C, and with it the process, ends at a type that it does not know, such as v128.
"""

from typing import NamedTuple

from nogrow.errors import ModuleError
from nogrow.scenarios.errors import GuestError
from nogrow.wasm.decode import decode
from nogrow.wasm.model import Kind
from nogrow.wasm.types import DefinedType, ValueType


class Signature(NamedTuple):
    """The types of a function's parameters and results by name; all references are `a reference`."""

    params: tuple[str, ...]
    results: tuple[str, ...]


class Signatures(NamedTuple):
    """The signatures of the exported functions by name, and of the imports in order, None for no function.

    `memories` and `tables` are how many of them there are.
    """

    exports: dict[str, Signature]
    imports: tuple[Signature | None, ...]
    memories: int
    tables: int


def signatures(data: bytes) -> Signatures:
    """The signatures in the module `data`; raises `GuestError` if it can't be decoded."""
    try:
        module = decode(data)
        found = [_signature(module.types.function(index)) for index in module.functions]
    except ModuleError as error:
        raise GuestError(f"the module can't be decoded: {error}") from error
    return Signatures(
        {one.name: found[one.index] for one in module.exported(Kind.FUNCTION)},
        tuple(found[one.index] if one.kind is Kind.FUNCTION else None for one in module.imports),
        len(module.memories),
        len(module.tables),
    )


def _signature(one: DefinedType) -> Signature:
    return Signature(tuple(map(_name, one.parts)), tuple(map(_name, one.results)))


def _name(one: ValueType) -> str:
    return "a reference" if one.reference or one.name is None else one.name
