"""Tests that host code is found beside a module, and used only if it belongs to the module."""

import io
import tarfile
from base64 import b64encode
from pathlib import Path

import pytest

from nogrow.analysis.proof import judge
from nogrow.contract.model import ArtifactContract
from nogrow.contract.select import Target
from nogrow.pipeline.all_files import check
from nogrow.pipeline.host_code import beside, of_module
from nogrow.pipeline.named_host_code import named
from nogrow.shipping.gate import gather, host_code, targets_of
from tests.pipeline.test_host_code import GLUE, MINIFIED
from tests.support.modules import assemble

DATA = assemble(MINIFIED.format(limits="1"))
OTHER = GLUE.replace("c: _abort", "c: _abort, z: _abort")


def target(path: Path, *js: str) -> Target:
    return Target(str(path), ArtifactContract(js=js))


def files(folder: Path, **contents: str) -> Path:
    for name, text in contents.items():
        (folder / name.replace("_", ".")).write_text(text)
    (folder / "m.wasm").write_bytes(DATA)
    return folder / "m.wasm"


def found_scripts(path: Path) -> list[str]:
    return [Path(script.file).name for script in beside([target(path)]).get(str(path), ())]


@pytest.mark.parametrize("name", ["m_js", "m_mjs", "m_cjs"])
def test_script_with_the_module_name_is_host_code(tmp_path: Path, name: str) -> None:
    assert found_scripts(files(tmp_path, **{name: GLUE})) == [name.replace("_", ".")]


def test_script_that_names_the_module_is_host_code(tmp_path: Path) -> None:
    path = files(tmp_path, x_js=GLUE + '"m.wasm"', y_js=GLUE)
    assert found_scripts(path) == ["x.js"]


@pytest.mark.parametrize("text", [OTHER, "", "var = ;"])
def test_script_of_another_module_is_not_used(tmp_path: Path, text: str) -> None:
    assert found_scripts(files(tmp_path, m_js=text)) == []


def test_only_related_scripts_are_used(tmp_path: Path) -> None:
    assert found_scripts(files(tmp_path, m_js=OTHER, m_mjs=GLUE)) == ["m.mjs"]


@pytest.mark.parametrize("limits", ["1 1", "2 2"])
def test_module_that_cannot_grow_needs_no_host_code(limits: str) -> None:
    fixed = assemble(MINIFIED.format(limits=limits))
    assert of_module(fixed, lambda _: False, [("m.js", GLUE.encode())]) == ()


def test_contract_glue_disables_the_search(tmp_path: Path) -> None:
    path = files(tmp_path, m_js=GLUE, x_js=GLUE)
    module = target(path, str(tmp_path / "x.js"))
    assert beside([module]) == {}
    _, glue = named([module])
    assert [Path(script.file).name for script in glue[str(path)]] == ["x.js"]


def test_unreadable_host_code_of_a_contract_is_a_problem(tmp_path: Path) -> None:
    path = files(tmp_path, x_js="var = ;")
    (artifact,) = check(None, [target(path, str(tmp_path / "x.js"))], judge=judge).artifacts
    assert artifact.refused
    problem = f"{tmp_path / 'x.js'}:1: the glue is not JavaScript that can be read"
    assert artifact.violations[0].headline == f"{path}: {problem}"


def archive(path: Path, **members: bytes) -> None:
    with tarfile.open(path, "w:gz") as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(f"package/{name.replace('_', '.')}")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))


def shipped(path: Path) -> list[str]:
    shipment = gather([str(path)])
    glue = host_code(shipment, targets_of(shipment, None))
    return [script.file for files in glue.values() for script in files]


def test_host_code_is_found_in_the_same_archive(tmp_path: Path) -> None:
    archive(tmp_path / "p.tgz", m_wasm=DATA, m_js=GLUE.encode())
    assert shipped(tmp_path / "p.tgz") == ["package/m.js"]
    archive(tmp_path / "q.tgz", m_wasm=DATA, n_js=GLUE.encode())
    assert shipped(tmp_path / "q.tgz") == []


def test_host_code_is_found_in_the_shipped_folder(tmp_path: Path) -> None:
    files(tmp_path, m_js=GLUE)
    assert [Path(script).name for script in shipped(tmp_path)] == ["m.js"]


def test_host_code_surrounds_a_base64_module(tmp_path: Path) -> None:
    (tmp_path / "single.js").write_text(f"{GLUE}; var data = '{b64encode(DATA).decode()}'")
    assert [Path(script).name for script in shipped(tmp_path)] == ["single.js"]
