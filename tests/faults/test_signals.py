"""Tests that a signal ends a command with its exit code, without partial files and running processes."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tools.bench.pathological import exports

from tests.support.modules import assemble
from tests.support.posix import kill
from tests.support.program import started, wait_for_end

# A call of the host takes long but little fuel, so only the time limit ends the loop, after 10 seconds.
SPIN = assemble(
    """(module (import "wasi_snapshot_preview1" "sched_yield" (func $f (result i32)))
      (memory (export "memory") 1) (func (export "run") (loop (drop (call $f)) br 0)))"""
)
CONTRACT = """schema = 1
[[artifact]]
path = "spin.wasm"
wasi = true
[[artifact.scenario]]
name = "s"
steps = [{ call = "run" }]
"""
# This report never ends, so that the signal arrives while it is written.
WRITER = """
import sys
from pathlib import Path
from nogrow.cli import main
from nogrow.report import as_json
def render(report, stream):
    stream.write("half")
    stream.flush()
    print("writing", file=sys.stderr, flush=True)
    while True:
        pass
as_json.render = render
sys.argv = ["nogrow", "check", "m.wasm", "--format", "json=report"]
main.main()
"""
BOTH = [signal.SIGINT, signal.SIGTERM]


def default_signals() -> None:
    """Reset signals that a child would ignore: SIGINT in the background of a shell, SIGHUP under nohup."""
    if sys.platform != "win32":
        for number in (signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)


def ended(process: "subprocess.Popen[bytes]") -> tuple[int, str]:
    out, err = process.communicate(timeout=100)
    return process.returncode, ((out or b"") + (err or b"")).decode()


@pytest.mark.parametrize("number", BOTH)
def test_partial_report_is_removed(number: signal.Signals, tmp_path: Path) -> None:
    (tmp_path / "m.wasm").write_bytes(exports(10))
    (tmp_path / "report").write_text("before")
    process = started(
        folder=tmp_path,
        program=(sys.executable, "-c", WRITER),
        prepare=default_signals,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    assert process.stderr.readline() == b"writing\n"
    process.send_signal(number)
    code, output = ended(process)
    assert (code, "Traceback" in output) == (128 + number, False)
    assert (tmp_path / "report").read_text() == "before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.wasm", "report"]


def _children(process: int) -> list[int]:
    """Return the processes that run guests; spawning starts one that only tracks resources as well."""
    path = Path(f"/proc/{process}/task/{process}/children")
    return [
        int(number) for number in path.read_text(encoding="utf-8").split() if not _tracks_resources(number)
    ]


def _tracks_resources(process: str) -> bool:
    try:
        return b"resource_tracker" in Path(f"/proc/{process}/cmdline").read_bytes()
    except FileNotFoundError:
        return True


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs Linux's /proc")
@pytest.mark.parametrize("number", BOTH)
def test_running_guest_ends_with_the_program(number: signal.Signals, tmp_path: Path) -> None:
    (tmp_path / "spin.wasm").write_bytes(SPIN)
    (tmp_path / "nogrow.toml").write_text(CONTRACT)
    process = started(
        "run", folder=tmp_path, prepare=default_signals, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    children = _wait_for_children(process.pid)
    process.send_signal(number)
    code, output = ended(process)
    assert (code, output) == (128 + number, "")
    for child in children:
        wait_for_end(child)


def _wait_for_children(process: int) -> list[int]:
    for _ in range(1000):
        children = _children(process)
        if children:
            time.sleep(0.3)
            return children
        time.sleep(0.02)
    raise TimeoutError


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs Linux's /proc")
def test_guest_whose_process_is_killed_is_not_judged(tmp_path: Path) -> None:
    (tmp_path / "spin.wasm").write_bytes(SPIN)
    (tmp_path / "nogrow.toml").write_text(CONTRACT)
    process = started("run", folder=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    # nogrow tries a second time, in a process alone.
    killed: set[int] = set()
    while len(killed) < 2:
        for child in set(_wait_for_children(process.pid)) - killed:
            kill(child)
            killed.add(child)
    code, output = ended(process)
    assert (code, "its process was ended" in output) == (4, True)
