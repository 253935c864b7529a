"""How programs are run: with a time limit, and with their words shown when they fail."""

import time
from pathlib import Path

import pytest

from nogrow.errors import ToolError
from nogrow.machine.process import run, run_checked


def test_output_and_exit_code_are_returned() -> None:
    done = run(["/bin/sh", "-c", "echo out; echo err >&2; exit 3"], seconds=10)
    assert (done.exit_code, done.stdout, done.stderr) == (3, "out\n", "err\n")


def test_a_failure_shows_the_standard_error_to_its_last_line() -> None:
    with pytest.raises(ToolError, match="exit code 1") as caught:
        run_checked(["/bin/sh", "-c", "echo first >&2; echo last >&2; exit 1"], seconds=10)
    assert str(caught.value).endswith("\n  | first\n  | last")


def test_a_program_that_takes_too_long_is_ended_and_shows_what_it_said() -> None:
    start = time.monotonic()
    with pytest.raises(ToolError, match=r"longer than 0\.5 s\n  \| waiting"):
        run(["/bin/sh", "-c", "echo waiting >&2; /bin/sleep 60 & wait"], seconds=0.5)
    assert time.monotonic() - start < 30


def test_a_program_that_is_not_there_is_a_tool_error(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="can't be started: No such file"):
        run([tmp_path / "nothing"], seconds=1)


def test_a_program_gets_no_input_to_wait_for() -> None:
    assert run(["/bin/cat"], seconds=10).exit_code == 0


def test_output_that_is_not_utf8_does_not_break_anything() -> None:
    assert run(["/usr/bin/printf", r"\377"], seconds=10).stdout == "\ufffd"


def test_line_ends_are_left_as_they_are() -> None:
    assert run(["/usr/bin/printf", r"a\rb"], seconds=10).stdout == "a\rb"


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("echo info >&2; echo 'error: bad' >&2; exit 1", "error: bad"),
        ("echo panicked >&2; exit 1", "panicked"),
        ("exit 7", "exit code 7, and it printed nothing"),
    ],
)
def test_a_complaint_is_one_line(script: str, complaint: str) -> None:
    assert run(["/bin/sh", "-c", script], seconds=10).complaint == complaint
