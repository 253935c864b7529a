"""Tests that each example keeps its contract, and breaks it after the change in its README."""

import dataclasses
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from nogrow.errors import ToolError
from nogrow.machine.machine import Machine
from nogrow.machine.rust_toolchain import find_rust
from tests.project.conftest import ROOT
from tests.support.npm import OFFLINE
from tests.support.tasks import invoke

EXAMPLES = ROOT / "examples"


def rust() -> dict[str, str]:
    """Return the variables that name the Rust of this machine; nothing is installed for a test."""
    machine = dataclasses.replace(Machine.current(), is_root=False)
    try:
        rust = find_rust(machine, print).rust
    except ToolError as error:
        pytest.skip(f"the example in Rust needs one: {error}")
    return {"NOGROW_CARGO": str(rust.cargo), "NOGROW_RUSTC": str(rust.rustc)}


def clang() -> dict[str, str]:
    """Return no variables; skip the test if a program is missing."""
    missing = [name for name in ("clang", "wasm-ld") if shutil.which(name) is None]
    if missing:
        pytest.skip(f"the example in C needs {', '.join(missing)}: apt-get install clang lld")
    return {}


def npm() -> dict[str, str]:
    """Return no variables; skip the test if npm is missing."""
    if shutil.which("npm") is None:
        pytest.skip("the example in AssemblyScript needs npm, which comes with Node")
    return {}


@dataclasses.dataclass(frozen=True)
class Example:
    """An example, the change that makes it grow, the entry point that then grows, and its needs."""

    folder: str
    source: str
    old: str
    new: str
    entry: str
    needs: Callable[[], dict[str, str]]


CASES = [
    Example(
        "rust",
        "guest/src/lib.rs",
        "    values[..filled].iter().sum::<f64>() / filled as f64",
        "    values[..filled].to_vec().iter().sum::<f64>() / filled as f64",
        "push",
        rust,
    ),
    Example(
        "c",
        "words.c",
        '__attribute__((export_name("text_at"))) char *text_at(void) { return text; }',
        '__attribute__((export_name("text_at"))) char *text_at(void) '
        "{ return (char *)(__builtin_wasm_memory_grow(0, 1) << 16); }",
        "text_at",
        clang,
    ),
    Example(
        "assemblyscript", "assembly/index.ts", "  return TEXT;", "  return heap.alloc(SIZE);", "textAt", npm
    ),
]
each_example = pytest.mark.parametrize("example", CASES, ids=lambda example: example.folder)


def copied(example: Example, folder: Path) -> Path:
    copy = folder / f"my {example.folder} project"
    ignored = shutil.ignore_patterns("build", "node_modules", "target", "__pycache__")
    shutil.copytree(EXAMPLES / example.folder, copy, ignore=ignored)
    return copy


@pytest.mark.exhaustive
@each_example
def test_example_passes_and_fails_when_its_source_grows(example: Example, tmp_path: Path) -> None:
    environ = example.needs()
    project = copied(example, tmp_path)
    completed = invoke(project, "build", environ=environ, code=None)
    if offline := OFFLINE.search(completed.stderr):
        pytest.skip(f"npm can't reach its registry ({offline[1]}); the example needs it once")
    assert completed.returncode == 0, completed.stderr
    assert "│ yes " in invoke(project, "verify").stdout
    assert " 0 built now" in invoke(project, "build", environ=environ).stdout

    source = project / example.source
    text = source.read_text()
    assert text.count(example.old) == 1
    source.write_text(text.replace(example.old, example.new))
    completed = invoke(project, "build", "verify", environ=environ, code=1)
    assert f"error[NG001]: growth-reachable: `{example.entry}` can grow memory 0" in completed.stdout
    witness = completed.stdout.partition("= path:")[2].partition("= allowed:")[0]
    assert re.search(rf"1\. func\[\d+\] .*{example.entry}\n", witness)
    assert "memory.grow" in witness


def test_c_example_is_the_same_with_binaryen(tmp_path: Path) -> None:
    clang()
    example = next(example for example in CASES if example.folder == "c")
    project = copied(example, tmp_path)
    programs = tmp_path / "bin"
    programs.mkdir()
    # clang looks for this program on the PATH.
    (programs / "wasm-opt").write_text(f'#!/bin/sh\necho ran > "{tmp_path}/ran"\nexit 1\n')
    (programs / "wasm-opt").chmod(0o755)
    environ = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    invoke(project, "build", environ=environ)
    assert not (tmp_path / "ran").exists()
    assert b"count_words" in (project / "build/words.wasm").read_bytes().partition(b"\x04name")[2]


@each_example
def test_readme_says_how_to_break_the_example(example: Example) -> None:
    text = (EXAMPLES / example.folder / "README.md").read_text()
    assert f"```diff\n-{example.old}\n+{example.new}\n```" in text


@each_example
def test_tasks_file_has_five_lines(example: Example) -> None:
    assert len((EXAMPLES / example.folder / "tasks.py").read_text().splitlines()) == 5
