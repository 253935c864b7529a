"""This module finds or installs a Rust that can build for WebAssembly, and says why it chose that one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from nogrow.errors import ToolError
from nogrow.machine.machine import Machine
from nogrow.machine.process import ANSWER_BYTES, Progress, run
from nogrow.machine.programs import first_line
from nogrow.machine.rust_probe import TARGET, RefusedError, Rust, probe

ADVICE = "apt-get install cargo rustc libstd-rust-dev-wasm32 lld"
_DEBIAN_PACKAGES = tuple(ADVICE.split()[2:])
_RUSTUP_WHICH_SECONDS = 30.0
_SHOWN = 100


@dataclass(frozen=True)
class Refusal:
    """A step of the search that found no usable Rust, and the reason."""

    step: str
    reason: str


@dataclass(frozen=True)
class Choice:
    """The Rust that was chosen, the step that found it, and the steps before that found none."""

    rust: Rust
    step: str
    refusals: tuple[Refusal, ...]

    def __str__(self) -> str:
        """Return lines for the user on the choice and its reasons."""
        lines = [f"{refusal.step}: {refusal.reason}" for refusal in self.refusals]
        chosen = f"{self.rust.rustc} ({self.rust.rustc_version}) with {self.rust.cargo}"
        return "\n".join([*lines, f"{self.step}: using {chosen}"])


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
    refusals: list[Refusal] = []
    for step in steps:
        try:
            return Choice(step.take(machine, progress), step.name, tuple(refusals))
        except RefusedError as refusal:
            refusals.append(Refusal(step.name, str(refusal)))
    reasons = "".join(f"\n  {refusal.step}: {refusal.reason}" for refusal in refusals)
    raise ToolError(
        f"no Rust on this machine can target {TARGET}{reasons}\non Debian or Ubuntu, run as root: {ADVICE}"
    )


def find_host_rust(machine: Machine) -> tuple[Path, Path | None]:
    """Return a cargo that runs on this machine and the rustc beside it, to run tests of crates.

    The cargo on the PATH comes first. Raises `ToolError` if none works.
    """
    reasons = []
    for cargo in machine.everywhere("cargo"):
        rustc = cargo.with_name("rustc")
        pair = (cargo, rustc) if rustc.is_file() else (cargo,)
        broken = [program for program in pair if not _runs(program, machine)]
        if not broken:
            return cargo, rustc if rustc.is_file() else None
        reasons.append(f"{broken[0]} does not run")
    raise ToolError("; ".join(reasons) or f"no cargo on this machine; try: {ADVICE}")


def _runs(program: Path, machine: Machine) -> bool:
    try:
        completed = run(
            [program, "--version"],
            seconds=_RUSTUP_WHICH_SECONDS,
            environ=machine.environ,
            most_bytes=ANSWER_BYTES,
        )
    except ToolError:
        return False
    return completed.exit_code == 0


def _from_environment(machine: Machine, progress: Progress) -> Rust:
    named = {
        name: machine.environ[f"NOGROW_{name.upper()}"]
        for name in ("cargo", "rustc")
        if machine.environ.get(f"NOGROW_{name.upper()}")
    }
    if not named:
        raise RefusedError("NOGROW_CARGO and NOGROW_RUSTC are not set")
    variables = " and ".join(f"NOGROW_{name.upper()}={value}" for name, value in named.items())
    try:
        programs = {name: _named_program(machine, value) for name, value in named.items()}
        first = next(iter(programs.values()))
        cargo = programs.get("cargo") or _partner(machine, first, "cargo")
        rustc = programs.get("rustc") or _partner(machine, first, "rustc")
        return probe(cargo, rustc, machine.environ)
    except RefusedError as refusal:
        raise ToolError(f"{variables} cannot be used: {refusal}") from refusal


def _named_program(machine: Machine, value: str) -> Path:
    program = machine.on_path(value)
    if program is None:
        raise RefusedError(f"{value} is not a program")
    return program


def _partner(machine: Machine, program: Path, name: str) -> Path:
    """Return the program `name` beside `program`, or else the first on the machine."""
    beside = program.with_name(name)
    for candidate in (beside, *machine.everywhere(name)):
        if candidate.is_file():
            return candidate
    raise RefusedError(f"there is no {name} for {program}")


def _from_rustup(machine: Machine, progress: Progress) -> Rust:
    return probe(_rustup_which(machine, "cargo"), _rustup_which(machine, "rustc"), machine.environ)


def _rustup_which(machine: Machine, name: str) -> Path:
    """Return the program behind rustup's proxy; the proxy could choose another one in another folder."""
    answer = _rustup(machine, ["which", name], _RUSTUP_WHICH_SECONDS)
    output = first_line(answer)
    if output is None or not Path(output).is_file():
        raise RefusedError(f"rustup which {name} answered {answer.strip()[:_SHOWN]!r}, which is not a file")
    return Path(output)


def _from_rustup_target_add(machine: Machine, progress: Progress) -> Rust:
    if machine.on_path("rustup") is not None:
        progress(f"rustup target add {TARGET} (at most {machine.rustup_seconds:g} s)")
    _rustup(machine, ["target", "add", TARGET], machine.rustup_seconds)
    return _from_rustup(machine, progress)


def _rustup(machine: Machine, arguments: list[str], seconds: float) -> str:
    rustup = machine.on_path("rustup")
    if rustup is None:
        raise RefusedError("rustup is not on the PATH")
    try:
        completed = run([rustup, *arguments], seconds=seconds, environ=machine.environ)
    except ToolError as error:
        raise RefusedError(str(error)) from error
    if completed.exit_code != 0:
        raise RefusedError(f"rustup {' '.join(arguments)}: {completed.complaint}")
    return completed.stdout


def _from_any_rustc(machine: Machine, progress: Progress) -> Rust:
    reasons = []
    for rustc in machine.everywhere("rustc"):
        if rustc.resolve().name == "rustup":
            continue
        try:
            return probe(_partner(machine, rustc, "cargo"), rustc, machine.environ)
        except RefusedError as refusal:
            reasons.append(str(refusal))
    raise RefusedError("; ".join(reasons) or "there is no other rustc")


def _from_apt(machine: Machine, progress: Progress) -> Rust:
    if not machine.is_debian_like():
        raise RefusedError("this system is neither Debian nor Ubuntu")
    if not machine.is_root:
        raise RefusedError("only root may install packages")
    apt = machine.on_path("apt-get")
    if apt is None:
        raise RefusedError("apt-get is not on the PATH")
    environ = {**machine.environ, "DEBIAN_FRONTEND": "noninteractive"}
    update: list[str | Path] = [apt, "update"]
    install: list[str | Path] = [apt, "install", "-y", "--no-install-recommends", *_DEBIAN_PACKAGES]
    complaints = []
    # A fresh container has no package lists. A failed update is no end: old lists may do.
    for command in (update, install):
        progress(f"{' '.join(map(str, command))} (at most {machine.apt_seconds:g} s)")
        try:
            completed = run(command, seconds=machine.apt_seconds, environ=environ)
        except ToolError as error:
            raise RefusedError(str(error)) from error
        if completed.exit_code != 0:
            complaints.append(f"apt-get {command[1]}: {completed.complaint}")
    try:
        return _from_any_rustc(machine, progress)
    except RefusedError as refusal:
        raise RefusedError("; ".join([*complaints, str(refusal)])) from refusal


_STEPS = (
    _Step("environment", _from_environment),
    _Step("active rustup toolchain", _from_rustup),
    _Step("rustup target add", _from_rustup_target_add, installs=True),
    _Step("another rustc", _from_any_rustc),
    _Step("apt-get install", _from_apt, installs=True),
)
