"""Test that reports show the names of the source for exports that the host code has names for."""

import io
from pathlib import Path

import pytest

from nogrow.api.check import check
from nogrow.report import text
from nogrow.report.model import Report
from tests.report.validated import validated
from tests.support.modules import assemble

EXPORTS = "".join(f'(func (export "{name}") (call 1))' for name in ("h", "i", "j", "k", "l", "n"))
MODULE = assemble(
    '(module (import "a" "b" (func $resize)) (memory (export "g") 1 9)'
    f' (func (export "m") (call $resize)) {EXPORTS})'
)
GLUE = """
var wasmMemory;
function resize() { wasmMemory.grow(1); }
var wasmImports = { b: resize };
var info = { a: wasmImports };
WebAssembly.instantiate(bytes, info).then(assign);
function assign(result) {
  var wasmExports = result.instance.exports;
  wasmMemory = wasmExports["g"];
  Module["_malloc"] = _malloc = wasmExports["m"];
  Module["_add_name"] = _add_name = wasmExports["h"];
}
"""


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Report:
    monkeypatch.chdir(tmp_path)
    Path("app.wasm").write_bytes(MODULE)
    Path("app.js").write_text(GLUE, encoding="utf-8")
    return check(["app.wasm"], js=["app.js"])


def test_headline_has_both_names(report: Report) -> None:
    violations = (item for artifact in report.artifacts for item in artifact.violations)
    by_entry = {violation.entry: violation.headline for violation in violations}
    assert by_entry["h"] is not None
    assert by_entry["h"].startswith("`_add_name (export h)` reaches the import `a.b`")
    assert by_entry["i"] is not None
    assert by_entry["i"].startswith("`i` reaches")


def test_cause_has_the_name_of_the_source(report: Report) -> None:
    stream = io.StringIO()
    text.render(report, stream)
    assert "all their paths pass `_malloc`" in stream.getvalue()


def test_json_keeps_the_export_name(report: Report) -> None:
    entries = {
        entry["name"]: entry.get("source_name")
        for artifact in validated(report)["artifacts"]
        for entry in artifact["entries"]
    }
    assert (entries["h"], entries["i"], entries["m"]) == ("_add_name", None, "_malloc")
