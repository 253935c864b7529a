"""What host code does behind the imports of a module, for modules and code that fit each other."""

import shutil
import subprocess
from pathlib import Path

import pytest

from nogrow.analysis.judgement import Judgement
from nogrow.analysis.proof import judge
from nogrow.contract.model import ArtifactContract
from nogrow.contract.select import Target
from nogrow.jshost.imports import analyse
from nogrow.pipeline.all_files import check
from nogrow.report.model import ArtifactReport
from tests.support.modules import write_module

CALLING = """(module (import "./m.js" "f" (func $f)) (memory (export "memory") 1)
  (func (export "grow") (drop (memory.grow (i32.const 1))))
  (func (export "run") (call $f)) (func (export "quiet")))"""


def report(folder: Path, text: str, *sources: str) -> ArtifactReport:
    path = write_module(folder / "m.wasm", text)
    glue = [analyse(f"{number}.js", source.encode()) for number, source in enumerate(sources)]
    (artifact,) = check(None, [Target(str(path), ArtifactContract())], judge=judge, glue=glue).artifacts
    return artifact


def judged(folder: Path, text: str, *sources: str) -> Judgement:
    judgement = report(folder, text, *sources).judgement
    assert judgement is not None
    return judgement


def verdict(judgement: Judgement, name: str) -> str:
    return next(entry.verdict.label for entry in judgement.entries if entry.name == name)


@pytest.mark.parametrize(
    "source",
    [
        "import { memory } from './m.wasm'; export function f() { memory.grow(1) }",
        "import * as m from './m.wasm'; function g() { m.memory.grow(1) } export { g as f }",
        "import { grow } from './m.wasm'; export const f = () => grow();",
        "let m; export function set(w) { m = w } export function f() { m.grow() }",
    ],
)
def test_name_that_a_file_exports_serves_an_import(tmp_path: Path, source: str) -> None:
    judgement = judged(tmp_path, CALLING, source)
    assert verdict(judgement, "run") == "reachable"
    assert verdict(judgement, "quiet") == "unreachable"
    (run,) = (entry for entry in judgement.entries if entry.name == "run")
    assert any(step.host is not None and step.host.file == "0.js" for step in run.witness)


def test_entangled_host_code_is_an_assumption(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nogrow.jshost.inclusion.MOST_EDGES", 0)
    source = "const g = () => 1; const h = g; i = { './m.js': { f: () => h() } };"
    assumptions = judged(tmp_path, CALLING, source).assumptions
    assert any("too entangled" in str(item) for item in assumptions)


NODE = """
const m = new WebAssembly.Module(require("fs").readFileSync(process.argv[1]));
let e; const i = { "./m.js": { f() { g() } } }; const g = () => e.grow();
e = new WebAssembly.Instance(m, i).exports;
const before = e.memory.buffer; e.run();
process.exit(before.byteLength === 0 ? 0 : 1);
"""


def test_verdict_agrees_with_node(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node")
    assert verdict(judged(tmp_path, CALLING, NODE), "run") == "reachable"
    assert subprocess.run([node, "-e", NODE, str(tmp_path / "m.wasm")], check=False).returncode == 0
