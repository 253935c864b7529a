"""The manifest as a file: what is written is read again, and what is no manifest is said to be none."""

from pathlib import Path

import pytest

from nogrow.contract.build_plan import MANIFEST
from nogrow.errors import ToolError
from nogrow.project.manifest import (
    OUTPUT,
    Entry,
    Manifest,
    Tool,
    read_manifest,
    sha256_of,
    write_atomic,
    write_manifest,
    write_other,
)

ENTRY = Entry("build/a.wasm", "a.wat", "debug", "00", 8, ("-x",), (Tool("t", "1"), Tool("u", "2")), "11")


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    write_manifest(tmp_path, Manifest((ENTRY,)))
    assert read_manifest(tmp_path) == Manifest((ENTRY,))


def test_what_else_is_written_is_noted_and_the_artifacts_stay(tmp_path: Path) -> None:
    write_manifest(tmp_path, Manifest((ENTRY,)))
    write_other(tmp_path, OUTPUT / "a b.txt", b"listing")
    manifest = read_manifest(tmp_path)
    assert manifest.entries == (ENTRY,)
    assert manifest.others == {"build/a b.txt": sha256_of(b"listing")}
    assert (tmp_path / "build/a b.txt").read_bytes() == b"listing"


def test_a_manifest_of_another_program_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / OUTPUT / MANIFEST
    path.parent.mkdir()
    path.write_text('{"name": "my web app"}')
    with pytest.raises(ToolError, match="not a manifest of this nogrow"):
        write_other(tmp_path, OUTPUT / "report.json", b"{}")
    assert path.read_text() == '{"name": "my web app"}'
    assert not (path.parent / "report.json").exists()


def test_a_file_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "build").write_text("a file")
    with pytest.raises(ToolError, match=r"^[^\n]*build/report\.json can't be written: "):
        write_atomic(tmp_path / "build" / "report.json", b"{}")


def test_no_file_is_an_empty_manifest(tmp_path: Path) -> None:
    assert read_manifest(tmp_path) == Manifest(())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"schema": "nogrow/manifest/0", "artifacts": []}',
        '{"schema": "nogrow/manifest/1"}',
        '{"schema": "nogrow/manifest/1", "artifacts": [{"path": "a"}]}',
        '{"schema": "nogrow/manifest/1", "artifacts": [1]}',
        "\xff",
    ],
)
def test_anything_else_is_an_error_that_says_how_to_go_on(tmp_path: Path, text: str) -> None:
    path = tmp_path / OUTPUT / MANIFEST
    path.parent.mkdir()
    path.write_text(text, encoding="latin-1")
    with pytest.raises(ToolError, match="remove it, or give"):
        read_manifest(tmp_path)


def test_a_reader_sees_the_old_file_or_the_new_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "file"
    write_atomic(path, b"old")
    with path.open("rb") as reader:
        write_atomic(path, b"new")
        assert reader.read() == b"old"
    assert path.read_bytes() == b"new"
    assert list(path.parent.iterdir()) == [path]
