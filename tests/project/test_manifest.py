"""Tests of reading and writing the manifest."""

from pathlib import Path

import pytest

from nogrow.contract.build_plan import MANIFEST, Plan
from nogrow.errors import ToolError
from nogrow.project.manifest import (
    Entry,
    Manifest,
    Tool,
    read_manifest,
    sha256_of,
    write_atomic,
    write_manifest,
    write_other,
)
from nogrow.project.project import Project

ENTRY = Entry("build/a.wasm", "a.wat", "debug", "00", 8, ("-x",), (Tool("t", "1"), Tool("u", "2")), "11")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path, Plan())


def test_written_manifest_is_read_back(project: Project) -> None:
    write_manifest(project, Manifest((ENTRY,)))
    assert read_manifest(project) == Manifest((ENTRY,))


def test_other_files_are_recorded_beside_the_artifacts(tmp_path: Path, project: Project) -> None:
    write_manifest(project, Manifest((ENTRY,)))
    write_other(project, project.output / "a b.txt", b"listing")
    manifest = read_manifest(project)
    assert manifest.entries == (ENTRY,)
    assert manifest.others == {"build/a b.txt": sha256_of(b"listing")}
    assert (tmp_path / "build/a b.txt").read_bytes() == b"listing"


def test_foreign_manifest_is_not_overwritten(tmp_path: Path, project: Project) -> None:
    path = tmp_path / project.output / MANIFEST
    path.parent.mkdir()
    path.write_text('{"name": "my web app"}')
    with pytest.raises(ToolError, match="not a manifest of this nogrow"):
        write_other(project, project.output / "report.json", b"{}")
    assert path.read_text() == '{"name": "my web app"}'
    assert not (path.parent / "report.json").exists()


def test_write_error_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "build").write_text("a file")
    with pytest.raises(ToolError, match=r"^[^\n]*build/report\.json cannot be written: "):
        write_atomic(tmp_path / "build" / "report.json", b"{}")


def test_missing_manifest_is_empty(project: Project) -> None:
    assert read_manifest(project) == Manifest(())


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
def test_invalid_manifest_is_an_error_with_advice(tmp_path: Path, project: Project, text: str) -> None:
    path = tmp_path / project.output / MANIFEST
    path.parent.mkdir()
    path.write_text(text, encoding="latin-1")
    with pytest.raises(ToolError, match="remove it, or give"):
        read_manifest(project)


def test_write_is_atomic_and_leaves_no_temporary_file(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "file"
    write_atomic(path, b"old")
    with path.open("rb") as reader:
        write_atomic(path, b"new")
        assert reader.read() == b"old"
    assert path.read_bytes() == b"new"
    assert list(path.parent.iterdir()) == [path]
