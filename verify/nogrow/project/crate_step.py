"""This module builds the library of a crate into a module, with cargo."""

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nogrow.contract.build_plan import CrateSource
from nogrow.errors import ToolError
from nogrow.machine.process import run
from nogrow.machine.rust_toolchain import TARGET, Rust
from nogrow.project.manifest import Tool, read_output, write_atomic
from nogrow.project.steps import Step, files_below

# With this, the debug information names the same files wherever the project is.
_REMAPPED = "--remap-path-prefix={root}/="
_RUSTFLAGS = ("CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS")
_CONFIGURATIONS = (".cargo/config", ".cargo/config.toml")
# Cargo reads these in the crate's folder and in each folder above it.
_ABOVE = ("Cargo.toml", "Cargo.lock", *_CONFIGURATIONS, "rust-toolchain", "rust-toolchain.toml")
_UNESCAPED_SPACE = re.compile(r"(?<!\\) +")


@dataclass(frozen=True)
class CrateStep(Step):
    """A build step that has cargo build a crate's library, in a folder of its own below `build/cargo`."""

    crate: CrateSource
    rust: Rust
    environ: Mapping[str, str]

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
        return crate_files(self._folder, self.project.root / self.project.output, self._built(".d"))

    def make(self) -> None:
        """Run cargo and copy the module to the output path."""
        run(
            [self.rust.cargo, "build", *self.flags, "--target-dir", self._target],
            seconds=self.project.plan.seconds,
            environ=self._environ(),
            folder=self._folder,
        ).checked()
        write_atomic(self.project.root / self.outputs[0], read_output(self._built(".wasm")))

    def _environ(self) -> dict[str, str]:
        """Return the environment with the contract's flags for rustc in place of the shell's."""
        environ = self.rust.environ(self.environ)
        for name in _RUSTFLAGS:
            environ.pop(name, None)
        flags = [
            _REMAPPED.format(root=self.project.root) if flag == _REMAPPED else flag for flag in self.settings
        ]
        return {**environ, _RUSTFLAGS[0]: "\x1f".join(flags)} if flags else environ

    @property
    def _folder(self) -> Path:
        return Path(os.path.normpath(self.project.root / self.source))

    @property
    def _target(self) -> Path:
        # Variants with other features have the same file name, so each gets a folder of its own.
        return self.project.root / self.project.cargo / self.crate.name

    def _built(self, suffix: str) -> Path:
        """Return the path of a file that cargo makes for the library."""
        return self._target / TARGET / self.profile / f"{library_of(self._folder)}{suffix}"


def crate_files(folder: Path, output: Path, dependencies: Path) -> set[Path]:
    """Return the files that the crate in `folder` is built from, as far as they are known.

    They are all files in the folder, the files that cargo reads in the folders above, and the sources in
    other folders (such as other crates) that cargo listed in `dependencies` at the last build.
    """
    files = set(files_below(folder, output))
    named = {(folder / path).absolute() for path in _named_in(dependencies)}
    outside = {file for file in named if not file.is_relative_to(output) and file.is_file()}
    for source_folder in {folder, *(file.parent for file in outside)}:
        for above in (source_folder, *source_folder.parents):
            files.update(above / name for name in _ABOVE if (above / name).is_file())
    return files | outside


def _named_in(dependencies: Path) -> Iterator[str]:
    """Yield the sources in a dependency file of cargo: `output: source source`, with escaped spaces."""
    try:
        lines = dependencies.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return
    for line in lines:
        _, _, sources = line.partition(": ")
        yield from (path.replace("\\ ", " ") for path in _UNESCAPED_SPACE.split(sources) if path)


def has_rustflags(folder: Path) -> bool:
    """Return whether a configuration that cargo reads for the crate in `folder` sets flags for rustc."""
    for above in (folder, *folder.parents):
        for name in _CONFIGURATIONS:
            config = _toml(above / name)
            targets = config.get("target", {})
            tables = [config.get("build", {}), *(targets.values() if isinstance(targets, dict) else ())]
            if any(isinstance(table, dict) and "rustflags" in table for table in tables):
                return True
    return False


def is_locked(folder: Path) -> bool:
    """Return whether the crate in `folder`, or a workspace above it, has a lock file."""
    workspaces = [parent for parent in folder.parents if (parent / "Cargo.toml").is_file()]
    return any((candidate / "Cargo.lock").is_file() for candidate in (folder, *workspaces))


def library_of(folder: Path) -> str:
    """Return the name of the module that cargo builds of the crate; raises `ToolError` if it builds none."""
    path = folder / "Cargo.toml"
    if not path.is_file():
        raise ToolError(f"the source {folder} is missing, or has no Cargo.toml")
    manifest = _toml(path)
    library, package = manifest.get("lib", {}), manifest.get("package", {})
    if not isinstance(library, dict) or not isinstance(package, dict):
        raise ToolError(f"{path} is not the manifest of a crate")
    kinds = library.get("crate-type", library.get("crate_type"))
    if not isinstance(kinds, list) or "cdylib" not in kinds:
        raise ToolError(f'{path} makes no module: its [lib] needs crate-type = ["cdylib"]')
    return str(library.get("name") or str(package.get("name", folder.name)).replace("-", "_"))


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ToolError(f"{path} cannot be read: {error}") from error
