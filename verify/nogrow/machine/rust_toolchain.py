"""A machine in, a Rust that can target WebAssembly out, and why it was this one and no other."""

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
    """A step of the search that found nothing to take."""

    step: str
    reason: str


@dataclass(frozen=True)
class Choice:
    """The Rust that was taken, the step that found it, and the steps before it."""

    rust: Rust
    step: str
    refusals: tuple[Refusal, ...]

    def __str__(self) -> str:
        """What was taken and why, for the user."""
        lines = [f"{refusal.step}: {refusal.reason}" for refusal in self.refusals]
        taken = f"{self.rust.rustc} ({self.rust.rustc_version}) with {self.rust.cargo}"
        return "\n".join([*lines, f"{self.step}: took {taken}"])


@dataclass(frozen=True)
class _Step:
    name: str
    take: Callable[[Machine, Progress], Rust]
    installs: bool = False


def find_rust(machine: Machine, progress: Progress) -> Choice:
    """The first Rust that can build for the target, in the order of `_STEPS`.

    Raises `ToolError` when the environment names one that can't, and when there is none; the
    error then tells what each step found.
    """
    return _first(_STEPS, machine, progress)


def find_installed_rust(machine: Machine) -> Choice:
    """The Rust that `find_rust` takes if nothing has to be installed; changes nothing on the machine.

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
    found = "".join(f"\n  {refusal.step}: {refusal.reason}" for refusal in refusals)
    raise ToolError(
        f"no Rust on this machine can target {TARGET}{found}\n"
        f"on Debian or Ubuntu, this as root brings one: {ADVICE}"
    )


def find_host_rust(machine: Machine) -> tuple[Path, Path | None]:
    """A cargo that runs on this machine, and the rustc beside it; for tests on the host.

    The one on the PATH is asked first. Raises `ToolError` when none works.
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
        version = run(
            [program, "--version"],
            seconds=_RUSTUP_WHICH_SECONDS,
            environ=machine.environ,
            most_bytes=ANSWER_BYTES,
        )
    except ToolError:
        return False
    return version.exit_code == 0


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
        given = {name: _named_program(machine, value) for name, value in named.items()}
        beside = next(iter(given.values()))
        cargo = given.get("cargo") or _partner(machine, beside, "cargo")
        rustc = given.get("rustc") or _partner(machine, beside, "rustc")
        return probe(cargo, rustc, machine.environ)
    except RefusedError as refusal:
        raise ToolError(f"{variables} can't be used: {refusal}") from refusal


def _named_program(machine: Machine, value: str) -> Path:
    found = machine.on_path(value)
    if found is None:
        raise RefusedError(f"{value} is not a program")
    return found


def _partner(machine: Machine, program: Path, name: str) -> Path:
    """The `name` that belongs to `program`: beside it, else the first on the machine."""
    beside = program.with_name(name)
    for candidate in (beside, *machine.everywhere(name)):
        if candidate.is_file():
            return candidate
    raise RefusedError(f"there is no {name} for {program}")


def _from_rustup(machine: Machine, progress: Progress) -> Rust:
    return probe(_rustup_which(machine, "cargo"), _rustup_which(machine, "rustc"), machine.environ)


def _rustup_which(machine: Machine, name: str) -> Path:
    """The program behind rustup's proxy; a proxy itself could change its mind in another folder."""
    said = _rustup(machine, ["which", name], _RUSTUP_WHICH_SECONDS)
    output = first_line(said)
    if output is None or not Path(output).is_file():
        raise RefusedError(f"rustup which {name} answered {said.strip()[:_SHOWN]!r}, which is no file")
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
