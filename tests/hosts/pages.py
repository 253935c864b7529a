"""This module opens the browser host in a new page."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page


class Opened:
    """A page with its console messages, its errors and its requests."""

    def __init__(self, page: "Page") -> None:
        self.page = page
        self.console: list[tuple[str, str]] = []
        self.problems: list[str] = []
        self.requests: list[str] = []
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))

    def _on_console(self, message: "ConsoleMessage") -> None:
        self.console.append((message.type, message.text.split("\n")[0]))


@contextmanager
def opened(browser: "Browser", **options: object) -> Iterator[Opened]:
    """Open a new page in a new context, and check at the end that no script failed."""
    context = browser.new_context(
        **cast("dict[str, Any]", {"viewport": {"width": 1240, "height": 800}, **options})
    )
    try:
        page = Opened(context.new_page())
        yield page
    finally:
        context.close()
    assert page.problems == []
