"""A program, or distributions of Python, to what is found of them; no program is waited for for long."""

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

Look = Callable[[Completed], str | None]


def program(
    use: Use,
    names: Sequence[str],
    machine: Machine,
    *,
    oldest: int = 0,
    beside: bool = False,
    also: tuple[str, Look] | None = None,
) -> Finding:
    """The first of the programs that is on the PATH, asked for its version.

    Versions begin with `oldest` at least. `beside` looks beside this Python first. `also` is one more
    argument to call it with, and what finds a problem in what is printed then.
    """
    found = [path for name in names if (path := _find(name, machine, beside)) is not None]
    if not found:
        return Finding(use, State.MISSING)
    path = found[0]
    try:
        said = _said(path, "--version", machine)
        version = _version(said)
        if version is None:
            return _broken(use, path, None, f"prints no version: {said.complaint}")
        if int(version.split(".")[0]) < oldest:
            return _broken(use, path, version, f"too old: {oldest} or later is needed")
        problem = None if also is None else also[1](_said(path, also[0], machine))
    except ToolError as error:
        return _broken(use, path, None, str(error))
    return Finding(use, State.OK if problem is None else State.BROKEN, version, str(path), problem)


def distributions(use: Use, names: Sequence[str]) -> Finding:
    """The distributions of Python that make up the tool: it is there when all are."""
    versions = []
    for name in names:
        try:
            versions.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            return Finding(use, State.MISSING, problem=f"{name} is not installed")
    return Finding(use, State.OK, ", ".join(versions) if len(names) > 1 else versions[0].split(" ")[1])


def _find(name: str, machine: Machine, beside: bool) -> Path | None:
    # Not resolved: in a virtual environment, python3 is a link that leads out of it.
    found = shutil.which(name, path=str(Path(sys.executable).parent)) if beside else None
    return machine.on_path(name) if found is None else Path(found)


def _said(path: Path, argument: str, machine: Machine) -> Completed:
    return run([path, argument], seconds=SECONDS, environ=machine.environ, most_bytes=ANSWER_BYTES)


def _version(said: Completed) -> str | None:
    """The first number with a point in what a program that succeeded printed."""
    if said.exit_code != 0:
        return None
    place = _VERSION.search(said.stdout) or _VERSION.search(said.stderr)
    return None if place is None else place[1]


def _broken(use: Use, path: Path, version: str | None, problem: str) -> Finding:
    # What it said before it was ended is lines of its own.
    lines = (line.strip() for line in problem.split("\n"))
    return Finding(use, State.BROKEN, version, str(path), " ".join(lines)[:_SHOWN])
