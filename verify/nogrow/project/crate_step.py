"""This module builds the library of a crate into a module, with cargo."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from nogrow.contract.build_plan import CrateSource
from nogrow.machine.process import run_checked
from nogrow.machine.rust_probe import TARGET, Rust
from nogrow.project.crate_files import crate_files, has_rustflags, is_locked, library_of
from nogrow.project.manifest import Tool, read_output, write_atomic
from nogrow.project.project import Project

# With this, the debug information names the same files wherever the project is.
_REMAPPED = "--remap-path-prefix={root}/="
_RUSTFLAGS = ("CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS")


@dataclass(frozen=True)
class CrateStep:
    """A build step that has cargo build a crate's library, in a folder of its own below `build/cargo`."""

    project: Project
    crate: CrateSource
    profile: str
    rust: Rust
    environ: Mapping[str, str]

    @property
    def source(self) -> str:
        """Return the folder of the crate."""
        return str(self.crate.path)

    @property
    def outputs(self) -> tuple[PurePosixPath, ...]:
        """Return the path of the module."""
        return (self.project.plan.artifact(self.crate, self.profile),)

    @property
    def flags(self) -> tuple[str, ...]:
        """Return the flags of cargo."""
        profiles = {"debug": (), "release": ("--release",)}
        profile = profiles.get(self.profile, ("--profile", self.profile))
        features = tuple(f"--features={feature}" for feature in self.crate.features)
        no_default = () if self.crate.default_features else ("--no-default-features",)
        # Without a lock file, cargo must be allowed to write one.
        locked = ("--locked",) if is_locked(self._folder) else ()
        return (*locked, "--lib", f"--target={TARGET}", *profile, *no_default, *features)

    @property
    def settings(self) -> tuple[str, ...]:
        """Return the flags of rustc, or none if the crate's own configuration sets them."""
        if self.crate.rustflags is None and has_rustflags(self._folder):
            return ()
        return (_REMAPPED, *(self.crate.rustflags or ()))

    def tools(self) -> tuple[Tool, ...]:
        """Return cargo and rustc with their versions."""
        return (Tool("cargo", self.rust.cargo_version), Tool("rustc", self.rust.rustc_version))

    def files(self) -> set[Path] | None:
        """Return the files in the crate's folder and the files that cargo reported as read."""
        name = library_of(self._folder)
        output = self.project.root / self.project.plan.output
        return crate_files(self._folder, output, self._cargo_output / f"{name}.d")

    def make(self) -> None:
        """Run cargo and copy the module to the output path."""
        run_checked(
            [self.rust.cargo, "build", *self.flags, "--target-dir", self._target],
            seconds=self.project.plan.seconds,
            environ=self._environ(),
            folder=self._folder,
        )
        module = self._cargo_output / f"{library_of(self._folder)}.wasm"
        write_atomic(self.project.root / self.outputs[0], read_output(module))

    def _environ(self) -> dict[str, str]:
        """Return the environment with the contract's flags for rustc in place of the shell's."""
        environ = self.rust.environ(self.environ)
        for name in _RUSTFLAGS:
            environ.pop(name, None)
        root = str(self.project.root)
        flags = [_REMAPPED.format(root=root) if flag == _REMAPPED else flag for flag in self.settings]
        return {**environ, _RUSTFLAGS[0]: "\x1f".join(flags)} if flags else environ

    @property
    def _folder(self) -> Path:
        return Path(os.path.normpath(self.project.root / self.crate.path))

    @property
    def _target(self) -> Path:
        # Variants with other features have the same file name, so each gets a folder of its own.
        return self.project.root / self.project.cargo / self.crate.name

    @property
    def _cargo_output(self) -> Path:
        return self._target / TARGET / self.profile
