"""This module provides a machine whose programs are shell scripts of a test."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nogrow.machine.machine import Machine

_RUSTC = """
case "$*" in
  --version) echo "rustc 1.99.0 ({name})" ;;
  *target-libdir*) echo "{libdir}" ;;
  *) [ -n "{linker_error}" ] && {{ echo "{linker_error}" >&2; exit 1; }}
     while [ "$1" != -o ]; do shift; done; printf '\\0asm' > "$2" ;;
esac
"""


@dataclass(frozen=True)
class FakeMachine:
    """A machine below `root`: the PATH is `bin`, and `usr/bin` is another folder with programs."""

    root: Path

    @property
    def bin(self) -> Path:
        """Return the only folder of the PATH."""
        return self.root / "bin"

    @property
    def usr_bin(self) -> Path:
        """Return a folder with programs that is searched although it is not on the PATH."""
        return self.root / "usr" / "bin"

    @property
    def calls(self) -> list[str]:
        """Return the command lines of the calls of all `logged` programs."""
        log = self.root / "calls"
        return log.read_text().splitlines() if log.exists() else []

    def program(self, path: Path, script: str, *, logged: bool = False) -> Path:
        """Write a program; a `logged` one records its name and arguments in `calls`."""
        note = f'echo "{path.name} $*" >> "{self.root}/calls"\n' if logged else ""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{note}{script}\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    def rust(
        self, folder: Path, name: str, *, target: bool = True, linker_error: str = ""
    ) -> tuple[Path, Path]:
        """Write a cargo and a rustc, which by default can build for WebAssembly."""
        libdir = self.root / f"lib-{name}"
        libdir.mkdir(exist_ok=True)
        if target:
            (libdir / "libstd-0.rlib").touch()
        cargo = self.program(folder / "cargo", f'echo "cargo 1.99.0 ({name})"')
        script = _RUSTC.format(name=name, libdir=libdir, linker_error=linker_error)
        return cargo, self.program(folder / "rustc", script)

    def rustup(self, folder: Path, *, target_add: str) -> None:
        """Write a rustup whose active toolchain is in `folder`; `target_add` is a shell command."""
        self.program(
            self.bin / "rustup",
            f'case "$1" in which) echo "{folder}/$2" ;; target) {target_add} ;; esac',
            logged=True,
        )

    def machine(
        self,
        *,
        is_root: bool = False,
        distribution: str = "ID=other",
        seconds: float = 60.0,
        environ: Mapping[str, str] | None = None,
    ) -> Machine:
        """Return the machine that these folders describe."""
        release = self.root / "os-release"
        release.write_text(f"NAME=Fake\n{distribution}\n")
        return Machine(
            environ={"PATH": str(self.bin), "HOME": str(self.root / "home"), **(environ or {})},
            is_root=is_root,
            program_folders=(self.usr_bin,),
            os_release=release,
            rustup_seconds=seconds,
            apt_seconds=seconds,
        )


def ignore(line: str) -> None:
    """Ignore a line of progress."""


def collect(lines: list[str]) -> Callable[[str], None]:
    """Return a progress function that appends to `lines`."""
    return lines.append
