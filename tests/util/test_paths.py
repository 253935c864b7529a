import os
from pathlib import Path

import pytest

from nogrow.util import paths
from tests.support.windows import windows_paths

__all__ = ["windows_paths"]

on_windows = pytest.mark.usefixtures("windows_paths")


def test_backslash_of_posix_is_part_of_a_name() -> None:
    name = "a\\b.wasm"
    assert (paths.slashed(name), paths.normal(f"x/../{name}"), paths.joined("d", name)) == (
        *(name, name),
        f"d/{name}",
    )


@on_windows
@pytest.mark.parametrize(
    ("path", "normal"),
    [
        ("dist\\app.wasm", "dist/app.wasm"),
        (".\\dist\\..\\app.wasm", "app.wasm"),
        ("C:\\dist\\app.wasm", "C:/dist/app.wasm"),
        ("\\\\machine\\share\\app.wasm", "//machine/share/app.wasm"),
        ("dist\\pkg.zip!a/b.wasm", "dist/pkg.zip!a/b.wasm"),
    ],
)
def test_path_of_windows_gets_slashes(path: str, normal: str) -> None:
    assert paths.normal(path) == normal


@on_windows
@pytest.mark.parametrize(
    ("parts", "joined"),
    [
        (("C:\\w", "dist\\app.wasm"), "C:/w/dist/app.wasm"),
        (("C:\\w", "D:/app.wasm"), "D:/app.wasm"),
        (("C:\\w", "/app.wasm"), "C:/app.wasm"),
        ((".", "app.wasm"), "app.wasm"),
    ],
)
def test_last_absolute_part_counts(parts: tuple[str, ...], joined: str) -> None:
    assert paths.joined(*parts) == joined


@on_windows
@pytest.mark.parametrize("path", ["C:/a", "C:\\a", "C:a", "/a", "\\\\machine\\share"])
def test_path_with_a_drive_or_root_is_absolute(path: str) -> None:
    assert paths.is_absolute(path)


@on_windows
def test_relative_path_ignores_case_as_windows_does() -> None:
    assert paths.relative("C:\\Work\\dist\\App.wasm", "c:\\work") == "dist/App.wasm"
    assert paths.relative("C:\\app.wasm", "C:\\w") == "../app.wasm"


@on_windows
def test_path_on_another_drive_stays_absolute() -> None:
    assert paths.relative("D:\\app.wasm", "C:\\w") == "D:/app.wasm"


@on_windows
def test_path_on_another_machine_is_known() -> None:
    assert paths.is_on_network("\\\\machine\\share\\a.rs")
    assert paths.is_on_network("//machine/share/a.rs")
    assert not paths.is_on_network("C:\\a.rs")
    assert not paths.is_on_network("\\a.rs")


def test_two_slashes_of_posix_name_no_machine() -> None:
    assert not paths.is_on_network("//a.rs")


def test_matches_are_sorted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("b/x.wasm", "a/y.wasm", "a-b/z.wasm"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).touch()
    assert paths.matching("**/*.wasm") == ["a-b/z.wasm", "a/y.wasm", "b/x.wasm"]
    assert paths.matching("*.wasm", tmp_path / "a") == ["y.wasm"]
    assert paths.matching(os.path.join(tmp_path, "b", "*")) == [f"{tmp_path}/b/x.wasm"]  # noqa: PTH118
