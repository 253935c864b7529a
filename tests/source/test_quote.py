"""Check which source files a report may quote, whatever files a module names."""

import re
from pathlib import Path

import pytest

import nogrow
from nogrow.source import quote
from nogrow.source.quote import Quotable, within
from tests.support.posix import make_fifo
from tests.support.windows import windows_paths

__all__ = ["windows_paths"]

SECRET = "the secret line"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Create a working directory with files that may and may not be quoted, and files outside it."""
    folder = tmp_path / "root"
    for name in ("src", ".hidden", "folder.rs"):
        (folder / name).mkdir(parents=True)
    for name in ("../outside.rs", ".hidden/a.rs", "secret.txt", "id_rsa", ".netrc", ".rs"):
        (folder / name).write_text(SECRET)
    (folder / "linked.rs").symlink_to(tmp_path / "outside.rs")
    (folder / "linked").symlink_to(tmp_path)
    (folder / "device.rs").symlink_to("/dev/zero")
    (folder / "circle.rs").symlink_to(folder / "circle.rs")
    (folder / "renamed.rs").symlink_to(folder / "secret.txt")
    (folder / "binary.rs").write_bytes(SECRET.encode() + b"\0")
    make_fifo(folder / "pipe.rs")
    (folder / "src/lib.rs").write_text("one\r\ntwo")
    (folder / "alias.rs").symlink_to(folder / "src/lib.rs")
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize(
    "file",
    [
        "../outside.rs",
        "src/../../outside.rs",
        "{above}/outside.rs",
        "{above}/root/../outside.rs",
        "/etc/hostname",
        "/dev/zero",
        "linked.rs",
        "linked/outside.rs",
        "device.rs",
        "circle.rs",
        "renamed.rs",
        "pipe.rs",
        "folder.rs",
        "gone.rs",
        ".hidden/a.rs",
        ".rs",
        ".netrc",
        "secret.txt",
        "id_rsa",
        "binary.rs",
        "a\0.rs",
        "x" * 5000 + ".rs",
        "",
    ],
)
def test_other_files_are_not_quoted(root: Path, file: str) -> None:
    assert not Quotable().lines(file.format(above=root.parent), str(root))


@pytest.mark.parametrize(
    "file", ["src/lib.rs", "{root}/src/lib.rs", "src/../src/lib.rs", "../root/src/lib.rs", "alias.rs"]
)
def test_sources_below_the_working_directory_are_quoted(root: Path, file: str) -> None:
    assert Quotable().lines(file.format(root=root)) == [b"one", b"two"]


def test_relative_paths_are_looked_up_beside_the_module(root: Path) -> None:
    assert Quotable().lines("lib.rs", str(root / "src")) == [b"one", b"two"]
    assert not Quotable().lines("outside.rs", "..")


def test_folder_named_by_the_user_may_be_quoted(root: Path) -> None:
    outside = str(root.parent / "outside.rs")
    assert Quotable([str(root.parent)]).lines(outside) == [SECRET.encode()]
    assert not Quotable([str(root / "src")]).lines(outside)
    assert not Quotable([str(root.parent)]).lines("/etc/hostname")


def test_large_files_are_not_read(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quote, "LARGEST", 4)
    assert not Quotable().lines("src/lib.rs")


def test_only_known_modules_open_files() -> None:
    package = Path(nogrow.__file__).parent
    opens = re.compile(r"\bopen\(|\.read_(?:text|bytes)\(|import read\b")
    # The package of the page reads its parts.
    known = {"report/html/__init__.py"}
    modules = [path for name in ("report", "explain") for path in (package / name).rglob("*.py")]
    opening = {
        path.relative_to(package).as_posix() for path in modules if opens.search(path.read_text("utf-8"))
    }
    assert opening <= known


@pytest.mark.usefixtures("windows_paths")
@pytest.mark.parametrize(
    "path", ["\\\\machine\\share\\a.rs", "//machine/share/a.rs", "\\\\?\\UNC\\machine\\a.rs"]
)
def test_no_other_machine_is_asked_for_a_file(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows would send the user's name, and what proves it, to the machine that a module names."""
    monkeypatch.setattr(Path, "resolve", lambda path: pytest.fail(f"{path} was resolved"))
    assert within(path, (".", "C:\\work")) is None
