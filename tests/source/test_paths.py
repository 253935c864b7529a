"""Check how paths are joined and prefixes replaced."""

import pytest

from nogrow.source.model import join, path_in_url, replace, slashed


@pytest.mark.parametrize(
    ("directory", "name", "path"),
    [
        ("/a", "b.c", "/a/b.c"),
        ("/a/", "./b.c", "/a/b.c"),
        ("/a", "/b.c", "/b.c"),
        ("", "b.c", "b.c"),
        ("C:\\a\\", "b.c", "C:\\a\\b.c"),
        ("/a", "C:/b.c", "C:/b.c"),
    ],
)
def test_join(directory: str, name: str, path: str) -> None:
    assert join(directory, name) == path


@pytest.mark.parametrize(
    ("path", "replaced"),
    [
        ("/rustc/1/library/a.rs", "/lib/library/a.rs"),
        ("/rustc/1", "/lib"),
        ("/rustc/12/a.rs", "/r/12/a.rs"),
        ("/rustcx", "/rustcx"),
        ("C:\\w\\a.c", "D:/a.c"),
        ("c:/W/a.c", "D:/a.c"),
        ("C:\\wide\\a.c", "C:/wide/a.c"),
        ("/RUSTC/1/a.rs", "/RUSTC/1/a.rs"),
        ("", ""),
    ],
)
def test_prefix_matches_whole_components(path: str, replaced: str) -> None:
    prefixes = [("/rustc", "/r"), ("/rustc/1", "/lib"), ("C:\\w\\", "D:\\"), ("", "never")]
    assert replace(path, prefixes) == replaced


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("C:\\w\\src/a.rs", "C:/w/src/a.rs"),
        ("src\\a.rs", "src/a.rs"),
        ("\\\\machine\\share\\a.rs", "//machine/share/a.rs"),
        ("/w/a\\b.rs", "/w/a\\b.rs"),
    ],
)
def test_path_of_windows_is_written_with_slashes(path: str, written: str) -> None:
    assert slashed(path) == written


@pytest.mark.parametrize(
    ("path", "meant"), [("/C:/w/a%20b.rs", "C:/w/a b.rs"), ("/w/a%20b.rs", "/w/a b.rs"), ("/C/a", "/C/a")]
)
def test_url_has_a_slash_before_a_drive(path: str, meant: str) -> None:
    assert path_in_url(path) == meant
