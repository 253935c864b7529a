"""Files of cargo, npm and WebAssembly text to how a module is built from them."""

import glob
import json
import shlex
import tomllib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePath
from typing import Any, NamedTuple

from nogrow.init.discover import Found
from nogrow.init.paths import seen_from

_TARGET = "wasm32-unknown-unknown"


class Buildable(NamedTuple):
    """Something that a module is built from, the command, and the module, None if that can't be told.

    `makes` is spelled as the contract names it. `kind` and `path` are for `[build]`, where it knows such
    sources: `crate` with its folder, or `wat`.
    """

    what: str
    command: str
    makes: str | None
    kind: str | None = None
    path: str | None = None


def buildable(found: Found, folder: Path) -> tuple[Buildable, ...]:
    """What modules can be built from and none of the modules was, as far as their names tell.

    The contract is to be in `folder`.
    """
    built = {PurePath(module).stem.removesuffix("_bg") for module in found.modules}
    every = (*_of_manifests(found.manifests), *map(_of_text, found.texts))
    left = (one for one in every if not (built if one.makes is None else {PurePath(one.makes).stem} & built))
    return tuple(
        one._replace(makes=_spelled(one.makes, folder, glob.escape), path=_spelled(one.path, folder, str))
        for one in left
    )


def _spelled(path: str | None, folder: Path, escape: Callable[[str], str]) -> str | None:
    try:
        return None if path is None else escape(seen_from(folder, path))
    except UnicodeEncodeError:
        return None


def _of_manifests(manifests: Sequence[str]) -> Iterator[Buildable]:
    for path in manifests:
        one = _of_crate(Path(path)) if path.endswith(".toml") else _of_package(Path(path))
        if one is not None:
            yield one


def _of_crate(manifest: Path) -> Buildable | None:
    """The crate, if it makes a library for other languages, as a module is."""
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
    """The folder that cargo's target folder is in."""
    for folder in manifest.parent.parents:
        if "workspace" in _document(folder / "Cargo.toml"):
            return folder
    return manifest.parent


def _of_package(manifest: Path) -> Buildable | None:
    """The npm package, if it has a script for building."""
    scripts = _table(_document(manifest), "scripts")
    script = min((name for name in scripts if "build" in name), key=len, default=None)
    if script is None:
        return None
    where = () if manifest.parent == Path() else ("--prefix", str(manifest.parent))
    return Buildable(f"the npm package of {manifest}", shlex.join(("npm", *where, "run", script)), None)


def _of_text(text: str) -> Buildable:
    output = str(Path("build", f"{Path(text).stem}.wasm"))
    command = shlex.join(("wat2wasm", text, "-o", output))
    return Buildable(f"the text {text}", command, output, "wat", text)


def _document(path: Path) -> dict[str, Any]:
    """What the file says, nothing if it can't be read: how a module is built is only a hint."""
    try:
        text = path.read_text("utf-8")
        document = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except (OSError, ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _table(document: dict[str, Any], key: str) -> dict[str, Any]:
    value = document.get(key)
    return value if isinstance(value, dict) else {}
