from pathlib import Path

import pytest

from nogrow.explain.excerpt import Excerpt, excerpt
from nogrow.source.quote import Quotable

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
        # The bracket of a call stands for what is called.
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
def test_the_token_at_the_column_is_cut_out(
    folder: Path, line: int, column: int, parts: tuple[str, str, str]
) -> None:
    assert excerpt("src/lib.rs", line, column, Quotable()) == Excerpt(line, *parts)


@pytest.mark.parametrize("line", [0, -1, 5, 10**9])
def test_a_line_that_is_not_there_is_no_error(folder: Path, line: int) -> None:
    assert excerpt("src/lib.rs", line, 1, Quotable()) is None


def test_long_lines_are_cut(folder: Path) -> None:
    (folder / "a.c").write_bytes(b"x" * 10_000 + b"\nafter\n")
    found = excerpt("a.c", 1, 1, Quotable())
    assert found is not None
    assert len(found.token) <= 2000


def test_bytes_that_are_no_text_are_replaced(folder: Path) -> None:
    (folder / "a.c").write_bytes(b"\xff\xfe f();\n")
    found = excerpt("a.c", 1, 4, Quotable())
    assert found is not None
    assert found.token == "f"
