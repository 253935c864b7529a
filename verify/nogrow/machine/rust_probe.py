"""This module tries whether a cargo and a rustc can build for WebAssembly."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nogrow.errors import ToolError
from nogrow.machine.process import ANSWER_BYTES, Completed, run
from nogrow.machine.programs import version_in

TARGET = "wasm32-unknown-unknown"
_PROBE_SECONDS = 60.0
_PROBE_SOURCE = '#[no_mangle]\npub extern "C" fn probe() {}\n'
_SHOWN = 100
_WASM_MAGIC = b"\0asm"


class RefusedError(Exception):
    """A Rust installation cannot be used, or a step of the search failed; the text says why."""


@dataclass(frozen=True)
class Rust:
    """A cargo and a rustc that together can build for the target."""

    cargo: Path
    rustc: Path
    cargo_version: str
    rustc_version: str

    def environ(self, base: Mapping[str, str]) -> dict[str, str]:
        """Return `base` with RUSTC set, so that cargo uses this rustc and not the first on the PATH."""
        return {**base, "RUSTC": str(self.rustc)}


def probe(cargo: Path, rustc: Path, environ: Mapping[str, str]) -> Rust:
    """Build a small module with the pair and return the pair as a `Rust`; raises `RefusedError`.

    A standard library for the target is not enough, because Debian has the linker in another package.
    """
    rust = Rust(cargo, rustc, _version(cargo, environ), _version(rustc, environ))
    libraries = _answer([rustc, "--print", "target-libdir", "--target", TARGET], environ).strip()
    if not _has_standard_library(libraries):
        raise RefusedError(f"{rustc} ({rust.rustc_version}) has no standard library for {TARGET}")
    with tempfile.TemporaryDirectory(prefix="nogrow-probe-") as name:
        source, output = Path(name, "probe.rs"), Path(name, "probe.wasm")
        source.write_text(_PROBE_SOURCE)
        _answer([rustc, "--target", TARGET, "--crate-type", "cdylib", "-o", output, source], environ)
        if not output.is_file() or output.read_bytes()[:4] != _WASM_MAGIC:
            raise RefusedError(f"{rustc} ({rust.rustc_version}) did not build a WebAssembly module")
    return rust


def _version(program: Path, environ: Mapping[str, str]) -> str:
    output = _answer([program, "--version"], environ)
    version = version_in(output)
    if version is None:
        raise RefusedError(f"{program} --version did not print a version: {output[:_SHOWN]!r}")
    return version


def _has_standard_library(folder: str) -> bool:
    try:
        return any(Path(folder).glob("libstd-*.rlib"))
    except (OSError, ValueError):
        # rustc printed something that is not a path.
        return False


def _answer(command: list[str | Path], environ: Mapping[str, str]) -> str:
    completed: Completed
    try:
        completed = run(command, seconds=_PROBE_SECONDS, environ=environ, most_bytes=ANSWER_BYTES)
    except ToolError as error:
        raise RefusedError(str(error)) from error
    if completed.exit_code != 0:
        raise RefusedError(f"{' '.join(completed.command[:2])}: {completed.complaint}")
    return completed.stdout
