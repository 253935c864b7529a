"""This module tells how modules can be built from the crates, npm packages and text files of a project."""

import glob
import json
import shlex
import tomllib
from collections.abc import Callable
from pathlib import Path, PurePath
from typing import Any, NamedTuple

from nogrow.init.discover import Found, seen_from

_TARGET = "wasm32-unknown-unknown"


class Buildable(NamedTuple):
    """A source that a module can be built from, and the command that does it.

    `output` is the module's path in the contract, None if it is not known. `kind` and `path` describe the
    source for the contract's `[build]` table: `crate` with the crate's folder, or `wat` with the file; None
    for sources that the table does not support.
    """

    description: str
    command: str
    output: str | None
    kind: str | None = None
    path: str | None = None


def buildable(found: Found, folder: Path) -> tuple[Buildable, ...]:
    """Return the sources that no discovered module seems to be built from, going by file names.

    The paths are relative to `folder`, where the contract will be.
    """
    built = {PurePath(module).stem.removesuffix("_bg") for module in found.modules}
    manifests = (
        (_of_crate if path.endswith(".toml") else _of_package)(Path(path)) for path in found.manifests
    )
    return tuple(
        source._replace(
            output=_in_contract(source.output, folder, glob.escape),
            path=_in_contract(source.path, folder, str),
        )
        for source in (*manifests, *map(_of_text, found.texts))
        if source is not None
        and not (built if source.output is None else {PurePath(source.output).stem} & built)
    )


def _in_contract(path: str | None, folder: Path, escape: Callable[[str], str]) -> str | None:
    try:
        return None if path is None else escape(seen_from(folder, path))
    except UnicodeEncodeError:
        return None


def _of_crate(manifest: Path) -> Buildable | None:
    """Return the crate as a source if it has the crate type `cdylib`, which modules are built with."""
    document = _document(manifest)
    library, package = _table(document, "lib"), _table(document, "package")
    kinds = library.get("crate-type", library.get("crate_type"))
    name = library.get("name", package.get("name"))
    if not isinstance(kinds, list) or "cdylib" not in kinds or not isinstance(name, str):
        return None
    output = _workspace(manifest) / "target" / _TARGET / "release" / f"{name.replace('-', '_')}.wasm"
    command = ("cargo", "build", "--release", "--target", _TARGET, "--manifest-path", str(manifest))
    folder = str(manifest.parent)
    return Buildable(f"the crate {name}", shlex.join(command), str(output), "crate", folder)


def _workspace(manifest: Path) -> Path:
    """Return the folder that contains cargo's target folder."""
    for folder in manifest.parent.parents:
        if "workspace" in _document(folder / "Cargo.toml"):
            return folder
    return manifest.parent


def _of_package(manifest: Path) -> Buildable | None:
    """Return the npm package as a source if it has a build script."""
    scripts = _table(_document(manifest), "scripts")
    script = min((name for name in scripts if "build" in name), key=len, default=None)
    if script is None:
        return None
    prefix = () if manifest.parent == Path() else ("--prefix", str(manifest.parent))
    return Buildable(f"the npm package of {manifest}", shlex.join(("npm", *prefix, "run", script)), None)


def _of_text(text: str) -> Buildable:
    output = str(Path("build", f"{Path(text).stem}.wasm"))
    command = shlex.join(("wat2wasm", text, "-o", output))
    return Buildable(f"the text {text}", command, output, "wat", text)


def _document(path: Path) -> dict[str, Any]:
    """Return the document, an empty one if it can't be read: a missing hint is no error."""
    try:
        text = path.read_text("utf-8")
        document = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except (OSError, ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _table(document: dict[str, Any], key: str) -> dict[str, Any]:
    value = document.get(key)
    return value if isinstance(value, dict) else {}
