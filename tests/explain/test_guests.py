"""Check that the cause in the project's own guest is found down to the source line."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from nogrow.cli.commands import cli
from tests.project.conftest import built_root

__all__ = ["built_root"]


def explained(root: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    monkeypatch.chdir(root)
    result = CliRunner().invoke(cli, ["explain", *words])
    assert result.exit_code == 0
    return result.stdout


@pytest.mark.parametrize("profile", ["debug", "release"])
def test_cause_is_the_format_macro(built_root: Path, monkeypatch: pytest.MonkeyPatch, profile: str) -> None:
    source = "crates/greeting_growth/src/lib.rs"
    lines = (built_root / source).read_text().splitlines()
    (line,) = (number for number, text in enumerate(lines, 1) if "Some(format!(" in text)
    column = lines[line - 1].index("format!") + 1
    text = explained(built_root, monkeypatch, f"build/{profile}/greeting_growth.wasm", "set_name")
    headline = " ".join(text.split("\n  --> ")[0].split())
    position = f"{source}:{line}:{column}"
    assert headline.endswith(f"can grow the memory and return, because `format!` at {position} allocates")
    assert f"  --> {position}\n" in text
    assert f"{line} | {lines[line - 1]}\n   | {' ' * (column - 1)}^^^^^^^ allocates\n" in text
    path = text.partition("= path")[2].partition("= built with")[0]
    assert path.rstrip().endswith(": memory.grow")
    assert "core::fmt::Write" in text


def test_letter_at_can_panic(built_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = explained(built_root, monkeypatch, "build/debug/greeting_nogrowth_std.wasm")
    assert text.startswith(
        "trap-only[NG002]: `set_name` can grow the memory before it traps, because a\n    panic at"
    )
    assert "#[panic_handler]" in text
