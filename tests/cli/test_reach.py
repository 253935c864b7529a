"""A command reaches nothing but the files that it was told of: no network, no other program, no cache."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import folder, nogrow

__all__ = ["folder", "nogrow"]

# What Python announces of sockets, programs and files that are written, before it happens.
WATCHED = """
import os, sys
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
def hook(event, arguments):
    named = event.startswith(("socket.", "subprocess.", "os.exec", "os.posix_spawn", "os.system"))
    flags = arguments[2] if event == "open" else 0
    if named or (isinstance(flags, int) and flags & WRITING):
        os.write(2, f"reached {event} {arguments[0]}\\n".encode())
from nogrow.cli.main import main
sys.argv = ["nogrow", *sys.argv[1:]]
sys.addaudithook(hook)
main()
"""


def reached(folder: Path, *words: str) -> list[str]:
    """What a command reached for; its home and its caches are in the folder `home`."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    environ = {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}
    result = subprocess.run(
        [sys.executable, "-c", WATCHED, *words],
        cwd=folder,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode in (0, 1), result.stderr
    assert list(home.iterdir()) == []
    return [line for line in result.stderr.splitlines() if line.startswith("reached ")]


@pytest.mark.parametrize(
    "words",
    [
        ["check", "growing.wasm", "quiet.wasm"],
        ["check", "growing.wasm", "--source", "--validate"],
        ["sites", "growing.wasm"],
        ["explain", "growing.wasm"],
    ],
    ids=" ".join,
)
def test_reading_command_writes_no_file_and_uses_no_network(folder: Path, words: list[str]) -> None:
    before = sorted(folder.rglob("*"))
    assert reached(folder, *words) == []
    assert sorted(folder.rglob("*")) == sorted([*before, folder / "home"])


def test_report_is_the_only_written_file(folder: Path) -> None:
    (only,) = reached(folder, "check", "growing.wasm", "--format", "json=report.json")
    assert only.startswith(f"reached open {folder / '.report.json.'}")
    assert (folder / "report.json").is_file()
