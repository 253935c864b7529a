import sys
from pathlib import Path
from typing import TextIO

import pytest

from nogrow.errors import UsageError
from nogrow.util.atomic_write import write
from tests.support.posix import posix_only


def hello(stream: TextIO) -> None:
    stream.write("hello\n")


def failing(stream: TextIO) -> None:
    stream.write("half")
    raise OSError(28, "No space left on device")


def test_file_and_folder_are_created(tmp_path: Path) -> None:
    path = tmp_path / "new" / "report.json"
    write(path, hello)
    assert path.read_bytes() == b"hello\n"
    assert [file.name for file in path.parent.iterdir()] == ["report.json"]


def test_failure_keeps_the_old_file_and_leaves_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")
    with pytest.raises(UsageError, match="can't write the report: No space left on device"):
        write(path, failing)
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["report.json"]


@posix_only
def test_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    write(tmp_path / "link", hello)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "hello\n"


@posix_only
def test_device_is_written_in_place() -> None:
    write(Path("/dev/null"), hello)
    assert Path("/dev/null").is_char_device()


def test_folder_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="can't write the report: Is a directory"):
        write(tmp_path, hello)


@pytest.mark.parametrize("failures", [2, 1000])
def test_file_that_is_open_elsewhere_is_unchanged_or_replaced(
    failures: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows does not replace a file that another program has open, such as one that looks for viruses."""
    path = tmp_path / "report.json"
    path.write_text("old", encoding="utf-8")
    renamed, tries = Path.replace, 0

    def replace(draft: Path, target: Path) -> Path:
        nonlocal tries
        tries += 1
        if tries <= failures:
            raise PermissionError(13, "Access is denied")
        return renamed(draft, target)

    monkeypatch.setattr(Path, "replace", replace)
    monkeypatch.setattr(sys, "platform", "win32")
    if failures == 2:
        write(path, hello)
        assert path.read_bytes() == b"hello\n"
    else:
        with pytest.raises(UsageError, match="Access is denied; close the programs that have the file open"):
            write(path, hello)
        assert path.read_text(encoding="utf-8") == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["report.json"]
