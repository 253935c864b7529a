"""The browser host, opened."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page


class Opened:
    """A page, what it wrote to the console, what went wrong in it, and where it asked for what."""

    def __init__(self, page: "Page") -> None:
        self.page = page
        self.console: list[tuple[str, str]] = []
        self.problems: list[str] = []
        self.requests: list[str] = []
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))

    def _said(self, message: "ConsoleMessage") -> None:
        self.console.append((message.type, message.text.split("\n")[0]))


@contextmanager
def opened(browser: "Browser", **options: object) -> Iterator[Opened]:
    """A new page in a context of its own; that no script of it failed is checked at the end."""
    context = browser.new_context(
        **cast("dict[str, Any]", {"viewport": {"width": 1240, "height": 800}, **options})
    )
    try:
        found = Opened(context.new_page())
        yield found
    finally:
        context.close()
    assert found.problems == []
