import io
import sys
import time

import pytest

from nogrow.cli import progress as stage
from nogrow.cli.progress import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_nobody_is_told_where_no_terminal_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with progress() as watch:
        assert watch is None


def shown(monkeypatch: pytest.MonkeyPatch, silent: float, seconds: float) -> str:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(stage, "SILENT", silent)
    with progress() as watch:
        assert watch is not None
        watch(0, 3)
        watch(2, 3)
        time.sleep(seconds)
    return terminal.getvalue()


def test_what_is_quick_shows_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, 60, 0) == ""


def test_what_takes_long_is_shown_and_wiped_away(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(monkeypatch, 0, 0.3)
    assert "\r\x1b[Knogrow: 2 of 3 checked, 0 s" in text
    assert text.endswith("\r\x1b[K")
