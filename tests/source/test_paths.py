"""Check how paths are joined and prefixes replaced."""

import pytest

from nogrow.source.model import join, replace


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
        ("C:\\w\\a.c", "D:\\a.c"),
        ("", ""),
    ],
)
def test_prefix_matches_whole_components(path: str, replaced: str) -> None:
    prefixes = [("/rustc", "/r"), ("/rustc/1", "/lib"), ("C:\\w\\", "D:\\"), ("", "never")]
    assert replace(path, prefixes) == replaced
