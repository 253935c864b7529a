"""A crate to the module that cargo makes of its library."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from nogrow.contract.build_plan import CrateSource
from nogrow.machine.process import run_checked
from nogrow.machine.rust_probe import TARGET, Rust
from nogrow.project.crate_files import crate_files, has_rustflags, is_locked, library_of
from nogrow.project.manifest import Tool, read_made, write_atomic
from nogrow.project.project import Project

# The debug information then names the same files wherever the project lies.
_REMAPPED = "--remap-path-prefix={root}/="
_RUSTFLAGS = ("CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS")


@dataclass(frozen=True)
class CrateStep:
    """The library of a crate, built by cargo in a folder of its own below `build/cargo`."""

    project: Project
    crate: CrateSource
    profile: str
    rust: Rust
    environ: Mapping[str, str]

    @property
    def source(self) -> str:
        """The crate's folder."""
        return str(self.crate.path)

    @property
    def outputs(self) -> tuple[PurePosixPath, ...]:
        """The one module."""
        return (self.project.plan.artifact(self.crate, self.profile),)

    @property
    def flags(self) -> tuple[str, ...]:
        """The flags of cargo."""
        profiles = {"debug": (), "release": ("--release",)}
        profile = profiles.get(self.profile, ("--profile", self.profile))
        features = tuple(f"--features={feature}" for feature in self.crate.features)
        no_default = () if self.crate.default_features else ("--no-default-features",)
        # Without a lock file there is nothing to hold cargo to, and it writes one.
        locked = ("--locked",) if is_locked(self._folder) else ()
        return (*locked, "--lib", f"--target={TARGET}", *profile, *no_default, *features)

    @property
    def settings(self) -> tuple[str, ...]:
        """The flags of rustc, if they are not left to the crate's own configuration."""
        if self.crate.rustflags is None and has_rustflags(self._folder):
            return ()
        return (_REMAPPED, *(self.crate.rustflags or ()))

    def tools(self) -> tuple[Tool, ...]:
        """Cargo and rustc."""
        return (Tool("cargo", self.rust.cargo_version), Tool("rustc", self.rust.rustc_version))

    def files(self) -> set[Path] | None:
        """All in the crate's folder, and what cargo said that it read."""
        name = library_of(self._folder)
        output = self.project.root / self.project.plan.output
        return crate_files(self._folder, output, self._made / f"{name}.d")

    def make(self) -> None:
        """Build it, and copy cargo's output to its place."""
        run_checked(
            [self.rust.cargo, "build", *self.flags, "--target-dir", self._target],
            seconds=self.project.plan.seconds,
            environ=self._environ(),
            folder=self._folder,
        )
        made = self._made / f"{library_of(self._folder)}.wasm"
        write_atomic(self.project.root / self.outputs[0], read_made(made))

    def _environ(self) -> dict[str, str]:
        """The environment, in which flags for rustc are those of the contract, and never a shell's."""
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
        # One folder per variant: features share cargo's output file name, and would overwrite it.
        return self.project.root / self.project.cargo / self.crate.name

    @property
    def _made(self) -> Path:
        return self._target / TARGET / self.profile
