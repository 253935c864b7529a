"""The project's own artifacts, built once per test run; quick when they are up to date."""

import dataclasses
from pathlib import Path

import pytest

from nogrow.build.builder import BuildTools, build_all
from nogrow.build.machine import Machine
from nogrow.build.toolchain import find_rust

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def built_root() -> Path:
    """The project, with every artifact in its `build/`. No packages are installed for it."""
    machine = dataclasses.replace(Machine.current(), is_root=False)
    build_all(ROOT, BuildTools.of(find_rust(machine, print).rust, machine), print)
    return ROOT
