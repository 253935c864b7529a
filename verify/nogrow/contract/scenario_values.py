"""This module reads the values in steps and stubs: numbers, bytes in hex, and values saved by a call."""

import math

from nogrow.contract.model import Address, Number, Saved, Value
from nogrow.util.document import Node

SMALLEST, LARGEST = -(2**63), 2**64 - 1
# TOML has floats for these; a contract may also write them as the text format of WebAssembly does.
FLOATS = {"nan": math.nan, "inf": math.inf, "+inf": math.inf, "-inf": -math.inf}
SAVED = 'a saved value such as "$len"'
NUMBER = 'a number, "nan", "inf" or "-inf"'


def number(node: Node) -> Number:
    """Return the number; raises `ContractError` if no i64 or f64 can hold it."""
    value = _number(node)
    if value is None:
        raise node.unexpected(NUMBER)
    return value


def value_of(node: Node, saved: set[str]) -> Value:
    """Return the number or the saved value; raises `ContractError` if it is neither."""
    value = _saved(node, saved) or _number(node)
    if value is None:
        raise node.unexpected(f"{NUMBER}, or {SAVED}")
    return value


def address(node: Node, saved: set[str]) -> Address:
    """Return the address or length in bytes, an integer from 0 or saved; raises `ContractError`."""
    if value := _saved(node, saved):
        return value
    if not isinstance(node.value, int) or isinstance(node.value, bool):
        raise node.unexpected(f"an integer or {SAVED}")
    return _in_range(node, 0)


def hexadecimal(node: Node) -> bytes:
    """Return the bytes, written with two digits each; raises `ContractError` for anything else."""
    try:
        return bytes.fromhex(node.text())
    except ValueError:
        raise node.unexpected('bytes in hex such as "00ff"') from None


def count(node: Node, most: int) -> int:
    """Return how often to repeat, at least 1 and at most `most`; raises `ContractError`."""
    times = node.integer(1)
    if times > most:
        raise node.error(f"expected at most {most:,} calls in all, not {times:,}")
    return times


def _number(node: Node) -> Number | None:
    match node.value:
        case float():
            return node.value
        case int() if not isinstance(node.value, bool):
            return _in_range(node, SMALLEST)
        case str():
            return FLOATS.get(node.value)
    return None


def _in_range(node: Node, least: int) -> int:
    value: int = node.value
    if not least <= value <= LARGEST:
        raise node.error(f"expected {least} to {LARGEST}, not {value}")
    return value


def _saved(node: Node, saved: set[str]) -> Saved | None:
    """Return the saved value that a text such as `$len` names, None for any other value."""
    if not isinstance(node.value, str) or not node.value.startswith("$"):
        return None
    if node.value[1:] not in saved:
        raise node.error(f"no earlier call saves {node.value}")
    return Saved(node.value[1:])
