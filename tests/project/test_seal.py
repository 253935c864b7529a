"""Sealed copies of what was built."""

from pathlib import Path

import pytest

from nogrow.contract.build_plan import Plan
from nogrow.errors import ToolError
from nogrow.project.manifest import Entry, Manifest, read_manifest, sha256_of, write_manifest
from nogrow.project.project import Project
from nogrow.project.seal import seal_all
from nogrow.rewrite.rewrite import Mode
from tests.cli.modules import GROWING
from tests.machine.fakes import ignore
from tests.support.assemble import assemble


def built(root: Path, contents: dict[str, bytes]) -> Project:
    entries = []
    for path, content in contents.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)
        entries.append(Entry(path, "a", "release", sha256_of(content), len(content), (), (), "00"))
    write_manifest(root, Manifest(tuple(entries)))
    return Project(root, Plan())


def test_each_module_has_a_copy_under_its_own_path_and_nothing_else_has(tmp_path: Path) -> None:
    growing = assemble(GROWING)
    project = built(tmp_path, {"build/release/a b.wasm": growing, "dist/b.wasm": growing, "dist/b.js": b"js"})
    copies = seal_all(project, Mode.DENY, ignore)
    assert [(one.artifact, one.copy, one.before, one.after) for one in copies] == [
        ("build/release/a b.wasm", "build/sealed/release/a b.wasm", "reachable", "absent"),
        ("dist/b.wasm", "build/sealed/dist/b.wasm", "reachable", "absent"),
    ]
    noted = read_manifest(tmp_path).others
    assert noted == {one.copy: sha256_of((tmp_path / one.copy).read_bytes()) for one in copies}
    assert (tmp_path / "dist/b.wasm").read_bytes() == growing


def test_two_modules_never_have_the_same_copy(tmp_path: Path) -> None:
    project = built(tmp_path, {"build/dist/a.wasm": assemble(GROWING), "dist/a.wasm": assemble(GROWING)})
    with pytest.raises(ToolError, match=r"both be sealed to build/sealed/dist/a\.wasm; build dist/a"):
        seal_all(project, Mode.CAP, ignore)


def test_what_is_no_module_cannot_be_sealed(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"^build/a\.wasm can't be sealed: offset 0x0: "):
        seal_all(built(tmp_path, {"build/a.wasm": b"js"}), Mode.CAP, ignore)


def test_nothing_built_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="nothing is built yet"):
        seal_all(Project(tmp_path, Plan()), Mode.CAP, ignore)
