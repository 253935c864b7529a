"""This module finds the files that a crate is built from, and reads its manifest and cargo configuration."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nogrow.errors import ToolError
from nogrow.project.inputs import files_below

# Cargo reads these in the crate's folder and in each folder above it.
_ABOVE = (
    "Cargo.toml",
    "Cargo.lock",
    ".cargo/config",
    ".cargo/config.toml",
    "rust-toolchain",
    "rust-toolchain.toml",
)
_UNESCAPED_SPACE = re.compile(r"(?<!\\) +")


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
        for name in (".cargo/config", ".cargo/config.toml"):
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
    name = library.get("name") or str(package.get("name", folder.name)).replace("-", "_")
    return str(name)


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ToolError(f"{path} cannot be read: {error}") from error
