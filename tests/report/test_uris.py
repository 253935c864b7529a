import pytest

from nogrow.report.uris import absolute_uri, relative_uri
from tests.support.windows import windows_paths

__all__ = ["windows_paths"]


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("/w/a b.rs", "file:///w/a%20b.rs"),
        ("/w/../a.rs", "file:///a.rs"),
        ("/:/a.rs", "file:///%3A/a.rs"),
        ("C:/w/a b.rs", "file:///C:/w/a%20b.rs"),
        ("//machine/share/a.rs", "file://machine/share/a.rs"),
    ],
)
def test_absolute_path_is_a_file_uri(path: str, uri: str) -> None:
    assert absolute_uri(path) == uri


@pytest.mark.usefixtures("windows_paths")
def test_drive_of_windows_is_a_file_uri() -> None:
    assert absolute_uri("D:/w/../a.rs") == "file:///D:/a.rs"


def test_relative_path_is_never_a_scheme() -> None:
    assert relative_uri("a:b.wasm") == "a%3Ab.wasm"
    assert relative_uri("dist/\udcff.wasm") == "dist/%FF.wasm"
