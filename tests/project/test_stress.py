"""Tests of stressed copies of built modules."""

from pathlib import Path

import pytest

from nogrow.contract.build_plan import Plan
from nogrow.errors import ToolError
from nogrow.project.manifest import read_manifest, sha256_of
from nogrow.project.project import Project
from nogrow.project.stress import stress_all
from nogrow.rewrite.stress import stressed
from tests.cli.test_stress import EMSCRIPTEN, GLUE
from tests.machine.fakes import collect, ignore
from tests.project.test_seal import built
from tests.support.modules import GROWING_WASM, QUIET_WASM, assemble

COMPONENT = b"\0asm\x0d\0\x01\0\x01" + bytes([len(QUIET_WASM)]) + QUIET_WASM


def test_each_module_has_a_copy_and_its_entry_points_are_listed(tmp_path: Path) -> None:
    project = built(tmp_path, {"build/release/a b.wasm": GROWING_WASM, "dist/b.wasm": QUIET_WASM})
    copies = stress_all(project, ignore)
    expected = stressed(GROWING_WASM)
    assert [(copy.artifact, copy.copy, copy.detaching) for copy in copies] == [
        ("build/release/a b.wasm", "build/stressed/release/a b.wasm", expected.detaching),
        ("dist/b.wasm", "build/stressed/dist/b.wasm", ()),
    ]
    assert copies[0].detaching
    assert copies[1].quiet
    assert (tmp_path / copies[0].copy).read_bytes() == expected.data
    recorded = read_manifest(project).others
    assert recorded == {copy.copy: sha256_of((tmp_path / copy.copy).read_bytes()) for copy in copies}


def test_component_is_announced_and_left_out(tmp_path: Path) -> None:
    lines: list[str] = []
    project = built(tmp_path, {"build/c.wasm": COMPONENT, "build/release/a.wasm": GROWING_WASM})
    copies = stress_all(project, collect(lines))
    assert [copy.artifact for copy in copies] == ["build/release/a.wasm"]
    assert lines[0] == "leaving out build/c.wasm: it is a component, and only core modules can be stressed"


def test_two_modules_with_the_same_copy_are_an_error(tmp_path: Path) -> None:
    project = built(tmp_path, {"build/dist/a.wasm": GROWING_WASM, "dist/a.wasm": GROWING_WASM})
    with pytest.raises(
        ToolError, match=r"both be copied to build/stressed/dist/a\.wasm; change the output path"
    ):
        stress_all(project, ignore)


def test_file_that_is_not_a_module_cannot_be_stressed(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"^build/a\.wasm cannot be stressed: offset 0x0: "):
        stress_all(built(tmp_path, {"build/a.wasm": b"js"}), ignore)


def test_host_code_beside_the_module_is_read(tmp_path: Path) -> None:
    app = assemble(EMSCRIPTEN.format(module="a", field="a", memory="b", entry="c"))
    project = built(tmp_path, {"build/app.wasm": app})
    with pytest.raises(ToolError, match=r"^build/app\.wasm cannot be stressed: its imports have min"):
        stress_all(project, ignore)
    (tmp_path / "build/app.js").write_text(GLUE)
    (copy,) = stress_all(project, ignore)
    assert copy.detaching == ("c",)


def test_nothing_built_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="nothing is built yet"):
        stress_all(Project(tmp_path, Plan()), ignore)
