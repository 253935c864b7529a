"""Values in steps and stubs: numbers of WebAssembly's types, bytes in hex, and values that a call saved."""

import math

from nogrow.contract.document import Table, described
from nogrow.contract.model import Address, Number, Saved, Value

SMALLEST, LARGEST = -(2**63), 2**64 - 1
# TOML has these as floats of its own; as text they are known from the text format of WebAssembly.
FLOATS = {"nan": math.nan, "inf": math.inf, "+inf": math.inf, "-inf": -math.inf}
SAVED = 'a saved value such as "$len"'
NUMBER = 'a number, "nan", "inf" or "-inf"'


def number(table: Table, key: str, value: object, *inner: int) -> Number:
    """The number that `value` is; raises `ContractError` at `key` if it is none that an i64 or f64 can be."""
    found = _number(table, key, value, *inner)
    if found is None:
        raise table.error(key, f"expected {NUMBER}, not {described(value)}", *inner)
    return found


def value_of(table: Table, key: str, value: object, saved: set[str], *inner: int) -> Value:
    """The number or the saved value that `value` is; raises `ContractError` at `key` if it is neither."""
    if isinstance(value, str) and value.startswith("$"):
        return _saved(table, key, value, saved, *inner)
    found = _number(table, key, value, *inner)
    if found is None:
        raise table.error(key, f"expected {NUMBER}, or {SAVED}, not {described(value)}", *inner)
    return found


def address(table: Table, key: str, saved: set[str]) -> Address:
    """The address or length in bytes at `key`, an integer from 0 or saved; raises `ContractError`."""
    value = table.values[key]
    if isinstance(value, str) and value.startswith("$"):
        return _saved(table, key, value, saved)
    if not isinstance(value, int) or isinstance(value, bool):
        raise table.error(key, f"expected an integer or {SAVED}, not {described(value)}")
    return _in_range(table, key, value, 0)


def hexadecimal(table: Table, key: str) -> bytes:
    """The bytes at `key`, two digits each; raises `ContractError` for anything else."""
    text = table.string(key) or ""
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise table.error(key, f'expected bytes in hex such as "00ff", not {described(text)}') from None


def count(table: Table, key: str, most: int) -> int:
    """The number of times at `key`, 1 if there is no such key; above `most` is an error."""
    times = table.integer(key, 1)
    if times is not None and times > most:
        raise table.error(key, f"expected at most {most:,} calls in all, not {times:,}")
    return 1 if times is None else times


def _number(table: Table, key: str, value: object, *inner: int) -> Number | None:
    if isinstance(value, float):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return _in_range(table, key, value, SMALLEST, *inner)
    return FLOATS.get(value) if isinstance(value, str) else None


def _in_range(table: Table, key: str, value: int, least: int, *inner: int) -> int:
    if not least <= value <= LARGEST:
        raise table.error(key, f"expected {least} to {LARGEST}, not {value}", *inner)
    return value


def _saved(table: Table, key: str, value: str, saved: set[str], *inner: int) -> Saved:
    if value[1:] not in saved:
        raise table.error(key, f"no earlier call saves {value}", *inner)
    return Saved(value[1:])
