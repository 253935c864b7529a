"""Tests with a wasm-objdump that is missing, fails, hangs or prints wrong output."""

import shlex
import sys
import time
from pathlib import Path

import pytest

from nogrow.errors import ToolError
from nogrow.machine.machine import find_wabt
from nogrow.project import inspect as stage
from nogrow.project.inspect import grow_sites
from nogrow.project.verify import verify
from tests.machine.fakes import FakeMachine
from tests.support.modules import GROWING, QUIET, write_module

# Quoted for the shell, because the path may contain a space.
REAL = shlex.quote(str(find_wabt("wasm-objdump")))
CONTRACT = """schema = 1
[[artifact]]
path = "quiet.wasm"
[[artifact]]
path = "growing.wasm"
expect = { bad = "reachable" }
"""
TITLE = 'printf "\\n$(/usr/bin/basename "$2"):\\tfile format wasm 0x1\\n\\nCode Disassembly:\\n\\n"'
MISMATCH = "the output of wasm-objdump does not match the file"


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeMachine:
    """Return a machine with a project, on which only fake programs are found."""
    fake = FakeMachine(tmp_path)
    fake.bin.mkdir()
    write_module(tmp_path / "quiet.wasm", QUIET)
    write_module(tmp_path / "growing.wasm", GROWING)
    (tmp_path / "nogrow.toml").write_text(CONTRACT)
    monkeypatch.setattr(sys, "executable", str(fake.root / "none" / "python3"))
    monkeypatch.setenv("PATH", str(fake.bin))
    monkeypatch.setattr(stage, "_OBJDUMP_SECONDS", 20.0)
    return fake


# The script of wasm-objdump, and the message of nogrow.
FAULTS = [
    pytest.param("echo 'error: out of luck' >&2; exit 1", "out of luck", id="fails"),
    pytest.param("echo 'a warning'; exit 3", "exit code 3", id="fails and complains to its output"),
    pytest.param("kill -9 $$", "exit code -9", id="is killed"),
    pytest.param("exit 0", MISMATCH, id="prints nothing"),
    pytest.param("/usr/bin/head -c 3000 /dev/urandom", MISMATCH, id="random bytes"),
    pytest.param("/usr/bin/head -c 50000000 /dev/zero", "printed more than 1,0", id="50 MB"),
    pytest.param("/bin/cat /dev/zero >&2", "printed more than 1,0", id="endless complaint"),
    pytest.param("echo 1.0.36", MISMATCH, id="something else"),
    pytest.param(TITLE, MISMATCH, id="no function at all"),
    pytest.param(f'{REAL} "$@" | /bin/grep -v memory.grow', None, id="no memory.grow"),
    pytest.param(f'{REAL} "$@" | /usr/bin/head -n -2', MISMATCH, id="cut at its end"),
    pytest.param(f'{REAL} "$@" | /bin/sed "s/^ 0000[0-9a-f]*:/ offset:/"', MISMATCH, id="no offsets"),
    pytest.param(f'{REAL} "$@" | /bin/sed "s/^ 00/ 10/"', MISMATCH, id="other offsets"),
]


@pytest.mark.parametrize(("script", "message"), FAULTS)
def test_no_verdict_without_a_second_opinion(
    fake: FakeMachine, script: str, message: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.program(fake.bin / "wasm-objdump", script)
    started = time.monotonic()
    assert verify(fake.root) == 4
    assert time.monotonic() - started < 60
    output = capsys.readouterr().out
    assert len(output) < 10_000
    assert "growing.wasm: no second opinion on the grow sites: " in output
    # The quiet module has no grow sites, so a listing without grow sites is correct.
    assert ("quiet.wasm: no second opinion" in output) is (message is not None)
    assert (message or MISMATCH) in output


def test_hanging_wasm_objdump_is_killed(
    fake: FakeMachine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "_OBJDUMP_SECONDS", 0.3)
    fake.program(fake.bin / "wasm-objdump", "echo thinking >&2; /bin/sleep 60")
    assert verify(fake.root) == 4
    output = capsys.readouterr().out
    assert "took longer than 0.3 s" in output
    assert "thinking" in output


def test_no_verdict_without_wasm_objdump(fake: FakeMachine, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(fake.root) == 4
    assert "wasm-objdump is missing: run pip install 'nogrow[build]'" in capsys.readouterr().out


def test_no_verdict_if_wasm_objdump_is_not_a_program(
    fake: FakeMachine, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.program(fake.bin / "wasm-objdump", "").write_bytes(b"\x7fELF nonsense")
    assert verify(fake.root) == 4
    assert "cannot be started: Exec format error" in capsys.readouterr().out


def test_real_wasm_objdump_gives_a_second_opinion(fake: FakeMachine) -> None:
    fake.program(fake.bin / "wasm-objdump", f'exec {REAL} "$@"')
    assert verify(fake.root) == 0
    assert len(grow_sites(fake.root / "growing.wasm")) == 1


def test_wrong_output_is_shortened_and_has_advice(fake: FakeMachine) -> None:
    fake.program(fake.bin / "wasm-objdump", "printf '%0900000d' 0")
    with pytest.raises(
        ToolError, match=r"000\.\.\.'; .* pip install --force-reinstall 'nogrow\[build\]'$"
    ) as error:
        grow_sites(fake.root / "quiet.wasm")
    assert len(str(error.value)) < 500
