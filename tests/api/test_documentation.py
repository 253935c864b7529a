"""Tests that the examples of the Python API are true, and that its reference is complete."""

import doctest
import importlib
import inspect
import re
from pathlib import Path

import pytest

import nogrow
from tests.support.modules import QUIET, write_module

ROOT = Path(__file__).parents[2]
APP = """(module (import "env" "log" (func $log)) (memory (export "memory") 1)
  (func $alloc (drop (memory.grow (i32.const 1))))
  (func $format call $alloc)
  (func $set_name (export "set_name") call $format)
  (func $get_name (export "get_name") call $log))"""
HOST = """export function name(instance) {
  const view = new Uint8Array(instance.exports.memory.buffer);
  instance.exports.set_name();
  return view[0];
}
"""
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the modules of the examples."""
    monkeypatch.chdir(tmp_path)
    write_module(tmp_path / "app.wasm", APP)
    write_module(tmp_path / "quiet.wasm", QUIET)
    (tmp_path / "app.js").write_text(HOST)
    return tmp_path


def run(example: doctest.DocTest) -> None:
    lines: list[str] = []
    if doctest.DocTestRunner(optionflags=OPTIONS).run(example, out=lines.append).failed:
        pytest.fail("".join(lines), pytrace=False)


@pytest.mark.parametrize("page", ["judge-in-python.md", "python-api.md"])
def test_examples_of_a_page_are_true(page: str) -> None:
    text = (ROOT / "docs" / page).read_text("utf-8")
    blocks = re.findall(r"^```pycon\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    assert blocks
    example = doctest.DocTestParser().get_doctest("\n".join(blocks), {"nogrow": nogrow}, page, page, 0)
    run(example)


def test_example_of_the_readme_runs(folder: Path) -> None:
    write_module(folder / "dist" / "a.wasm", QUIET)
    (folder / "nogrow.toml").write_text('schema = 1\n[[artifact]]\npath = "dist/*.wasm"\n')
    text = (ROOT / "README.md").read_text("utf-8")
    (block,) = re.findall(r"^```python\n(import nogrow\n.*?)^```$", text, re.DOTALL | re.MULTILINE)
    names: dict[str, object] = {}
    exec(block, names)
    report = names["report"]
    assert isinstance(report, nogrow.Report)
    assert report.contract == "nogrow.toml"


@pytest.mark.parametrize("name", ["check", "diff", "host", "prove", "seal", "stress"])
def test_examples_of_a_docstring_are_true(name: str) -> None:
    module = importlib.import_module(f"nogrow.api.{name}")
    examples = doctest.DocTestFinder().find(module, name, globs={"nogrow": nogrow})
    with_code = [example for example in examples if example.examples]
    assert with_code
    for example in with_code:
        run(example)


def parameters(function: object) -> list[str]:
    return [name for name in inspect.signature(function).parameters if name != "self"]  # type: ignore[arg-type]


def test_reference_names_everything_that_is_public() -> None:
    text = (ROOT / "docs" / "python-api.md").read_text("utf-8")
    names = [f"nogrow.{name}" for name in nogrow.__all__]
    names += [name for name in vars(nogrow.Proof) if not name.startswith("_")]
    functions = (nogrow.check, nogrow.diff, nogrow.host, nogrow.prove, nogrow.seal, nogrow.stress)
    for function in (*functions, nogrow.Prover.prove, nogrow.Report.render, nogrow.Report.write):
        names += parameters(function)
    assert [name for name in names if not re.search(rf"[`( ]{re.escape(name)}[`(=,]", text)] == []
