from pathlib import Path

import pytest

from nogrow.contract.clause_lines import ClauseLines
from nogrow.contract.patterns import without_number
from tests.support.modules import QUIET, write_module

CONTRACT = """schema = 1
[[artifact]]
path = "one.wasm"

[[artifact]]
allow = ["absent"]
path = "dist/*.wasm"

[[artifact]]
path = "parts.wasm#1"
[[artifact]]
path = "gone.wasm"
[[artifact]]
path = "dist/*.whl!*.wasm"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "nogrow.toml").write_text(CONTRACT)
    for name in ("one.wasm", "dist/two.wasm", "dist/one.wasm", "other.wasm", "parts.wasm"):
        write_module(tmp_path / name, QUIET)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("one.wasm", 3),
        ("./one.wasm", 3),
        ("dist/two.wasm", 7),
        ("dist/two.wasm#0", 7),
        ("parts.wasm#1", 10),
        ("parts.wasm#0", None),
        ("gone.wasm", 12),
        ("dist/a.whl!b.wasm", 14),
        ("dist/a.zip!b.wasm", None),
        ("other.wasm", None),
        ("nowhere.wasm", None),
    ],
)
def test_module_has_the_line_of_its_clause(folder: Path, path: str, line: int | None) -> None:
    assert ClauseLines("nogrow.toml", [path, "one.wasm"]).line(path) == line
    assert ClauseLines("nogrow.toml", [path]).line("never asked for") is None


def test_line_is_looked_up_once(folder: Path) -> None:
    lines = ClauseLines("nogrow.toml", ["one.wasm"])
    assert lines.line("one.wasm") == 3
    (folder / "nogrow.toml").unlink()
    assert lines.line("one.wasm") == 3


def test_clause_may_be_in_another_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder / "dist")
    assert ClauseLines("../nogrow.toml", ["two.wasm"]).line("two.wasm") == 7
    assert ClauseLines("../nogrow.toml", ["../gone.wasm"]).line("../gone.wasm") == 12


@pytest.mark.parametrize("text", [None, b"schema = 2", b"\xff"], ids=str)
def test_unreadable_contract_has_no_lines(folder: Path, text: bytes | None) -> None:
    path = folder / "nogrow.toml"
    path.unlink() if text is None else path.write_bytes(text)
    assert ClauseLines("nogrow.toml", ["one.wasm"]).line("one.wasm") is None
    assert ClauseLines(None, ["one.wasm"]).line("one.wasm") is None


def test_only_a_number_after_the_hash_is_removed() -> None:
    assert [without_number(path) for path in ("a#1", "a#", "#1", "a#1b", "a#1#2")] == [
        *("a", "a#", "", "a#1b", "a#1")
    ]
