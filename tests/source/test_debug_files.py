"""Check which file is read for the debug information that a module or the user names."""

import base64
from pathlib import Path

import pytest
from tools.bench.encode import sized

from nogrow.errors import ModuleError
from nogrow.source.debug_files import find_debug
from nogrow.source.model import DebugFile
from tests.support import dwarf
from tests.support.posix import make_fifo, posix_only

MAP = b'{"version": 3, "sources": [], "mappings": ""}'
PLAIN = dwarf.module_with_customs()
DEBUG = dwarf.module_with_customs((".debug_info", b""))


def url(name: str, address: str) -> bytes:
    return dwarf.module_with_customs((name, sized(address.encode())))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sub").mkdir()
    (tmp_path / "m.debug.wasm").write_bytes(DEBUG)
    (tmp_path / "m 1.map").write_bytes(MAP)
    return tmp_path


@pytest.mark.parametrize(
    ("section", "address", "file"),
    [
        ("external_debug_info", "m.debug.wasm", "m.debug.wasm"),
        ("external_debug_info", "../m.debug.wasm", "m.debug.wasm"),
        ("sourceMappingURL", "./m 1.map", "m 1.map"),
        ("sourceMappingURL", "m%201.map", "m 1.map"),
        ("sourceMappingURL", "m%201.map?v=3#x", "m 1.map"),
    ],
)
def test_named_file_is_relative_to_the_module(
    folder: Path, section: str, address: str, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    module_folder = folder / "sub" if address.startswith("..") else folder
    result = find_debug(str(module_folder / "m.wasm"), url(section, address))
    assert result.note is None
    assert result.debug is not None
    assert Path(result.debug.path).resolve() == folder / file


@pytest.mark.parametrize("prefix", ["", "file://"])
def test_absolute_paths_and_file_urls_are_read(
    folder: Path, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    data = url("external_debug_info", f"{prefix}{folder}/m.debug.wasm")
    assert find_debug("elsewhere/m.wasm", data).debug == DebugFile(f"{folder}/m.debug.wasm", DEBUG)


@pytest.mark.parametrize(
    "address",
    [
        "data:application/json;base64," + base64.b64encode(MAP).decode(),
        "data:application/json;charset=utf-8," + MAP.decode().replace(" ", "%20"),
    ],
    ids=["base64", "percent"],
)
def test_data_urls_are_decoded(address: str) -> None:
    result = find_debug("x/m.wasm", url("sourceMappingURL", address))
    assert result.debug == DebugFile("x/m.wasm", MAP)


@pytest.mark.parametrize(
    ("address", "note"),
    [
        ("missing.map", "can't be read"),
        ("https://example.org/m.map", "does not download files"),
        ("//example.org/m.map", "does not download files"),
        ("file:////example.org/m.map", "does not download files"),
        ("file://example.org/m.map", "does not download files"),
        ("\\\\example.org\\m.map", "does not download files"),
        ("http://[/", "malformed URL"),
        (".", "not a regular file"),
        ("a\0b", "not a valid path"),
        ("data:nothing", "malformed data: URL"),
        ("data:;base64,A", "malformed base64"),
        ("data:,junk", "neither"),
    ],
)
def test_unusable_named_file_is_a_note(folder: Path, address: str, note: str) -> None:
    result = find_debug(str(folder / "m.wasm"), url("sourceMappingURL", address))
    assert result.debug is None
    assert result.note is not None
    assert result.note.startswith("sourceMappingURL: ")
    assert note in result.note


def test_fifo_does_not_block(folder: Path) -> None:
    make_fifo(folder / "fifo")
    result = find_debug(str(folder / "m.wasm"), url("external_debug_info", "fifo"))
    assert "not a regular file" in (result.note or "")


@posix_only
@pytest.mark.parametrize("section", ["external_debug_info", "sourceMappingURL"])
@pytest.mark.parametrize(
    "address", ["../outside.map", "{outside}", "file://{outside}", "link.map", "sub/../../outside.map"]
)
def test_file_outside_the_folders_is_not_opened(
    folder: Path, section: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, outside = folder / "sub", folder / "outside.map"
    outside.write_bytes(MAP)
    (inside / "link.map").symlink_to(outside)
    monkeypatch.chdir(inside)
    data = url(section, address.format(outside=outside))
    for path in ("m.wasm", str(inside / "m.wasm")):
        result = find_debug(path, data)
        assert result.debug is None
        assert "--debug-info" in (result.note or "")
    assert find_debug("m.wasm", data, str(outside)).debug == DebugFile(str(outside), MAP)


def test_existence_of_outside_file_is_not_revealed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder / "sub")
    there, gone = (
        find_debug("m.wasm", url("sourceMappingURL", f"../{name}")).note or ""
        for name in ("m 1.map", "m 2.map")
    )
    assert there.replace("m 1", "m 2") == gone


def test_file_named_by_the_user_takes_precedence(folder: Path) -> None:
    path = str(folder / "m.debug.wasm")
    data = dwarf.module_with_customs((".debug_info", b""))
    assert find_debug("m.wasm", data, path).debug == DebugFile(path, DEBUG)


def test_unusable_file_named_by_the_user_is_an_error(folder: Path) -> None:
    (folder / "junk").write_bytes(b"junk")
    (folder / "plain.wasm").write_bytes(PLAIN)
    for name, message in (
        ("plain.wasm", "has no debug information"),
        ("missing", "can't be read"),
        ("sub", "not a regular file"),
        ("junk", "neither"),
    ):
        with pytest.raises(ModuleError, match=message):
            find_debug("m.wasm", PLAIN, str(folder / name))


def test_file_above_the_size_limit_is_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nogrow.source.debug_files.LARGEST", 10)
    with pytest.raises(ModuleError, match="more than 10"):
        find_debug("m.wasm", PLAIN, str(folder / "m.debug.wasm"))


def test_file_of_another_build_is_rejected(folder: Path) -> None:
    (folder / "other.wasm").write_bytes(
        dwarf.module_with_customs((".debug_info", b""), ("build_id", b"\1\1"))
    )
    path = str(folder / "other.wasm")
    assert find_debug("m.wasm", PLAIN, path).debug
    assert find_debug("m.wasm", dwarf.module_with_customs(("build_id", b"\1\1")), path).debug
    with pytest.raises(ModuleError, match="another build"):
        find_debug("m.wasm", dwarf.module_with_customs(("build_id", b"\1\2")), path)


def test_dwarf_in_the_module_takes_precedence() -> None:
    data = dwarf.module_with_customs((".debug_info", b""), ("sourceMappingURL", b"\1x"))
    assert find_debug("m.wasm", data) == (None, None)
    assert find_debug("m.wasm", PLAIN) == (None, None)
