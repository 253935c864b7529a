import hashlib
import os
from pathlib import Path

import pytest

from nogrow.archives import shipped_files
from nogrow.archives.shipped_files import Shipped, shipped
from nogrow.archives.unpack_limits import Limits
from nogrow.errors import UsageError
from tests.support.archives import zip_of
from tests.support.modules import QUIET_WASM
from tests.support.posix import make_fifo, posix_only

ZIP = zip_of({"x.wasm": QUIET_WASM})


@pytest.fixture
def dist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dist" / "sub").mkdir(parents=True)
    return tmp_path / "dist"


def refusal(files: tuple[Shipped, ...]) -> str:
    (file,) = files
    assert file.modules == ()
    return str(file.refused)


def test_files_are_sorted_and_tell_whether_they_matter(dist: Path) -> None:
    (dist / "z.zip").write_bytes(ZIP)
    (dist / "sub" / "x.wasm").write_bytes(QUIET_WASM)
    (dist / "README").write_text("text")
    (dist / "empty.zip").write_bytes(zip_of({}))
    readme, empty, module, archive = shipped("dist")
    assert [file.matters for file in (readme, empty, module, archive)] == [False, True, True, True]
    assert [file.path for file in (empty, module, archive)] == [
        "dist/empty.zip",
        "dist/sub/x.wasm",
        "dist/z.zip",
    ]
    assert (archive.name, module.name, empty.modules) == ("z.zip", "sub/x.wasm", ())
    assert (archive.sha256, archive.size) == (hashlib.sha256(ZIP).hexdigest(), len(ZIP))
    assert [module_found.members for module_found in (*archive.modules, *module.modules)] == [("x.wasm",), ()]


def test_file_is_named_without_its_folder(dist: Path) -> None:
    (dist / "z.zip").write_bytes(ZIP)
    (file,) = shipped("dist/z.zip")
    assert (file.path, file.name) == ("dist/z.zip", "z.zip")


def test_missing_path_is_a_usage_error(dist: Path) -> None:
    with pytest.raises(UsageError, match="--dist: gone does not exist"):
        list(shipped("gone"))


@posix_only
@pytest.mark.parametrize("target", ["../elsewhere.wasm", "../elsewhere", "gone"])
def test_links_to_files_and_folders_are_refused(dist: Path, target: str) -> None:
    (dist.parent / "elsewhere").mkdir()
    (dist.parent / "elsewhere.wasm").write_bytes(QUIET_WASM)
    (dist / "link").symlink_to(target)
    assert refusal(tuple(shipped("dist"))).startswith("a symbolic link")


def test_special_file_is_refused_and_not_opened(dist: Path) -> None:
    make_fifo(dist / "fifo")
    assert refusal(tuple(shipped("dist"))) == "not a regular file"


def test_file_that_vanishes_is_refused(dist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shipped_files, "_names", lambda folder: ["gone.whl"])
    assert refusal(tuple(shipped("dist"))) == "can't be read: No such file or directory"


def test_name_that_is_not_utf_8_is_refused(dist: Path) -> None:
    Path(os.fsdecode(b"dist/\xe4.zip")).write_bytes(ZIP)
    assert refusal(tuple(shipped("dist"))) == "a name that is not UTF-8"


def test_separator_in_the_name_of_an_archive_is_refused(dist: Path) -> None:
    (dist / "a!b.zip").write_bytes(ZIP)
    assert "`!` in its name" in refusal(tuple(shipped("dist")))


def test_too_large_file_is_refused_and_not_read(dist: Path) -> None:
    (dist / "z.zip").write_bytes(ZIP)
    limits = Limits(file=len(ZIP) - 1)
    assert refusal(tuple(shipped("dist", limits))) == f"{len(ZIP)} bytes; a file may have {len(ZIP) - 1}"


def test_size_of_all_modules_is_limited(dist: Path) -> None:
    (dist / "a.zip").write_bytes(ZIP)
    (dist / "b.zip").write_bytes(ZIP)
    limits = Limits(kept=len(QUIET_WASM))
    first, second = shipped("dist", limits)
    assert first.refused is None
    assert "of modules in all" in str(second.refused)
    assert "of modules in all" in refusal(tuple(shipped("dist/a.zip", limits, kept=1)))


def test_unreadable_folder_is_a_usage_error(dist: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(path: str) -> None:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "scandir", denied)
    with pytest.raises(UsageError, match="can't list dist: Permission denied"):
        list(shipped("dist"))
