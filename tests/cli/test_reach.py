"""A command reaches nothing but the files that it was told of: no network, no other program, no cache."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import folder, nogrow

__all__ = ["folder", "nogrow"]

# What Python announces of sockets, programs and files that are written, before it happens.
WATCHED = """
import json, os, sys
seen = []
def hook(event, arguments):
    if event.startswith(("socket.", "subprocess.", "os.exec", "os.posix_spawn", "os.system", "ctypes.dlopen/")):
        seen.append([event, str(arguments[0])])
    elif event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
        seen.append([event, str(arguments[0])])
from nogrow.cli.main import main
sys.argv = ["nogrow", *sys.argv[1:]]
sys.addaudithook(hook)
try:
    main()
finally:
    sys.stdout.flush()
    print(json.dumps(seen), file=sys.stderr)
"""


def reached(folder: Path, *words: str) -> list[list[str]]:
    """What a command reached for; its home and its caches are in the folder `home`."""
    home = folder / "home"
    home.mkdir(exist_ok=True)
    environ = {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, *words],
        cwd=folder,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    assert list(home.iterdir()) == []
    found: list[list[str]] = json.loads(done.stderr.splitlines()[-1])
    return found


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
def test_a_command_that_only_looks_writes_nothing_and_asks_nobody(folder: Path, words: list[str]) -> None:
    before = sorted(folder.rglob("*"))
    assert reached(folder, *words) == []
    assert sorted(folder.rglob("*")) == sorted([*before, folder / "home"])


def test_a_report_is_all_that_is_written(folder: Path) -> None:
    (event, path), *others = reached(folder, "check", "growing.wasm", "--format", "json=report.json")
    assert (event, Path(path).parent, others) == ("open", folder, [])
    assert (folder / "report.json").is_file()
