"""Test that `nogrow init` records the host code that it found."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from nogrow.cli.commands import cli
from nogrow.contract.load import load
from tests.pipeline.test_host_code import GLUE, MINIFIED
from tests.support.modules import write_module


def test_host_code_is_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_module(Path("g.wasm"), MINIFIED.format(limits="1"))
    Path("g.js").write_text(GLUE, encoding="utf-8")
    assert CliRunner().invoke(cli, ["init"]).exit_code == 0
    text = Path("nogrow.toml").read_text(encoding="utf-8")
    assert 'path = "g.wasm"\njs = ["g.js"]\n' in text
    assert '"e" = ["reachable"]' in text
    (artifact,) = load(Path("nogrow.toml")).artifacts
    assert [Path(file) for file in artifact.js] == [Path("g.js")]
    assert CliRunner().invoke(cli, ["check"]).exit_code == 0


def test_module_without_its_host_code_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_module(Path("g.wasm"), MINIFIED.format(limits="1"))
    result = CliRunner().invoke(cli, ["init"])
    assert result.exit_code == 4
    assert "left out: g.wasm: its imports have minified names" in result.stdout
