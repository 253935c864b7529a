"""This module reads the types of a module's functions, and fits, compares and shows numbers of these types.

wasmtime's C API aborts the process at a type that it does not know, such as v128.
"""

import math
import struct
from collections.abc import Sequence
from typing import NamedTuple

from nogrow.contract.model import Number
from nogrow.errors import ModuleError
from nogrow.scenarios.errors import GuestError
from nogrow.wasm.decode import decode
from nogrow.wasm.model import Kind
from nogrow.wasm.types import DefinedType, ValueType

BITS = {"i32": 32, "i64": 64}
KINDS = (*BITS, "f32", "f64")

# The results of a call; None stands for a reference or a vector.
Results = tuple[Number | None, ...]


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


def fitted(subject: str, value: Number, kind: str) -> Number:
    """Return `value` as a value of the type `kind`: integers are signed, an f32 is rounded.

    Raises `GuestError`, which begins with `subject`, if the value does not fit.
    """
    if kind not in KINDS:
        raise GuestError(f"{subject} a value of type {kind}; scenarios only support {', '.join(KINDS)}")
    if kind in BITS:
        if not isinstance(value, int):
            raise GuestError(f"{subject} an {kind}, not {shown(value)}")
        bits = BITS[kind]
        if not -(2 ** (bits - 1)) <= value < 2**bits:
            raise GuestError(f"{subject} an {kind}, and {value} does not fit")
        return value - 2**bits if value >= 2 ** (bits - 1) else value
    if kind == "f64":
        return float(value)
    try:
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    except OverflowError:
        raise GuestError(f"{subject} an f32, and {shown(value)} does not fit") from None


def all_same(actual: Results, expected: Sequence[Number]) -> bool:
    """Return whether the numbers are the same; all NaNs are equal, and both zeros are."""
    return len(actual) == len(expected) and all(map(_same, actual, expected))


def _same(actual: Number | None, expected: Number) -> bool:
    if isinstance(actual, float) and math.isnan(actual):
        return isinstance(expected, float) and math.isnan(expected)
    return actual == expected


def shown(value: Number | None) -> str:
    """Return the value as a contract writes it."""
    return "a reference or vector" if value is None else str(value)


def all_shown(values: Sequence[Number | None]) -> str:
    """Return the values as a contract writes them: nothing, a number, or an array."""
    if len(values) == 1:
        return shown(values[0])
    return f"[{', '.join(map(shown, values))}]" if values else "nothing"
