"""Check that the table of guarantees names existing tests and the test of every guard."""

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
    """Return the names of all test functions in a file, including those in classes."""
    tree = ast.parse(path.read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("test", NAMED)
def test_each_named_test_exists(test: str) -> None:
    path, _, name = test.partition("::")
    assert name in functions_in(ROOT / path)


@pytest.mark.parametrize("guard", read_guards(ROOT), ids=lambda guard: guard.name)
def test_test_of_each_guard_is_in_the_table(guard: Guard) -> None:
    assert guard.test in NAMED


def test_table_has_guarantees() -> None:
    assert len(NAMED) >= 25


def test_every_deciding_file_is_in_the_mutation_plan() -> None:
    planned = {subject.path for subject in read_plan(ROOT)}
    deciding = (
        path
        for name in ("analysis", "wasm", "contract")
        for path in (ROOT / "verify/nogrow" / name).iterdir()
    )
    files = {str(path.relative_to(ROOT)) for path in deciding if path.suffix in (".py", ".wat")}
    files |= {"verify/nogrow/util/document.py", "verify/nogrow/util/lazy.py"}
    assert planned == {path for path in files if not path.endswith("__init__.py")}
