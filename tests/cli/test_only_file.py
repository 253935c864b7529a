"""Test that `nogrow check FILE`, which does without click, prints and returns what click's command does."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Nogrow
from tests.support.posix import posix_only

pytestmark = posix_only


def started(folder: Path, *words: str) -> tuple[int, str, str]:
    result = subprocess.run(
        [sys.executable, "-m", "nogrow", *words],
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=60,
        check=False,
    )
    return result.returncode, result.stdout, result.stderr


@pytest.mark.parametrize("file", ["quiet.wasm", "growing.wasm", "cut.wasm", "empty.wasm", "./quiet.wasm"])
@pytest.mark.parametrize(
    "contract",
    [
        None,
        'schema = 1\n[[artifact]]\npath = "*.wasm"\nallow = ["reachable"]\n',
        'schema = 1\n[[artifact]]\npath = "other.wasm"\n',
        'schema = 1\n[[artifact]]\npath = "*.wasm"\nalow = []\n',
    ],
    ids=["no contract", "allowed", "not named", "wrong"],
)
def test_both_ways_print_the_same(folder: Path, file: str, contract: str | None) -> None:
    (folder / "empty.wasm").touch()
    if contract is not None:
        (folder / "nogrow.toml").write_text(contract, "utf-8")
    assert started(folder, "check", file) == started(folder, "check", "--", file)


def test_check_of_a_file_does_without_click(folder: Path) -> None:
    script = (
        "import os, sys\n"
        "from nogrow.cli import main\n"
        "def leave(code):\n"
        "    assert code == 0 and not {'click', 'rich'} & set(sys.modules), sorted(sys.modules)\n"
        "    sys.stderr.write('left')\n"
        "    raise KeyboardInterrupt\n"
        "main.os._exit = leave\n"
        "sys.argv = ['nogrow', 'check', 'quiet.wasm']\n"
        "main.main()\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=folder, timeout=60, check=False
    )
    assert result.stderr.startswith("left"), result.stderr


@pytest.mark.parametrize(
    "words", [("check", "--help"), ("check", "empty"), ("check", "gone.wasm"), ("check",)]
)
def test_other_arguments_are_parsed(folder: Path, nogrow: Nogrow, words: tuple[str, ...]) -> None:
    code, output, _ = started(folder, *words)
    expected = nogrow(*words)
    assert (code, output.split()[:1]) == (expected.exit_code, expected.stdout.split()[:1])


@pytest.mark.parametrize("name", ["-q", "--version"])
def test_file_with_the_name_of_an_option_is_not_taken_for_it(folder: Path, name: str) -> None:
    (folder / "quiet.wasm").rename(folder / name)
    short, long = started(folder, "check", name), started(folder, "check", "--", name)
    assert short != long
    assert long[0] == 0
