"""Tests that `clean` removes built files that were not altered, and nothing else."""

from pathlib import Path, PurePosixPath

import pytest

from nogrow.contract.build_plan import Plan
from nogrow.errors import ToolError
from nogrow.project.builder import clean_all
from nogrow.project.manifest import Entry, Manifest, sha256_of, write_manifest, write_other
from nogrow.project.project import Project
from tests.machine.fakes import collect, ignore


def entry(path: str, content: bytes) -> Entry:
    return Entry(path, "a.wat", "release", sha256_of(content), len(content), (), (), "00")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    root = tmp_path / "project"
    artifacts = ("build/release/a b.wasm", "dist/b.wasm")
    for name in artifacts:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"made")
    project = Project(root, Plan())
    write_manifest(project, Manifest(tuple(entry(name, b"made") for name in artifacts)))
    write_other(project, PurePosixPath("build/inspect/a.txt"), b"seen")
    cargo = root / "build/cargo/a"
    cargo.mkdir(parents=True)
    (cargo / "CACHEDIR.TAG").write_text("# created by cargo.")
    return project


def left(project: Project) -> set[str]:
    return {path.relative_to(project.root).as_posix() for path in project.root.rglob("*")}


def test_clean_removes_built_files_and_empty_folders(project: Project) -> None:
    clean_all(project, ignore)
    assert left(project) == {"dist"}
    clean_all(project, ignore)


def test_altered_and_foreign_files_are_kept(project: Project) -> None:
    (project.root / "build/release/a b.wasm").write_bytes(b"mine")
    (project.root / "build/notes.txt").write_text("mine")
    (project.root / "build/cargo/own").mkdir()
    lines: list[str] = []
    clean_all(project, collect(lines))
    kept = {"build", "build/release", "build/release/a b.wasm", "build/notes.txt", "build/cargo"}
    assert left(project) == kept | {"build/cargo/own", "dist"}
    assert lines[0] == "keeping build/release/a b.wasm: it was altered since it was built"


@pytest.mark.parametrize("name", ["../outside", "{folder}/outside"])
def test_files_outside_of_the_project_are_kept(project: Project, name: str) -> None:
    outside = project.root.parent / "outside"
    outside.write_bytes(b"made")
    path = name.format(folder=project.root.parent)
    write_manifest(project, Manifest((entry(path, b"made"),)))
    clean_all(project, ignore)
    assert outside.exists()


def test_foreign_manifest_removes_nothing(project: Project) -> None:
    before = left(project)
    (project.root / project.output / "manifest.json").write_text('{"name": "web app"}')
    with pytest.raises(ToolError, match="not a manifest of this nogrow"):
        clean_all(project, ignore)
    assert left(project) == before
