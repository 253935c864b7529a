"""Where the programs that come with Python packages are looked for."""

import sys
from pathlib import Path

import pytest

from nogrow.errors import ToolError
from nogrow.machine.programs import find_program, find_wabt, program_version, version_in
from tests.machine.fakes import FakeMachine


def test_a_program_beside_this_python_comes_before_one_on_the_path(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake = FakeMachine(tmp_path)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "venv" / "python3"))
    monkeypatch.setenv("PATH", str(fake.bin))
    on_path = fake.program(fake.bin / "tool", "exit 0")
    assert find_program("tool", "x") == on_path
    beside = fake.program(tmp_path / "venv" / "tool", "exit 0")
    assert find_program("tool", "x") == beside


def test_a_missing_program_is_an_error_that_names_what_brings_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python3"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolError, match=r"wat2wasm is missing; .* pip install 'nogrow\[build\]'"):
        find_wabt("wat2wasm")


@pytest.mark.parametrize("program", ["wat2wasm", "wasm-objdump"])
def test_wabt_is_there_and_says_its_version(program: str) -> None:
    assert program_version(find_wabt(program)).split(".")[0].isdecimal()


@pytest.mark.parametrize(
    "output",
    [
        "",
        "\n",
        "hello",
        "1",
        "\ufffd1.2",
        "\x1b[31m1.2",
        "1.2" * 100,
        "hello\n1.2",
        "9" * 5000 + ".1",
        "a1.2",
    ],
    ids=lambda output: repr(output[:8]),
)
def test_what_is_no_line_with_a_version_is_none(output: str) -> None:
    assert version_in(output) is None


@pytest.mark.parametrize("line", ["1.0.36", "v20.1.0", "rustc 1.63.0", "cargo 1.65.0-nightly (4bc8f 2022)"])
def test_the_line_with_a_version_is_the_first(line: str) -> None:
    assert version_in(f"{line}\nmore 3.4\n") == line


def test_a_program_that_says_no_version_is_an_error(tmp_path: Path) -> None:
    program = FakeMachine(tmp_path).program(tmp_path / "wat2wasm", "echo usage: what")
    with pytest.raises(ToolError, match=r"wat2wasm --version prints no version: 'usage: what'"):
        program_version(program)
