"""Test what `invoke suite` counts and when it fails."""

from pathlib import Path

import pytest
from tools.suite import run as suite
from tools.suite.run import run_suite

from nogrow.errors import UsageError
from nogrow.pipeline.all_files import check

SCRIPT = """
(module (memory 1))
(module (type (shared (func))))
(component (core module))
(assert_invalid (module (func (result i32))) "type mismatch")
(assert_invalid (module (memory 1) (memory 1)) "multiple memories")
(assert_malformed (module binary "\\00asm") "unexpected end")
(assert_malformed (module quote "(memory") "unexpected token")
"""
PASSING = '(assert_invalid (module (tag $t) (func try (result i32) catch $t end)) "type mismatch")'


def tried(folder: Path, *scripts: str) -> tuple[int, list[str]]:
    for number, text in enumerate(scripts):
        folder.joinpath(f"{number}.wast").write_text(text)
    lines: list[str] = []
    return run_suite(folder, lines.append), lines


def test_each_assertion_is_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = tried(tmp_path, SCRIPT)
    assert code == 0
    assert lines[-1] == (
        "1 of 1 scripts read, 6 modules, 1 assertions about the text format only; "
        "0 invalid modules got a verdict"
    )
    rows = [[cell.strip() for cell in line.split("│")[1:-1]] for line in capsys.readouterr().out.split("\n")]
    assert ["valid", "2", "1", "0", "0"] in rows
    assert ["invalid", "0", "0", "1", "0"] in rows
    assert ["invalid without a proposal", "1", "0", "0", "0"] in rows
    assert ["malformed", "0", "0", "1", "0"] in rows


def test_invalid_module_with_a_verdict_fails(tmp_path: Path) -> None:
    code, lines = tried(tmp_path, PASSING)
    assert code == 1
    assert lines[-2].startswith("0.wast:1: asserted invalid, judged, not validated: wasmtime can't validate")


def test_wrongly_judged_module_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suite, "check", lambda *words, **named: check(*words, **named, validate=False))
    assert tried(tmp_path, SCRIPT)[0] == 1


def test_unreadable_script_is_named(tmp_path: Path) -> None:
    _, lines = tried(tmp_path, "(module (nonsense))", SCRIPT)
    assert any(line.startswith("wasm-tools can't read 0.wast: ") for line in lines)
    assert lines[-1].startswith("1 of 2 scripts read")


def test_folder_without_scripts_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no \*\.wast file below"):
        run_suite(tmp_path, print)
