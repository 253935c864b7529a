"""A wasm-objdump that is missing, fails, hangs or prints nonsense: no verdict is built on what it says."""

import shlex
import sys
import time
from pathlib import Path

import pytest

from nogrow.errors import ToolError
from nogrow.machine.programs import find_wabt
from nogrow.project import inspect as stage
from nogrow.project.inspect import grow_sites
from nogrow.project.verify import verify
from tests.cli.modules import GROWING, QUIET, module
from tests.machine.fakes import FakeMachine

# For a script of the shell: the path may have a space in it.
REAL = shlex.quote(str(find_wabt("wasm-objdump")))
CONTRACT = """schema = 1
[[artifact]]
path = "quiet.wasm"
[[artifact]]
path = "growing.wasm"
expect = { bad = "reachable" }
"""
TITLE = 'printf "\\n$(/usr/bin/basename "$2"):\\tfile format wasm 0x1\\n\\nCode Disassembly:\\n\\n"'
FITS = "printed what does not fit the file"


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeMachine:
    """A project, and a machine on which programs are looked for in a folder of fakes alone."""
    fake = FakeMachine(tmp_path)
    fake.bin.mkdir()
    module(tmp_path / "quiet.wasm", QUIET)
    module(tmp_path / "growing.wasm", GROWING)
    (tmp_path / "nogrow.toml").write_text(CONTRACT)
    monkeypatch.setattr(sys, "executable", str(fake.root / "none" / "python3"))
    monkeypatch.setenv("PATH", str(fake.bin))
    monkeypatch.setattr(stage, "_OBJDUMP_SECONDS", 20.0)
    return fake


# What it does, and what nogrow says of it.
FAULTS = [
    pytest.param("echo 'error: out of luck' >&2; exit 1", "out of luck", id="fails"),
    pytest.param("echo 'a warning'; exit 3", "exit code 3", id="fails and complains to its output"),
    pytest.param("kill -9 $$", "exit code -9", id="is killed"),
    pytest.param("exit 0", FITS, id="prints nothing"),
    pytest.param("/usr/bin/head -c 3000 /dev/urandom", FITS, id="random bytes"),
    pytest.param("/usr/bin/head -c 50000000 /dev/zero", "printed more than 1,0", id="50 MB"),
    pytest.param("/bin/cat /dev/zero >&2", "printed more than 1,0", id="endless complaint"),
    pytest.param("echo 1.0.36", FITS, id="something else"),
    pytest.param(TITLE, FITS, id="no function at all"),
    pytest.param(f'{REAL} "$@" | /bin/grep -v memory.grow', None, id="no memory.grow"),
    pytest.param(f'{REAL} "$@" | /usr/bin/head -n -2', FITS, id="cut at its end"),
    pytest.param(f'{REAL} "$@" | /bin/sed "s/^ 0000[0-9a-f]*:/ offset:/"', FITS, id="no offsets"),
    pytest.param(f'{REAL} "$@" | /bin/sed "s/^ 00/ 10/"', FITS, id="other offsets"),
]


@pytest.mark.parametrize(("script", "said"), FAULTS)
def test_no_verdict_without_a_second_opinion(
    fake: FakeMachine, script: str, said: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    fake.program(fake.bin / "wasm-objdump", f"{script}")
    started = time.monotonic()
    assert verify(fake.root) == 4
    assert time.monotonic() - started < 60
    output = capsys.readouterr().out
    assert len(output) < 10_000
    assert "growing.wasm: no second opinion on the grow sites: " in output
    # Of the quiet one, a listing without its grow sites is the whole truth.
    assert ("quiet.wasm: no second opinion" in output) is (said is not None)
    assert (said or FITS) in output


def test_hanging_wasm_objdump_is_killed(
    fake: FakeMachine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "_OBJDUMP_SECONDS", 0.3)
    fake.program(fake.bin / "wasm-objdump", "echo thinking >&2; /bin/sleep 60")
    assert verify(fake.root) == 4
    output = capsys.readouterr().out
    assert "took longer than 0.3 s" in output
    assert "thinking" in output


def test_no_verdict_without_wasm_objdump(
    fake: FakeMachine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(fake.root) == 4
    assert "wasm-objdump is missing; this brings it: pip install 'nogrow[build]'" in capsys.readouterr().out


def test_no_verdict_if_wasm_objdump_is_not_a_program(fake: FakeMachine, capsys: pytest.CaptureFixture[str]) -> None:
    fake.program(fake.bin / "wasm-objdump", "").write_bytes(b"\x7fELF nonsense")
    assert verify(fake.root) == 4
    assert "can't be started: Exec format error" in capsys.readouterr().out


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
