from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nogrow.cli.commands import cli
from tests.support.modules import GROWING, QUIET, UNUSED, write_cut_module, write_module

Nogrow = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a module of each outcome."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NO_COLOR", raising=False)
    write_module(tmp_path / "quiet.wasm", QUIET)
    write_module(tmp_path / "unused.wasm", UNUSED)
    write_module(tmp_path / "growing.wasm", GROWING)
    write_cut_module(tmp_path / "cut.wasm", QUIET)
    (tmp_path / "empty").mkdir()
    return tmp_path


@pytest.fixture
def nogrow(folder: Path) -> Nogrow:
    """The command, run in that folder."""

    def run(*words: str) -> Result:
        return CliRunner().invoke(cli, words)

    return run
