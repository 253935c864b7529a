"""Test that modules which are written in scripts are judged where they are."""

import base64
from pathlib import Path

import pytest

from nogrow.api.check import check
from nogrow.pipeline.embedded_modules import NOTHING_WRITTEN
from nogrow.report.exit_code import ExitCode
from tests.support.modules import assemble

GROWING = assemble('(module (memory (export "m") 1) (func (export "f") (drop (memory.grow (i32.const 1)))))')
QUIET = assemble('(module (memory (export "m") 1) (func (export "f")))')
# What Emscripten's `-sSINGLE_FILE` writes: the script serves the import, which has a minified name.
NEEDY = assemble(
    '(module (import "a" "b" (func $r (param i32) (result i32))) (memory (export "c") 1 9)'
    ' (func (export "d") (drop (call $r (i32.const 1)))))'
)
GLUE = """
var wasmMemory;
function resize(size) { wasmMemory.grow(size); return 1; }
var wasmImports = { b: resize };
var info = { a: wasmImports };
WebAssembly.instantiate(bytes, info).then((result) => { wasmMemory = result.instance.exports.c; });
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def text(module: bytes) -> str:
    return base64.b64encode(module).decode()


@pytest.mark.parametrize(
    "script",
    ['var file = "data:application/octet-stream;base64,{}";', 'const bytes = atob("{}");'],
)
@pytest.mark.parametrize("name", ["app.js", "app.mjs", "page.html"])
@pytest.mark.parametrize(("module", "code"), [(GROWING, ExitCode.BROKEN), (QUIET, ExitCode.KEPT)])
def test_module_in_a_script_is_judged(script: str, name: str, module: bytes, code: ExitCode) -> None:
    Path(name).write_text(script.format(text(module)), encoding="utf-8")
    report = check([name])
    assert report.exit_code is code
    (artifact,) = report.artifacts
    assert artifact.path.startswith(f"{name}!")


def test_each_module_of_a_script_is_judged() -> None:
    Path("app.js").write_text(f'a("{text(QUIET)}"); b("{text(GROWING)}");', encoding="utf-8")
    outcomes = [artifact.outcome.value for artifact in check(["app.js"]).artifacts]
    assert outcomes == ["kept", "broken"]


def test_script_without_a_module_is_not_judged() -> None:
    Path("app.js").write_text("var x = 1;", encoding="utf-8")
    report = check(["app.js"])
    assert report.exit_code is ExitCode.NOT_JUDGED
    assert NOTHING_WRITTEN in report.artifacts[0].violations[0].message


def test_damaged_module_in_a_script_is_not_judged() -> None:
    Path("app.js").write_text(f'a("{text(GROWING)[:40]}");', encoding="utf-8")
    assert check(["app.js"]).exit_code is ExitCode.NOT_JUDGED


def test_module_with_the_name_of_a_script_is_judged_as_a_module() -> None:
    Path("app.js").write_bytes(QUIET)
    assert [artifact.path for artifact in check(["app.js"]).artifacts] == ["app.js"]


def test_script_is_the_host_code_of_its_module() -> None:
    Path("app.js").write_text(f'var bytes = decode("{text(NEEDY)}");{GLUE}', encoding="utf-8")
    (artifact,) = check(["app.js"]).artifacts
    assert artifact.violations[0].rule.id == "NG006"


def test_clause_about_a_script_holds_for_its_module() -> None:
    Path("app.js").write_text(f'a("{text(GROWING)}");', encoding="utf-8")
    contract = 'schema = 1\n[[artifact]]\npath = "app.js"\nallow = ["reachable"]\n'
    Path("nogrow.toml").write_text(contract, encoding="utf-8")
    assert check(contract="nogrow.toml").exit_code is ExitCode.KEPT
