import io
import subprocess
import sys

import pytest

from nogrow.cli import output as stage
from nogrow.cli.output import progress

SHOW_CURSOR = "\x1b[?25h"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(monkeypatch: pytest.MonkeyPatch, total: int, seconds_before: float = 0) -> str:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(stage, "SECONDS_BEFORE", seconds_before)
    monkeypatch.setenv("TERM", "xterm")
    with progress() as watch:
        assert watch is not None
        watch(0, total)
        watch(2, total)
    return terminal.getvalue()


def test_without_a_terminal_nothing_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with progress() as watch:
        assert watch is None


def test_quick_check_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, 3, seconds_before=60) == ""


def test_single_file_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, 1) == ""


def test_long_check_shows_a_bar_and_removes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(monkeypatch, 3)
    assert "nogrow" in text
    assert "2/3" in text
    # The line is erased after the cursor is shown again.
    assert text.endswith("\x1b[2K")
    assert SHOW_CURSOR in text


def test_rich_is_loaded_only_to_draw() -> None:
    code = (
        "import sys, io\n"
        "from nogrow.cli.output import progress\n"
        "sys.stderr.isatty = lambda: True\n"
        "with progress() as watch:\n"
        "    watch(0, 3)\n"
        "assert 'rich' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], timeout=60, check=True)
