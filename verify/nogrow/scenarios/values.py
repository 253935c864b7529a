"""This module converts numbers of the contract to values of WebAssembly's types, compares and shows them."""

import math
import struct
from collections.abc import Sequence

from nogrow.contract.model import Number
from nogrow.scenarios.errors import GuestError

BITS = {"i32": 32, "i64": 64}
KINDS = (*BITS, "f32", "f64")

# The results of a call; None stands for a reference or a vector.
Results = tuple[Number | None, ...]


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
