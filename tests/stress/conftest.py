"""Fixtures for the tests of stressed copies in Node, and compilers."""

from pathlib import Path

import pytest
from tools.browser.demo import find_node

from nogrow.errors import ToolError
from nogrow.machine.machine import Machine
from tests.explain.compilers import asc, emcc, go, rust, rustc, zig

__all__ = ["asc", "emcc", "go", "node", "rust", "rustc", "zig"]


@pytest.fixture(scope="session")
def node() -> Path:
    """Return Node; skip the test if there is none."""
    try:
        return find_node(Machine.current())
    except ToolError as error:
        pytest.skip(str(error))
