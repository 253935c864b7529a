from pathlib import Path

import pytest

from nogrow.source.quote import Excerpt, Quotable, SurroundingLines, excerpt

SOURCE = '    Some(format!("{a}, {b}"))\n\tlet größe = é.to_string();\r\nreturn "x y" + 12.5;\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "src").mkdir()
    (tmp_path / "src/lib.rs").write_text(SOURCE)
    return tmp_path


@pytest.mark.parametrize(
    ("line", "column", "parts"),
    [
        (1, 10, ("    Some(", "format!", '("{a}, {b}"))')),
        (1, 5, ("    ", "Some", '(format!("{a}, {b}"))')),
        # The column of a call's bracket marks the callee.
        (1, 9, ("    ", "Some", '(format!("{a}, {b}"))')),
        (1, 17, ("    Some(", "format!", '("{a}, {b}"))')),
        (2, 28, ("\tlet größe = ", "é.to_string", "();")),
        (1, 0, ("", "", '    Some(format!("{a}, {b}"))')),
        (1, 999, ("", "", '    Some(format!("{a}, {b}"))')),
        # Columns count bytes: two for each of ö and ß, and for é.
        (2, 16, ("\tlet größe = ", "é.to_string", "();")),
        (3, 8, ("return ", '"x y"', " + 12.5;")),
        (3, 14, ('return "x y" ', "+", " 12.5;")),
        (3, 16, ('return "x y" + ', "12.5", ";")),
        (1, 1, ("", " ", '   Some(format!("{a}, {b}"))')),
    ],
)
def test_excerpt_has_the_token_at_the_column(
    folder: Path, line: int, column: int, parts: tuple[str, str, str]
) -> None:
    assert excerpt("src/lib.rs", line, column, Quotable()) == Excerpt(line, *parts)


@pytest.mark.parametrize("line", [0, -1, 5, 10**9])
def test_missing_line_has_no_excerpt(folder: Path, line: int) -> None:
    assert excerpt("src/lib.rs", line, 1, Quotable()) is None


def test_long_lines_are_cut(folder: Path) -> None:
    (folder / "a.c").write_bytes(b"x" * 10_000 + b"\nafter\n")
    result = excerpt("a.c", 1, 1, Quotable())
    assert result is not None
    assert len(result.token) <= 2000


def test_invalid_utf8_is_replaced(folder: Path) -> None:
    (folder / "a.c").write_bytes(b"\xff\xfe f();\n")
    result = excerpt("a.c", 1, 4, Quotable())
    assert result is not None
    assert result.token == "f"


def test_surrounding_lines_stop_at_the_end_and_at_the_limit(folder: Path) -> None:
    (folder / "a.rs").write_text("one\ntwo")
    lines = SurroundingLines(Quotable())
    lines.want("/etc/hostname", 1)
    lines.want("a.rs", 0)
    assert lines.by_file(100) == {}
    lines.want("a.rs", 2_000_000_000)
    assert lines.by_file(100) == {}
    lines.want("a.rs", 1)
    assert lines.by_file(1) == {}
    assert lines.by_file(2) == {"a.rs": {1: "one", 2: "two"}}
