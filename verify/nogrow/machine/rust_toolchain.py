"""This module finds or installs a Rust that can build for WebAssembly, and says why it chose that one."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nogrow.errors import ToolError
from nogrow.machine.machine import Machine, first_line, version_in
from nogrow.machine.process import ANSWER_BYTES, Progress, run

TARGET = "wasm32-unknown-unknown"
ADVICE = "apt-get install cargo rustc libstd-rust-dev-wasm32 lld"
_DEBIAN_PACKAGES = tuple(ADVICE.split()[2:])
_RUSTUP_WHICH_SECONDS = 30.0
_PROBE_SECONDS = 60.0
_PROBE_SOURCE = '#[no_mangle]\npub extern "C" fn probe() {}\n'
_WASM_MAGIC = b"\0asm"
_SHOWN = 100


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


@dataclass(frozen=True)
class Choice:
    """The Rust that was chosen, the step that found it, and why the steps before found none."""

    rust: Rust
    step: str
    refusals: tuple[str, ...]

    def __str__(self) -> str:
        """Return lines for the user on the choice and its reasons."""
        chosen = f"{self.rust.rustc} ({self.rust.rustc_version}) with {self.rust.cargo}"
        return "\n".join([*self.refusals, f"{self.step}: using {chosen}"])


class _RefusedError(Exception):
    """A Rust installation cannot be used, or a step of the search failed; the text says why."""


@dataclass(frozen=True)
class _Step:
    name: str
    take: Callable[[Machine, Progress], Rust]
    installs: bool = False


def find_rust(machine: Machine, progress: Progress) -> Choice:
    """Return the first Rust that can build for the target, in the order of `_STEPS`.

    Raises `ToolError` if the environment names a Rust that cannot, or if there is none; the error then lists
    the result of each step.
    """
    return _first(_STEPS, machine, progress)


def find_installed_rust(machine: Machine) -> Choice:
    """Return the Rust that `find_rust` chooses without the steps that install something.

    Raises `ToolError` as `find_rust` does.
    """
    return _first([step for step in _STEPS if not step.installs], machine, lambda line: None)


def _first(steps: Sequence[_Step], machine: Machine, progress: Progress) -> Choice:
    refusals: list[str] = []
    for step in steps:
        try:
            return Choice(step.take(machine, progress), step.name, tuple(refusals))
        except _RefusedError as refusal:
            refusals.append(f"{step.name}: {refusal}")
    reasons = "".join(f"\n  {refusal}" for refusal in refusals)
    raise ToolError(
        f"no Rust on this machine can target {TARGET}{reasons}\non Debian or Ubuntu, run as root: {ADVICE}"
    )


def _from_environment(machine: Machine, progress: Progress) -> Rust:
    values = {name: machine.environ.get(f"NOGROW_{name.upper()}") for name in ("cargo", "rustc")}
    named = {name: value for name, value in values.items() if value}
    if not named:
        raise _RefusedError("NOGROW_CARGO and NOGROW_RUSTC are not set")
    variables = " and ".join(f"NOGROW_{name.upper()}={value}" for name, value in named.items())
    try:
        programs = {name: _on_path(machine, value, "is not a program") for name, value in named.items()}
        first = next(iter(programs.values()))
        cargo = programs.get("cargo") or _partner(machine, first, "cargo")
        rustc = programs.get("rustc") or _partner(machine, first, "rustc")
        return _probed(cargo, rustc, machine.environ)
    except _RefusedError as refusal:
        raise ToolError(f"{variables} cannot be used: {refusal}") from refusal


def _partner(machine: Machine, program: Path, name: str) -> Path:
    """Return the program `name` beside `program`, or else the first on the machine."""
    beside = program.with_name(name)
    for candidate in (beside, *machine.everywhere(name)):
        if candidate.is_file():
            return candidate
    raise _RefusedError(f"there is no {name} for {program}")


def _from_rustup(machine: Machine, progress: Progress) -> Rust:
    return _probed(_rustup_which(machine, "cargo"), _rustup_which(machine, "rustc"), machine.environ)


def _rustup_which(machine: Machine, name: str) -> Path:
    """Return the program behind rustup's proxy; the proxy could choose another one in another folder."""
    answer = _rustup(machine, ["which", name], _RUSTUP_WHICH_SECONDS)
    output = first_line(answer)
    if output is None or not Path(output).is_file():
        raise _RefusedError(f"rustup which {name} answered {answer.strip()[:_SHOWN]!r}, which is not a file")
    return Path(output)


def _from_rustup_target_add(machine: Machine, progress: Progress) -> Rust:
    if machine.on_path("rustup") is not None:
        progress(f"rustup target add {TARGET} (at most {machine.rustup_seconds:g} s)")
    _rustup(machine, ["target", "add", TARGET], machine.rustup_seconds)
    return _from_rustup(machine, progress)


def _rustup(machine: Machine, arguments: list[str], seconds: float) -> str:
    rustup = _on_path(machine, "rustup", "is not on the PATH")
    return _answer([rustup, *arguments], machine.environ, seconds)


def _from_any_rustc(machine: Machine, progress: Progress) -> Rust:
    reasons = []
    for rustc in machine.everywhere("rustc"):
        if rustc.resolve().name == "rustup":
            continue
        try:
            return _probed(_partner(machine, rustc, "cargo"), rustc, machine.environ)
        except _RefusedError as refusal:
            reasons.append(str(refusal))
    raise _RefusedError("; ".join(reasons) or "there is no other rustc")


def _from_apt(machine: Machine, progress: Progress) -> Rust:
    if not machine.is_debian_like():
        raise _RefusedError("this system is neither Debian nor Ubuntu")
    if not machine.is_root:
        raise _RefusedError("only root may install packages")
    apt = _on_path(machine, "apt-get", "is not on the PATH")
    environ = {**machine.environ, "DEBIAN_FRONTEND": "noninteractive"}
    complaints = []
    # A fresh container has no package lists. A failed update is no end: old lists may do.
    for words in (["update"], ["install", "-y", "--no-install-recommends", *_DEBIAN_PACKAGES]):
        progress(f"{apt} {' '.join(words)} (at most {machine.apt_seconds:g} s)")
        try:
            completed = run([apt, *words], seconds=machine.apt_seconds, environ=environ)
        except ToolError as error:
            raise _RefusedError(str(error)) from error
        if completed.exit_code != 0:
            complaints.append(f"apt-get {words[0]}: {completed.complaint}")
    try:
        return _from_any_rustc(machine, progress)
    except _RefusedError as refusal:
        raise _RefusedError("; ".join([*complaints, str(refusal)])) from refusal


_STEPS = (
    _Step("environment", _from_environment),
    _Step("active rustup toolchain", _from_rustup),
    _Step("rustup target add", _from_rustup_target_add, installs=True),
    _Step("another rustc", _from_any_rustc),
    _Step("apt-get install", _from_apt, installs=True),
)


def _probed(cargo: Path, rustc: Path, environ: Mapping[str, str]) -> Rust:
    """Build a small module with the pair and return the pair as a `Rust`.

    A standard library for the target is not enough, because Debian has the linker in another package.
    """
    rust = Rust(cargo, rustc, _version(cargo, environ), _version(rustc, environ))
    libraries = _answer([rustc, "--print", "target-libdir", "--target", TARGET], environ, _PROBE_SECONDS)
    if not _has_standard_library(libraries.strip()):
        raise _RefusedError(f"{rustc} ({rust.rustc_version}) has no standard library for {TARGET}")
    with tempfile.TemporaryDirectory(prefix="nogrow-probe-") as name:
        source, output = Path(name, "probe.rs"), Path(name, "probe.wasm")
        source.write_text(_PROBE_SOURCE, encoding="utf-8")
        options = ("--target", TARGET, "--crate-type", "cdylib")
        _answer([rustc, *options, "-o", output, source], environ, _PROBE_SECONDS)
        if not output.is_file() or output.read_bytes()[:4] != _WASM_MAGIC:
            raise _RefusedError(f"{rustc} ({rust.rustc_version}) did not build a WebAssembly module")
    return rust


def _version(program: Path, environ: Mapping[str, str]) -> str:
    output = _answer([program, "--version"], environ, _PROBE_SECONDS)
    version = version_in(output)
    if version is None:
        raise _RefusedError(f"{program} --version did not print a version: {output[:_SHOWN]!r}")
    return version


def _has_standard_library(folder: str) -> bool:
    try:
        return any(Path(folder).glob("libstd-*.rlib"))
    except (OSError, ValueError):
        # rustc printed something that is not a path.
        return False


def _on_path(machine: Machine, name: str, problem: str) -> Path:
    program = machine.on_path(name)
    if program is None:
        raise _RefusedError(f"{name} {problem}")
    return program


def _answer(command: Sequence[str | Path], environ: Mapping[str, str], seconds: float) -> str:
    """Return what the program prints, unless it fails."""
    try:
        completed = run(command, seconds=seconds, environ=environ, most_bytes=ANSWER_BYTES)
    except ToolError as error:
        raise _RefusedError(str(error)) from error
    if completed.exit_code != 0:
        raise _RefusedError(f"{' '.join(completed.command[:3])}: {completed.complaint}")
    return completed.stdout
