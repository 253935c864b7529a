"""Tests of sealed copies of built modules."""

from pathlib import Path

import pytest

from nogrow.contract.build_plan import Plan
from nogrow.errors import ToolError
from nogrow.project.manifest import Entry, Manifest, read_manifest, sha256_of, write_manifest
from nogrow.project.project import Project
from nogrow.project.seal import seal_all
from nogrow.rewrite.rewrite import Mode
from tests.machine.fakes import ignore
from tests.support.modules import GROWING, assemble


def built(root: Path, contents: dict[str, bytes]) -> Project:
    entries = []
    for path, content in contents.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
        entries.append(Entry(path, "a", "release", sha256_of(content), len(content), (), (), "00"))
    project = Project(root, Plan())
    write_manifest(project, Manifest(tuple(entries)))
    return project


def test_each_module_has_a_copy_under_its_own_path(tmp_path: Path) -> None:
    growing = assemble(GROWING)
    project = built(tmp_path, {"build/release/a b.wasm": growing, "dist/b.wasm": growing, "dist/b.js": b"js"})
    copies = seal_all(project, Mode.DENY, ignore)
    assert [(copy.artifact, copy.copy, copy.before, copy.after) for copy in copies] == [
        ("build/release/a b.wasm", "build/sealed/release/a b.wasm", "reachable", "absent"),
        ("dist/b.wasm", "build/sealed/dist/b.wasm", "reachable", "absent"),
    ]
    recorded = read_manifest(project).others
    assert recorded == {copy.copy: sha256_of((tmp_path / copy.copy).read_bytes()) for copy in copies}
    assert (tmp_path / "dist/b.wasm").read_bytes() == growing


def test_two_modules_with_the_same_copy_are_an_error(tmp_path: Path) -> None:
    project = built(tmp_path, {"build/dist/a.wasm": assemble(GROWING), "dist/a.wasm": assemble(GROWING)})
    with pytest.raises(
        ToolError, match=r"both be sealed to build/sealed/dist/a\.wasm; change the output path of dist/a"
    ):
        seal_all(project, Mode.CAP, ignore)


def test_file_that_is_not_a_module_cannot_be_sealed(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"^build/a\.wasm cannot be sealed: offset 0x0: "):
        seal_all(built(tmp_path, {"build/a.wasm": b"js"}), Mode.CAP, ignore)


def test_nothing_built_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="nothing is built yet"):
        seal_all(Project(tmp_path, Plan()), Mode.CAP, ignore)
