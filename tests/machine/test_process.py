"""Tests of running programs with limits, and of the messages when they fail."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from nogrow.errors import ToolError
from nogrow.machine.process import run
from tests.support.posix import kill

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the programs in these tests are POSIX's")


def test_output_and_exit_code_are_returned() -> None:
    completed = run(["/bin/sh", "-c", "echo out; echo err >&2; exit 3"], seconds=10)
    assert (completed.exit_code, completed.stdout, completed.stderr) == (3, "out\n", "err\n")


def test_failure_shows_the_standard_error() -> None:
    with pytest.raises(ToolError, match="exit code 1") as caught:
        run(["/bin/sh", "-c", "echo first >&2; echo last >&2; exit 1"], seconds=10).checked()
    assert str(caught.value).endswith("\n  | first\n  | last")


def test_program_that_takes_too_long_shows_its_output() -> None:
    start = time.monotonic()
    with pytest.raises(ToolError, match=r"longer than 0\.5 s\n  \| waiting"):
        run(["/bin/sh", "-c", "echo waiting >&2; /bin/sleep 60 & wait"], seconds=0.5)
    assert time.monotonic() - start < 30


def test_missing_program_is_a_tool_error(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="cannot be started: No such file"):
        run([tmp_path / "nothing"], seconds=1)


def test_standard_input_is_empty() -> None:
    assert run(["/bin/cat"], seconds=10).exit_code == 0


def test_output_that_is_not_utf8_is_replaced() -> None:
    assert run(["/usr/bin/printf", r"\377"], seconds=10).stdout == "\ufffd"


def test_line_ends_are_unchanged() -> None:
    assert run(["/usr/bin/printf", r"a\rb"], seconds=10).stdout == "a\rb"


def _lives(process: int) -> bool:
    """Return whether the process exists and is not a zombie."""
    status = subprocess.run(["/bin/ps", "-o", "stat=", "-p", str(process)], capture_output=True, check=False)
    return status.stdout.strip() not in (b"", b"Z", b"Zs")


def _is_gone(process: int) -> bool:
    for _ in range(100):
        if not _lives(process):
            return True
        time.sleep(0.05)
    return False


def test_program_that_takes_too_long_ends_with_its_children(tmp_path: Path) -> None:
    script = f'/bin/sleep 60 & echo $! > "{tmp_path}/child"; echo $$ > "{tmp_path}/own"; wait'
    with pytest.raises(ToolError, match=r"longer than 0\.5 s"):
        run(["/bin/sh", "-c", script], seconds=0.5)
    assert all(_is_gone(int((tmp_path / name).read_text())) for name in ("child", "own"))


def test_child_in_another_session_is_not_waited_for(tmp_path: Path) -> None:
    start = time.monotonic()
    script = (
        f'/usr/bin/setsid /bin/sh -c "echo \\$\\$ > {tmp_path}/child; exec /bin/sleep 60" & /bin/sleep 60'
    )
    with pytest.raises(ToolError, match=r"longer than 0\.5 s"):
        run(["/bin/sh", "-c", script], seconds=0.5)
    assert time.monotonic() - start < 30
    kill(int((tmp_path / "child").read_text()))


def test_program_that_closes_its_streams_is_killed() -> None:
    start = time.monotonic()
    with pytest.raises(ToolError, match=r"longer than 0\.5 s"):
        run(["/bin/sh", "-c", "exec >&- 2>&-; exec /bin/sleep 60"], seconds=0.5)
    assert time.monotonic() - start < 30


@pytest.mark.parametrize("stream", [1, 2])
def test_program_that_prints_too_much_is_killed(stream: int) -> None:
    script = f"exec /bin/cat /dev/zero >&{stream}"
    with pytest.raises(ToolError, match=r"printed more than 100,000 bytes") as caught:
        run(["/bin/sh", "-c", script], seconds=100, most_bytes=100_000)
    assert len(str(caught.value)) < 1000


def test_long_line_is_shortened() -> None:
    with pytest.raises(ToolError, match=r"\n  \| 000") as caught:
        run(["/bin/sh", "-c", "printf '%0900000d' 0 >&2; exit 1"], seconds=10).checked()
    assert len(str(caught.value)) < 1000


def test_empty_standard_error_does_not_hide_the_output() -> None:
    with pytest.raises(ToolError, match=r"\n  \| what is wrong"):
        run(["/bin/sh", "-c", "echo what is wrong; echo >&2; exit 1"], seconds=10).checked()


def test_argument_with_a_null_byte_is_a_tool_error() -> None:
    with pytest.raises(ToolError, match="cannot be started: embedded null byte"):
        run(["/bin/echo", "a\0b"], seconds=1)


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("echo info >&2; echo 'error: bad' >&2; exit 1", "error: bad"),
        ("echo panicked >&2; exit 1", "panicked"),
        ("exit 7", "exit code 7, and it printed nothing"),
    ],
)
def test_complaint_is_one_line(script: str, complaint: str) -> None:
    assert run(["/bin/sh", "-c", script], seconds=10).complaint == complaint


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_while_a_program_starts_kills_the_program(
    monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    started: list[subprocess.Popen[bytes]] = []
    start = subprocess.Popen

    def interrupted(words: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:  # noqa: ANN401
        started.append(start(words, **options))
        os.kill(os.getpid(), number)
        # Python runs its signal handlers between two instructions of its byte code.
        time.sleep(0.01)
        return started[0]

    def leave(number: int, frame: object) -> None:
        raise SystemExit(number)

    old = signal.signal(number, leave)
    monkeypatch.setattr(subprocess, "Popen", interrupted)
    try:
        with pytest.raises(SystemExit):
            run(["/bin/sleep", "60"], seconds=60)
        assert signal.getsignal(number) is leave
    finally:
        signal.signal(number, old)
    assert started[0].poll() == -9
