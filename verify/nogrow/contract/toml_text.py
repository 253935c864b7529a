"""This module writes TOML values so that a contract stays readable and every string can be read again."""

import json
from collections.abc import Iterable, Mapping

import toml


def value(content: object) -> str:
    """Return a string, a number, a boolean or an array of them as TOML."""
    return str(_ENCODER.dump_value(content))


def assignments(values: Mapping[str, object]) -> list[str]:
    """Return a line `key = value` for each item; the keys must need no quotes."""
    return toml.dumps(dict(values), encoder=_ENCODER).splitlines()


def inline_table(values: Mapping[str, object]) -> str:
    """Return the values as a table on one line; the keys must need no quotes."""
    return _ENCODER.dump_inline_table(dict(values)).rstrip("\n")


def quoted(text: str) -> str:
    """Return the text as a TOML string or quoted key, with characters escaped that a terminal could obey."""
    # JSON's escapes are valid in TOML, but JSON leaves characters that TOML rejects or nobody can see.
    string = json.dumps(text, ensure_ascii=False)
    return "".join(char if char.isprintable() else _escaped(ord(char)) for char in string)


def _escaped(code: int) -> str:
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _array(items: Iterable[object]) -> str:
    return f"[{', '.join(map(value, items))}]"


_ENCODER: "toml.TomlEncoder[dict[str, object]]" = toml.TomlEncoder()
# `toml` drops control characters from strings, and it writes `[ 1, 2,]` for an array.
_ENCODER.dump_funcs[str] = quoted
_ENCODER.dump_funcs[list] = _array
