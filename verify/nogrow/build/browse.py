"""A guest and a way to view its memory in, and out comes what the browser host's page shows of them."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from nogrow.errors import ToolError

if TYPE_CHECKING:
    from playwright.sync_api import Page

VIEWS = ("kept", "watched", "live")
_SECONDS = 60.0


@dataclass(frozen=True)
class Shown:
    """What the page shows: the greeting, or the error as JavaScript words it."""

    text: str
    failed: bool


def browse(page: "Page", url: str, artifact: str, view: str) -> Shown:
    """Let the page at `url` run the artifact with the view; raises `ToolError` when it shows nothing."""
    from playwright.sync_api import Error

    path = PurePosixPath(artifact)
    query = urlencode({"guest": path.stem, "profile": path.parent.name, "view": view})
    try:
        page.goto(f"{url}?{query}")
        page.wait_for_selector("#result[aria-busy=false]", timeout=_SECONDS * 1000)
        failed = page.get_attribute("#result", "data-outcome") != "greeting"
        return Shown(page.inner_text("#said"), failed)
    except Error as error:
        raise ToolError(f"{url}?{query} shows nothing: {error.message.splitlines()[0]}") from error
