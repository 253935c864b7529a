"""Gives nogrow the path rules of Windows; relative paths still open files of this system."""

import ntpath

import pytest

from nogrow.util import paths


@pytest.fixture
def windows_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nogrow handle paths as on Windows."""
    monkeypatch.setattr(paths, "rules", ntpath)
