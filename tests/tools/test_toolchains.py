"""Test the table of toolchains without a compiler."""

from pathlib import Path

import pytest
from tools.toolchains.advice import Followed
from tools.toolchains.checks import Call, Cell, Seen, named_lines
from tools.toolchains.compilers import Compilers
from tools.toolchains.rows import GROWING, QUIET, Row, rows
from tools.toolchains.run import MODES, Toolchains, Tried, chosen
from tools.toolchains.table import BEGIN, END, PAGE, write_table

ROOT = Path(__file__).parents[2]


def test_each_mode_has_a_quiet_variant() -> None:
    built = [row for row in rows() if row.build is not None]
    growing = {(row.toolchain, row.mode) for row in built if row.variant == GROWING}
    assert growing <= {(row.toolchain, row.mode) for row in built if row.variant == QUIET}
    assert len(built) >= 40


def test_rows_have_different_names() -> None:
    names = [str(row) for row in rows()]
    assert len(set(names)) == len(names)


def test_programs_mark_the_line_that_grows() -> None:
    for row in rows():
        if row.program:
            assert (ROOT / "tests/toolchains/programs" / row.program).is_file()
        if row.build is not None and row.variant == GROWING:
            assert named_lines(ROOT / "tests/toolchains/programs", row.program)


def test_row_that_cannot_run_here_says_why(tmp_path: Path) -> None:
    toolchains = Toolchains(tmp_path)
    (row,) = chosen(["TinyGo"])
    assert toolchains.tried(row).problem == row.absent
    (row,) = chosen(["Zig, Debug, quiet"])
    assert "run `invoke toolchains`" in toolchains.tried(row).problem
    with pytest.raises(Exception, match="not unpacked"):
        Compilers(tmp_path).emscripten_version()


def test_growth_is_seen_by_the_view_or_the_size() -> None:
    quiet = Call(1, "works", same=True, bytes=65536)
    assert not Seen((quiet, quiet)).grew
    assert Seen((quiet, quiet._replace(bytes=131072))).grew
    assert Seen((quiet, quiet._replace(same=False))).grew


def test_table_replaces_the_text_between_the_marks(tmp_path: Path) -> None:
    page = tmp_path / PAGE
    page.parent.mkdir()
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    cells = {name: Cell("works, works, null") for name in MODES}
    cells |= {name: Cell(name) for name in ("verdict", "explain", "contract", "search", "host")}
    advice = (Followed("or cap the memory", "with limits", Cell("absent", fails=True)),)
    results = [
        Tried(Row("A", "-O|2", GROWING), "1.2", "works, null, throws", cells, advice),
        Tried(Row("B", "x", GROWING), problem="no B"),
    ]
    assert results[0].failures == ["or cap the memory (with limits): absent"]
    write_table(tmp_path, results)
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith(f"{END}\nafter\n")
    assert "old" not in text
    assert "| A 1.2 | -O\\|2 | w n t | verdict | explain | w w n |" in text
    assert "| B | x | no B |" in text
    assert "| A | or cap the memory | with limits | -O\\|2 | fails: absent |" in text
    write_table(tmp_path, results)
    assert page.read_text() == text
