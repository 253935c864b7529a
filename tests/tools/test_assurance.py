"""The table of guarantees: every test that it names is there, and every guard that can be taken away."""

import ast
import re
from pathlib import Path

import pytest
from tools.guards.assure import Guard, read_guards
from tools.mutation.plan import read_plan

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "guarantees.md").read_text("utf-8")
NAMED = sorted(set(re.findall(r"`(tests/[\w/.]+::\w+)`", PAGE)))


def functions_in(path: Path) -> set[str]:
    """The names of the test functions in a file, those of classes among them."""
    tree = ast.parse(path.read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("test", NAMED)
def test_each_named_test_is_there(test: str) -> None:
    path, _, name = test.partition("::")
    assert name in functions_in(ROOT / path)


@pytest.mark.parametrize("guard", read_guards(ROOT), ids=lambda guard: guard.name)
def test_each_guard_s_test_is_in_the_table(guard: Guard) -> None:
    assert guard.test in NAMED


def test_there_are_guarantees() -> None:
    assert len(NAMED) >= 25


def test_every_file_that_decides_has_tests_that_try_its_mutants() -> None:
    planned = {subject.path for subject in read_plan(ROOT)}
    deciding = (
        path
        for name in ("analysis", "wasm", "contract")
        for path in (ROOT / "verify/nogrow" / name).iterdir()
    )
    files = {str(path.relative_to(ROOT)) for path in deciding if path.suffix in (".py", ".wat")}
    files.add("verify/nogrow/util/lazy.py")
    assert planned == {path for path in files if not path.endswith("__init__.py")}
