import os
from pathlib import Path

import pytest

from nogrow.explain.excerpt import LARGEST, Excerpt, excerpt

SOURCE = '    Some(format!("{a}, {b}"))\n\tlet größe = é.to_string();\r\nreturn "x y" + 12.5;\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
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
    assert excerpt("src/lib.rs", line, column, [str(folder)]) == Excerpt(line, *parts)


def test_relative_paths_are_looked_for_in_each_folder(folder: Path) -> None:
    folders = [str(folder / "gone"), str(folder)]
    assert excerpt("src/lib.rs", 1, 1, folders) is not None
    assert excerpt(str(folder / "src/lib.rs"), 1, 1, []) is not None
    assert excerpt("src/lib.rs", 1, 1, folders[:1]) is None


@pytest.mark.parametrize("line", [0, -1, 5, 10**9])
def test_a_line_that_is_not_there_is_no_error(folder: Path, line: int) -> None:
    assert excerpt("src/lib.rs", line, 1, [str(folder)]) is None


def test_only_source_files_are_shown(tmp_path: Path) -> None:
    for name in ("passwd", ".netrc", "id_rsa.pem", "secret.env", "rs", ".rs"):
        (tmp_path / name).write_text("secret\n")
        assert excerpt(name, 1, 1, [str(tmp_path)]) is None


def test_only_regular_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "folder.rs").mkdir()
    os.mkfifo(tmp_path / "pipe.rs")
    for name in ("folder.rs", "pipe.rs", "gone.rs", "a\0b.rs", "/dev/zero", "x" * 5000 + ".rs"):
        assert excerpt(name, 1, 1, [str(tmp_path)]) is None


def test_what_is_large_is_cut(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_bytes(b"x" * (LARGEST + 10) + b"\nafter\n")
    found = excerpt("a.c", 1, 1, [str(tmp_path)])
    assert found is not None
    assert len(found.token) <= 2000
    assert excerpt("a.c", 2, 1, [str(tmp_path)]) is None


def test_bytes_that_are_no_text_are_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_bytes(b"\xff\xfe f();\n")
    found = excerpt("a.c", 1, 4, [str(tmp_path)])
    assert found is not None
    assert found.token == "f"
