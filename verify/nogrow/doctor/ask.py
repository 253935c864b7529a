"""This module asks programs for their versions, within some seconds, and looks up Python packages."""

import re
import shutil
import sys
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path

from nogrow.doctor.model import Finding, State, Use
from nogrow.errors import ToolError
from nogrow.machine.machine import Machine
from nogrow.machine.process import ANSWER_BYTES, Completed, run

SECONDS = 10.0
_VERSION = re.compile(r"(?<![\w.])v?(\d{1,9}(?:\.\d{1,9})+)")
_SHOWN = 200

Check = Callable[[Completed], str | None]
"""A function that returns a problem in the output of a program, or None."""


def program(
    use: Use,
    names: Sequence[str],
    machine: Machine,
    *,
    oldest: int = 0,
    beside: bool = False,
    check: tuple[str, Check] | None = None,
) -> Finding:
    """Return the finding on the first of the programs `names` that is on the PATH.

    `oldest` is the lowest major version that can be used. With `beside`, the folder of this Python comes
    before the PATH. `check` is an argument to call the program with and a check of its output.
    """
    paths = [path for name in names if (path := _find(name, machine, beside)) is not None]
    if not paths:
        return Finding(use, State.MISSING)
    path = paths[0]
    try:
        completed = _call(path, "--version", machine)
        version = _version(completed)
        if version is None:
            return _broken(use, path, None, f"did not print a version: {completed.complaint}")
        if int(version.split(".")[0]) < oldest:
            return _broken(use, path, version, f"too old: {oldest} or later is needed")
        problem = None if check is None else check[1](_call(path, check[0], machine))
    except ToolError as error:
        return _broken(use, path, None, str(error))
    return Finding(use, State.OK if problem is None else State.BROKEN, version, str(path), problem)


def distributions(use: Use, names: Sequence[str]) -> Finding:
    """Return the finding on a tool that consists of Python packages; it is missing if one of them is."""
    versions = []
    for name in names:
        try:
            versions.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            return Finding(use, State.MISSING, problem=f"{name} is not installed")
    return Finding(use, State.OK, ", ".join(versions) if len(names) > 1 else versions[0].split(" ")[1])


def _find(name: str, machine: Machine, beside: bool) -> Path | None:
    # The path is not resolved, because python3 in a virtual environment is a link that leads out of it.
    path = shutil.which(name, path=str(Path(sys.executable).parent)) if beside else None
    return machine.on_path(name) if path is None else Path(path)


def _call(path: Path, argument: str, machine: Machine) -> Completed:
    return run([path, argument], seconds=SECONDS, environ=machine.environ, most_bytes=ANSWER_BYTES)


def _version(completed: Completed) -> str | None:
    """Return the first version number in the output, or None if there is none or the program failed."""
    if completed.exit_code != 0:
        return None
    match = _VERSION.search(completed.stdout) or _VERSION.search(completed.stderr)
    return None if match is None else match[1]


def _broken(use: Use, path: Path, version: str | None, problem: str) -> Finding:
    # The output of a program that was killed is in further lines of the problem.
    lines = (line.strip() for line in problem.split("\n"))
    return Finding(use, State.BROKEN, version, str(path), " ".join(lines)[:_SHOWN])
