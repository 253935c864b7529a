"""Tests with build programs that are missing, fail, hang, print wrong output or are too old."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tools.bench.corpus import fetch
from tools.bench.packages import Package
from tools.browser import demo
from tools.browser.demo import find_node

from nogrow.contract.build_plan import CommandSource, Plan
from nogrow.doctor import probe
from nogrow.doctor.diagnosis import State, Use
from nogrow.doctor.probe import program
from nogrow.errors import ToolError
from nogrow.machine import machine
from nogrow.machine import rust_toolchain as toolchain
from nogrow.machine.process import MOST_BYTES
from nogrow.machine.rust_toolchain import find_rust
from nogrow.project import steps
from nogrow.project.builder import BuildTools
from nogrow.project.project import Project
from nogrow.project.steps import CommandStep
from tests.faults.test_signals import default_signals
from tests.machine.fakes import FakeMachine, ignore
from tests.support.program import started, wait_for_end
from tests.support.tasks import VERIFY, invoke
from tools import pins

PROJECT = {
    "tasks.py": "from nogrow.invoke import collection\n\nnamespace = collection()\n",
    "nogrow.toml": """schema = 1
[build]
profiles = ["release"]
seconds = SECONDS
[[build.crate]]
path = "guest"
""",
    "guest/Cargo.toml": '[package]\nname = "guest"\nversion = "0.1.0"\n[lib]\ncrate-type = ["cdylib"]\n',
}
# Scripts of programs that do not print a version.
NO_VERSION = {
    "nothing": "exit 0",
    "a word": "echo hello",
    "random bytes": "/usr/bin/head -c 3000 /dev/urandom",
    "no UTF-8": r"printf '\377hello'",
    "thousands of digits": "printf 'v%09000d.1.2' 1",
    "50 MB": "/usr/bin/head -c 50000000 /dev/zero",
    "an endless complaint": "/bin/cat /dev/zero >&2",
    "an error": "echo error: broken >&2; exit 1",
    "a crash": "kill -11 $$",
    "a hang": "echo v20.1.2; /bin/sleep 60",
}
EVERY = pytest.mark.parametrize("script", NO_VERSION.values(), ids=NO_VERSION)


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> FakeMachine:
    """Return a machine with fake programs, whose calls have a second if the test's program sleeps."""
    sleeps = "script" in request.fixturenames and "sleep" in request.getfixturevalue("script")
    for module, name in (
        *((machine, "_VERSION_SECONDS"), (toolchain, "_PROBE_SECONDS"), (demo, "_NODE_SECONDS")),
        *((probe, "_VERSION_SECONDS"), (steps, "_VERSION_SECONDS"), (toolchain, "_RUSTUP_WHICH_SECONDS")),
    ):
        monkeypatch.setattr(module, name, 1.0 if sleeps else 60.0)
    fake = FakeMachine(tmp_path)
    fake.bin.mkdir()
    return fake


def line_of(error: pytest.ExceptionInfo[ToolError]) -> str:
    """Return the first line of the message, which is short even with the output of the program."""
    assert len(str(error.value)) < 1500
    return str(error.value).split("\n")[0]


@EVERY
def test_node_without_a_version_is_rejected(fake: FakeMachine, script: str) -> None:
    node = fake.program(fake.bin / "node", script)
    with pytest.raises(ToolError) as error:
        find_node(fake.machine())
    assert str(node) in line_of(error)


@EVERY
def test_doctor_calls_a_program_without_version_broken(fake: FakeMachine, script: str) -> None:
    fake.program(fake.bin / "npm", script)
    finding = program(Use("npm", "", ""), fake.machine())
    assert finding.state is State.BROKEN
    assert finding.problem
    assert len(finding.problem) <= 200
    assert "\n" not in finding.problem


@EVERY
def test_assembler_without_a_version_is_rejected(
    fake: FakeMachine, script: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", str(fake.root / "none" / "python3"))
    monkeypatch.setenv("PATH", str(fake.bin))
    fake.program(fake.bin / "wat2wasm", script)
    with pytest.raises(ToolError) as error:
        BuildTools(fake.machine(), ignore).assembler  # noqa: B018
    assert "wat2wasm --version" in line_of(error)


@EVERY
@pytest.mark.parametrize("name", ["cargo", "rustc"])
def test_rust_without_a_version_is_skipped(fake: FakeMachine, script: str, name: str) -> None:
    bad = fake.rust(fake.bin, "bad")
    fake.program(fake.bin / name, script)
    _, good = fake.rust(fake.usr_bin, "good")
    environ = {"NOGROW_CARGO": str(bad[0]), "NOGROW_RUSTC": str(bad[1])}
    with pytest.raises(ToolError) as error:
        find_rust(fake.machine(environ=environ), ignore)
    assert line_of(error).startswith(f"NOGROW_CARGO={bad[0]} and NOGROW_RUSTC={bad[1]} cannot be used: ")
    if name == "rustc":
        assert find_rust(fake.machine(), ignore).rust.rustc == good


@pytest.mark.parametrize(
    "libdir", ["", "echo", "printf '%09000d' 1", r"printf '/\0/x'", r"printf '/\377'", "/bin/cat /dev/zero"]
)
def test_rustc_without_a_library_folder_is_skipped(fake: FakeMachine, libdir: str) -> None:
    _, rustc = fake.rust(fake.bin, "bad")
    script = f'case "$*" in --version) echo rustc 1.99.0 ;; *target-libdir*) {libdir or ":"} ;; esac'
    fake.program(rustc, script)
    with pytest.raises(ToolError, match=r"another rustc: .*(no standard library for wasm32|printed more)"):
        find_rust(fake.machine(), ignore)


@EVERY
def test_rustup_without_a_path_fails_only_its_step(fake: FakeMachine, script: str) -> None:
    fake.program(fake.bin / "rustup", script)
    _, good = fake.rust(fake.usr_bin, "good")
    choice = find_rust(fake.machine(seconds=1), ignore)
    assert choice.rust.rustc == good
    assert len(str(choice)) < 3000


@pytest.mark.parametrize("script", [script for script in NO_VERSION.values() if "hello" not in script])
def test_tool_of_a_command_without_a_version_is_rejected(fake: FakeMachine, script: str) -> None:
    fake.program(fake.bin / "cc", script)
    source = CommandSource("mine", ("cc",), (), tools=(("cc", "-v"),))
    step = CommandStep(Project(fake.root, Plan()), "mine", "command", (), source, fake.machine().environ)
    with pytest.raises(ToolError) as error:
        step.tools()
    assert "cc" in line_of(error)


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo 'npm error code EEXIST' >&2; exit 1", "needs the network once: npm error code EEXIST"),
        ("/usr/bin/head -c 3000 /dev/urandom", "left 0 archives instead of one"),
        ("echo x > a.tgz; echo y > b.tgz", "left 2 archives instead of one"),
        ("echo x > a.tgz", "is not the pinned one"),
        ("/bin/cat /dev/zero", f"printed more than {MOST_BYTES:,} bytes"),
    ],
)
def test_npm_that_installs_nothing_usable_is_an_error(fake: FakeMachine, script: str, message: str) -> None:
    fake.program(fake.bin / "npm", script)
    with pytest.raises(ToolError, match=message) as error:
        fetch(Package("a", "1", "sha512-x"), fake.root / "corpus", ignore, fake.machine())
    line_of(error)
    assert list((fake.root / "corpus").iterdir()) == []


@pytest.mark.parametrize("script", ["exit 0", "echo hello", "/usr/bin/head -c 3000 /dev/urandom"])
def test_pins_are_kept_if_uv_prints_none(
    fake: FakeMachine, script: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    uv = fake.program(fake.bin / "uv", script)
    monkeypatch.setattr(pins, "find_program", lambda *_: uv)
    (fake.root / pins.PINS).write_text("before")
    with pytest.raises(
        ToolError, match=r"uv printed no pins with hashes, requirements-dev\.txt is as it was"
    ):
        pins.write_pins(fake.root)
    assert (fake.root / pins.PINS).read_text() == "before"


def project(fake: FakeMachine, script: str, seconds: int) -> dict[str, str]:
    """Write a project with a cargo that runs `script`; return the environment that names the cargo."""
    for name, text in PROJECT.items():
        (fake.root / name).parent.mkdir(parents=True, exist_ok=True)
        (fake.root / name).write_text(text.replace("SECONDS", str(seconds)))
    cargo, rustc = fake.rust(fake.bin, "mine")
    fake.program(cargo, f'[ "$1" = --version ] && echo cargo 1.99.0 && exit; {script}')
    return {"NOGROW_CARGO": str(cargo), "NOGROW_RUSTC": str(rustc)}


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (
            "echo 'error: edition 2030 is too new for this cargo' >&2; exit 101",
            "| error: edition 2030 is too new",
        ),
        ("echo waiting >&2; /bin/sleep 60", "took longer than 1 s"),
        ("/bin/cat /dev/zero", f"printed more than {MOST_BYTES:,} bytes"),
        ("kill -9 $$", "exit code -9"),
        ("exit 0", "the build did not make "),
    ],
    ids=["too old", "hangs", "endless", "killed", "makes nothing"],
)
def test_cargo_that_builds_nothing_is_one_line(fake: FakeMachine, script: str, message: str) -> None:
    environ = project(fake, script, seconds=1 if "sleep" in script else 60)
    start = time.monotonic()
    completed = invoke(fake.root, "build", code=1, environ=environ)
    assert message in completed.stderr
    assert len(completed.stderr) < 1500
    assert time.monotonic() - start < 60
    assert not list(fake.root.rglob("guest.wasm"))


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_running_cargo_ends_with_the_task(fake: FakeMachine, name: str) -> None:
    number = signal.Signals[name]
    environ = project(fake, f'echo $$ > "{fake.root}/cargo.pid"; exec /bin/sleep 60', seconds=60)
    process = started(
        "build",
        folder=fake.root,
        environ={**environ, "PYTHONPATH": str(VERIFY)},
        program=(sys.executable, "-m", "invoke"),
        prepare=default_signals,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    pid_file = fake.root / "cargo.pid"
    while not (pid_file.exists() and pid_file.read_text().strip()):
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(number)
    err = process.communicate(timeout=60)[1].decode()
    assert process.returncode == (1 if number is signal.SIGINT else 128 + number)
    assert "Traceback" not in err
    wait_for_end(int(pid_file.read_text()))
