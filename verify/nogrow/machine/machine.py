"""This module describes a machine as data, so that a test can describe another one."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


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
        folders += sorted(self._rustup_home().glob("toolchains/*/bin"))
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

    def _rustup_home(self) -> Path:
        if "RUSTUP_HOME" in self.environ:
            return Path(self.environ["RUSTUP_HOME"])
        return Path(self.environ.get("HOME", "/nonexistent")) / ".rustup"
