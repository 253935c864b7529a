"""Open pages in Chromium, if Playwright and Chromium are installed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from tools.browser.chromium import chromium, find_chromium

from nogrow.errors import ToolError
from nogrow.machine.machine import Machine
from nogrow.report.html import render
from nogrow.report.model import Report

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    machine = Machine.current()
    try:
        find_chromium(machine)
    except ToolError as error:
        pytest.skip(str(error))
    with chromium(machine) as started:
        yield started


class Opened:
    """An open page, and its forbidden requests and messages."""

    def __init__(self, page: "Page", url: str) -> None:
        self.page = page
        self.url = url
        self.problems: list[str] = []
        page.on("console", lambda message: self.problems.append(message.text))
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("request", lambda request: self._asked(request.url))
        page.on("dialog", lambda dialog: self.problems.append(dialog.message))

    def _asked(self, url: str) -> None:
        if url != self.url:
            self.problems.append(url)

    def screenshot(self, name: str) -> None:
        """Save a screenshot of the page."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"report-{name}.png", full_page=True)

    def focused(self) -> str:
        """Return the label or text of the focused element."""
        script = "(node => node.getAttribute('aria-label') || node.textContent)(document.activeElement)"
        return str(self.page.evaluate(script))


@contextmanager
def opened(browser: "Browser", report: Report, folder: Path, **options: object) -> Iterator[Opened]:
    """Open the page of `report`, and check at the end that it sent no request and logged no message."""
    file = folder / "report.html"
    with file.open("w", encoding="utf-8", newline="\n") as stream:
        render(report, stream)
    context = browser.new_context(
        **cast("dict[str, Any]", {"viewport": {"width": 1280, "height": 900}, **options})
    )
    session = Opened(context.new_page(), file.as_uri())
    session.page.goto(session.url)
    yield session
    context.close()
    assert session.problems == []
