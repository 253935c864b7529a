"""Tests of finding a cargo that runs on this machine."""

from pathlib import Path

import pytest
from tools.checks import find_host_rust

from nogrow.errors import ToolError
from tests.machine.fakes import FakeMachine


@pytest.fixture
def fake(tmp_path: Path) -> FakeMachine:
    return FakeMachine(tmp_path)


def test_host_cargo_on_the_path_comes_first(fake: FakeMachine) -> None:
    pair = fake.rust(fake.bin, "path", target=False)
    fake.rust(fake.usr_bin, "system")
    assert find_host_rust(fake.machine()) == pair


def test_host_cargo_that_does_not_run_is_skipped(fake: FakeMachine) -> None:
    fake.program(fake.bin / "cargo", "exit 1")
    pair = fake.rust(fake.usr_bin, "system")
    assert find_host_rust(fake.machine()) == pair


def test_missing_host_cargo_is_an_error(fake: FakeMachine) -> None:
    with pytest.raises(ToolError, match="no cargo"):
        find_host_rust(fake.machine())
