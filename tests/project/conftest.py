"""Fixtures that build this project's artifacts once per test run, which is quick when they are up to date."""

import dataclasses
from pathlib import Path

import pytest

from nogrow.machine.machine import Machine
from nogrow.project.builder import build_all, set_up
from nogrow.project.project import Project, open_project

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def built_root() -> Path:
    """Build every artifact and return the project's folder; no packages are installed for it."""
    machine = dataclasses.replace(Machine.current(), is_root=False)
    project = open_project(ROOT)
    build_all(project, set_up(project, machine, print), print)
    return ROOT


@pytest.fixture(scope="session")
def built_project(built_root: Path) -> Project:
    """Return the built project."""
    return open_project(built_root)
