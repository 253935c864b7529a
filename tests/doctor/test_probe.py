"""Tests of the diagnosis, on machines with fake programs."""

import re
import sys
import time
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from nogrow.doctor import probe
from nogrow.doctor.diagnosis import Finding, State, Use, is_ready
from nogrow.doctor.probe import EXTRAS, diagnose
from nogrow.machine import rust_toolchain
from nogrow.machine.machine import Machine
from tests.machine.fakes import FakeMachine

ROOT = Path(__file__).parents[2]
CLANG = 'case $1 in --version) echo "clang version 14.0.6" ;; *) echo {target} ;; esac'


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeMachine:
    """Return a machine with fake programs, which have half a second each."""
    monkeypatch.setattr(probe, "_VERSION_SECONDS", 0.5)
    # Judging takes a second, and has its own test.
    monkeypatch.setattr(probe, "_kernels", lambda machine: Finding(Use("kernels", "all", ""), State.OK))
    fake = FakeMachine(tmp_path)
    fake.bin.mkdir()
    return fake


def find(fake: FakeMachine, name: str, distribution: str = "ID=debian") -> Finding:
    machine = fake.machine(distribution=distribution)
    (finding,) = (finding for finding in diagnose(machine) if finding.use.name == name)
    return finding


def test_this_machine_can_judge() -> None:
    diagnosis = diagnose(Machine.current())
    assert is_ready(diagnosis)
    required = [finding for finding in diagnosis if finding.use.required]
    assert [finding.use.name for finding in required] == ["Python", "wasmtime", "kernels"]
    assert required[1].version == metadata.version("wasmtime")


def test_program_that_prints_its_version_is_ok(fake: FakeMachine) -> None:
    node = fake.program(fake.bin / "node", "echo v21.3.0")
    fake.program(fake.bin / "clang", CLANG.format(target="wasm32"))
    finding = find(fake, "node")
    assert (finding.state, finding.version, finding.path) == (State.OK, "21.3.0", str(node))
    assert find(fake, "clang").state is State.OK


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("sleep 60", "took longer than 0.5 s"),
        ("sleep 60 & sleep 60", "took longer than 0.5 s"),
        ("echo hello there", "did not print a version: hello there"),
        ("exit 0", "did not print a version: exit code 0, and it printed nothing"),
        ("echo v20.1.0; echo error: broken >&2; exit 1", "did not print a version: error: broken"),
        ("head -c 3000 /dev/urandom; exit 1", "did not print a version: "),
        ("kill -9 $$", "did not print a version: exit code -9"),
        ("echo v18.19.0", "too old: 20 or later is needed"),
    ],
)
def test_program_without_a_usable_version_is_broken(fake: FakeMachine, script: str, problem: str) -> None:
    fake.program(fake.bin / "node", f"PATH=/usr/bin:/bin\n{script}")
    started = time.monotonic()
    finding = find(fake, "node")
    assert finding.state is State.BROKEN
    assert problem in (finding.problem or "")
    assert time.monotonic() - started < 30


def test_file_that_is_not_a_program_is_broken(fake: FakeMachine) -> None:
    fake.program(fake.bin / "node", "").write_bytes(b"\x7fELF nonsense")
    finding = find(fake, "node")
    assert finding.state is State.BROKEN
    assert "cannot be started" in (finding.problem or "")


def test_clang_without_the_target_is_broken(fake: FakeMachine) -> None:
    fake.program(fake.bin / "clang", CLANG.format(target="x86"))
    finding = find(fake, "clang")
    assert (finding.state, finding.problem) == (State.BROKEN, "it has no target wasm32")


def test_missing_tool_has_an_install_command(fake: FakeMachine) -> None:
    finding = find(fake, "wasm-ld")
    assert (finding.state, finding.use.install) == (State.MISSING, "apt-get install lld")
    elsewhere = find(fake, "wasm-ld", distribution="ID=other")
    assert elsewhere.use.install == "install wasm-ld with this system's package manager"


def test_search_for_rust_installs_nothing(fake: FakeMachine) -> None:
    assert find(fake, "Rust for WebAssembly").state is State.MISSING
    fake.rust(fake.root / "active", "active", target=False)
    fake.rustup(fake.root / "active", target_add="exit 0")
    fake.program(fake.bin / "apt-get", "exit 0", logged=True)
    finding = find(fake, "Rust for WebAssembly")
    assert finding.state is State.BROKEN
    assert "has no standard library for wasm32-unknown-unknown" in (finding.problem or "")
    assert finding.use.install == "rustup target add wasm32-unknown-unknown"
    assert {call.split()[1] for call in fake.calls} == {"which"}
    fake.rust(fake.bin, "good")
    assert find(fake, "Rust for WebAssembly").version == "rustc 1.99.0 (good)"


def test_hanging_rustc_is_broken(fake: FakeMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rust_toolchain, "_PROBE_SECONDS", 0.5)
    fake.rust(fake.bin, "good")
    fake.program(fake.bin / "rustc", "PATH=/usr/bin:/bin; sleep 60")
    finding = find(fake, "Rust for WebAssembly")
    assert finding.state is State.BROKEN
    assert "took longer than 0.5 s" in (finding.problem or "")


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("exit 0", "nogrow check growing.wasm exits with 0, not 1"),
        ("echo ImportError: no wasmtime >&2; exit 4", "exits with 4, not 0: ImportError: no wasmtime"),
        ("PATH=/usr/bin:/bin; sleep 60", "took longer than 0.5 s"),
    ],
)
def test_nogrow_that_judges_wrongly_is_not_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, problem: str
) -> None:
    fake = FakeMachine(tmp_path)
    monkeypatch.setattr(probe, "_CHECK_SECONDS", 0.5)
    monkeypatch.setattr(sys, "executable", str(fake.program(fake.bin / "python", script)))
    diagnosis = diagnose(fake.machine())
    assert not is_ready(diagnosis)
    assert problem in (diagnosis[2].problem or "")


def test_extra_needs_all_of_its_packages(fake: FakeMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    def version(name: str) -> str:
        if name in ("tree-sitter-javascript", "wasmtime"):
            raise metadata.PackageNotFoundError(name)
        return "1.2"

    monkeypatch.setattr("importlib.metadata.version", version)
    glue, search = find(fake, "extra glue"), find(fake, "extra search")
    assert (glue.state, glue.problem) == (State.MISSING, "tree-sitter-javascript is not installed")
    assert glue.use.install == "pip install 'nogrow[glue]'"
    assert (search.state, search.version) == (State.OK, "1.2")
    assert not is_ready(diagnose(fake.machine()))


def test_extras_are_those_of_pyproject() -> None:
    document = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    extras = document["project"]["optional-dependencies"]
    # These are for the project's own tests.
    del extras["dev"], extras["test"]
    named = {
        name: tuple(re.split(r"[<>=\[]", requirement)[0] for requirement in extras[name]) for name in extras
    }
    assert named == EXTRAS
