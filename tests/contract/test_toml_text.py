"""Test that TOML values and tables are written so that they are read again without a change."""

import math
import tomllib
from pathlib import Path

import pytest

from nogrow.contract.load import load
from nogrow.contract.model import Call, Host, Scenario, Stub
from nogrow.contract.toml_text import assignments, inline_table, quoted, spelled, spelled_host, value


@pytest.mark.parametrize(
    "text", ["", "\x1b[31m", "\\x1f", "\\\x00\x7f", "\"'", "\n\t", "\u2028\u202e", "\U000e0001"]
)
def test_every_string_survives_as_value_and_as_key(text: str) -> None:
    line = f"{quoted(text)} = {value(text)}"
    assert line.isprintable()
    assert tomllib.loads(line) == {text: text}


def test_arrays_and_inline_tables_stay_on_one_line() -> None:
    table = inline_table({"call": "f", "args": [1, 2.5, -math.inf], "may_grow": False})
    assert table == '{ call = "f", args = [1, 2.5, -inf], may_grow = false }'


def test_assignments_have_a_line_each() -> None:
    assert assignments({"path": "a.wasm", "js": ("a.js", "b.js")}) == [
        'path = "a.wasm"',
        'js = ["a.js", "b.js"]',
    ]


def test_stubs_are_written_as_valid_toml(tmp_path: Path) -> None:
    stubs = (Stub("env.a", (1, 2.5)), Stub("env.b", fails=True), Stub("env.c", (1,), grows=3))
    host = Host(stubs, wasi=True)
    scenario = spelled(Scenario("s", (Call("f"),)))
    lines = ["schema = 1", "[[artifact]]", 'path = "a.wasm"', *spelled_host(host), scenario]
    (tmp_path / "nogrow.toml").write_text("\n".join(lines))
    assert load(tmp_path / "nogrow.toml").artifacts[0].scenarios[0].host == host
