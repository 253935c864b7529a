"""Test which files are discovered below a folder and which folders are skipped."""

from pathlib import Path

import pytest

from nogrow.errors import UsageError
from nogrow.init.discover import discover
from tests.support.posix import posix_only


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(*paths: str) -> None:
    for path in paths:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(b"")


def test_modules_texts_and_manifests_are_told_apart(tree: Path) -> None:
    put("pkg/b.wasm", "a.wasm", "wat/a.wat", "Cargo.toml", "web/package.json", "README.md")
    discovered = discover(["."])
    assert discovered.modules == ("a.wasm", "pkg/b.wasm")
    assert discovered.texts == ("wat/a.wat",)
    assert discovered.manifests == ("Cargo.toml", "web/package.json")
    assert discovered.skipped == discovered.problems == ()


def test_files_ignored_by_git_are_found(tree: Path) -> None:
    put("build/a.wasm")
    Path(".gitignore").write_text("build/\n", encoding="utf-8")
    assert discover(["."]).modules == ("build/a.wasm",)


def test_foreign_folders_are_skipped_and_named(tree: Path) -> None:
    put("node_modules/x/a.wasm", ".git/a.wasm", "env/pyvenv.cfg", "env/a.wasm", "lib/a.wasm")
    discovered = discover(["."])
    assert discovered.modules == ("lib/a.wasm",)
    assert discovered.skipped == (".git", "env", "node_modules")


def test_named_folder_is_searched(tree: Path) -> None:
    put("node_modules/x/a.wasm")
    assert discover(["node_modules"]).modules == ("node_modules/x/a.wasm",)


def test_cargos_copies_are_skipped_in_its_target_folder(tree: Path) -> None:
    put("target/.rustc_info.json", "build/a.wasm", "deps/a.wasm")
    put(*(f"target/wasm32-unknown-unknown/release/{path}" for path in ("a.wasm", "deps/a-1f.wasm")))
    put("target/release/build/x/out/b.wasm")
    discovered = discover(["."])
    assert discovered.modules == (
        "build/a.wasm",
        "deps/a.wasm",
        "target/wasm32-unknown-unknown/release/a.wasm",
    )
    assert discovered.skipped == ("target/release/build", "target/wasm32-unknown-unknown/release/deps")


@posix_only
def test_file_is_listed_once(tree: Path) -> None:
    put("lib/a.wasm")
    Path("lib/link.wasm").symlink_to("a.wasm")
    Path("folder").symlink_to("lib")
    assert len(discover([".", "lib", "lib/a.wasm"]).modules) == 1


def test_named_file_is_a_module(tree: Path) -> None:
    put("a.bin", "b.wat")
    assert discover(["a.bin", "b.wat"]).modules == ("a.bin", "b.wat")


def test_missing_path_is_an_error(tree: Path) -> None:
    with pytest.raises(UsageError, match="gone: no such file or folder"):
        discover([".", "gone"])


def test_unsearchable_folder_is_a_problem(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    put("shut/a.wasm")
    scandir = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("shut"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr("os.scandir", refuse)
    assert discover(["."]).problems == ("./shut: can't be searched: Permission denied",)
