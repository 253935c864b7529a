"""Numbers of the contract to values of WebAssembly's types, and how both are compared and shown."""

import math
import struct
from collections.abc import Sequence

from nogrow.contract.model import Number
from nogrow.scenarios.errors import GuestError

BITS = {"i32": 32, "i64": 64}
KINDS = (*BITS, "f32", "f64")

# What a call returned; None stands for a value that is no number: a reference or a vector.
Results = tuple[Number | None, ...]


def fitted(who: str, value: Number, kind: str) -> Number:
    """Return `value` as a value of the type `kind`: an integer signed, an f32 rounded.

    Raises `GuestError`, which begins with `who`, if it does not fit.
    """
    if kind not in KINDS:
        raise GuestError(f"{who} a value of type {kind}; scenarios know {', '.join(KINDS)} only")
    if kind in BITS:
        if not isinstance(value, int):
            raise GuestError(f"{who} an {kind}, not {shown(value)}")
        bits = BITS[kind]
        if not -(2 ** (bits - 1)) <= value < 2**bits:
            raise GuestError(f"{who} an {kind}, and {value} does not fit")
        return value - 2**bits if value >= 2 ** (bits - 1) else value
    if kind == "f64":
        return float(value)
    try:
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    except OverflowError:
        raise GuestError(f"{who} an f32, and {shown(value)} does not fit") from None


def all_same(found: Results, expected: Sequence[Number]) -> bool:
    """Whether they are the same numbers; all NaNs are, and both zeros."""
    return len(found) == len(expected) and all(map(_same, found, expected))


def _same(found: Number | None, expected: Number) -> bool:
    if isinstance(found, float) and math.isnan(found):
        return isinstance(expected, float) and math.isnan(expected)
    return found == expected


def shown(value: Number | None) -> str:
    """The value as a contract spells it."""
    return "a reference or vector" if value is None else str(value)


def all_shown(values: Sequence[Number | None]) -> str:
    """The values as a contract spells them: none, one, or an array."""
    if len(values) == 1:
        return shown(values[0])
    return f"[{', '.join(map(shown, values))}]" if values else "nothing"
