"""Open the browser host's page with Playwright, read what it shows, and take screenshots."""

import threading
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from nogrow.analysis.proof import judge
from nogrow.contract.select import targets
from nogrow.errors import ToolError
from nogrow.pipeline.all_files import check
from nogrow.project.manifest import write_atomic
from nogrow.report.html import render
from tools.browser.guest_copies import stressed_name
from tools.browser.serve import PageServer

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PICTURES = PurePosixPath("docs/images")
_GROWING = "build/release/greeting_growth.wasm"
# The documentation shows these guests and views, in a cold host or a warm one.
PICTURED = {
    "detached": (_GROWING, "kept", False),
    "attached": (_GROWING, "live", False),
    "stressed": (stressed_name(_GROWING), "kept", True),
}
_SECONDS = 60.0


@dataclass(frozen=True)
class Shown:
    """The result on the page: the greeting, or JavaScript's error message."""

    text: str
    failed: bool


@contextmanager
def served(root: Path) -> Iterator[PageServer]:
    """Serve the project at `root` on any free port."""
    with PageServer(root, 0) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()


def browse(page: "Page", url: str, artifact: str, view: str, *, warm: bool = False) -> Shown:
    """Let the page at `url` run the artifact with the view, and return what it shows.

    A stressed copy is chosen with the page's switch. With `warm`, the host greets once before it makes its
    view. Raises `ToolError` when the page shows nothing.
    """
    from playwright.sync_api import Error

    path = PurePosixPath(artifact)
    guest = path.stem.removesuffix(".stressed")
    switches = {"warm": warm, "stress": guest != path.stem}
    chosen = {"guest": guest, "profile": path.parent.name, "view": view}
    query = urlencode({**chosen, **{name: "on" for name, is_on in switches.items() if is_on}})
    try:
        page.goto(f"{url}?{query}")
        page.wait_for_selector("#result[aria-busy=false]", timeout=_SECONDS * 1000)
        failed = page.get_attribute("#result", "data-outcome") != "greeting"
        return Shown(page.inner_text("#said"), failed)
    except Error as error:
        raise ToolError(f"{url}?{query} shows nothing: {error.message.splitlines()[0]}") from error


def picture_report(root: Path, browser: "Browser", folder: Path) -> Path:
    """Write a screenshot of the growing guest's HTML report to `folder`, and return its path."""
    path = folder / "report.png"
    context = browser.new_context(viewport={"width": 1240, "height": 900}, color_scheme="light")
    with TemporaryDirectory() as scratch, chdir(root):
        report = check(None, targets(None, (_GROWING,)), judge=judge)
        file = Path(scratch, "report.html")
        with file.open("w", encoding="utf-8") as stream:
            render(report, stream)
        page = context.new_page()
        page.goto(file.as_uri())
        page.get_by_role("option", name="set_name").click()
        write_atomic(path, page.screenshot())
    context.close()
    return path


def take_pictures(root: Path, browser: "Browser", folder: Path) -> tuple[Path, ...]:
    """Write the documentation's screenshots to `folder`, and return their paths; raises `ToolError`."""
    context = browser.new_context(viewport={"width": 1240, "height": 800}, color_scheme="light")
    taken = []
    with served(root) as server:
        page = context.new_page()
        for name, (guest, view, warm) in PICTURED.items():
            browse(page, server.url, guest, view, warm=warm)
            taken.append(folder / f"{name}.png")
            write_atomic(taken[-1], page.screenshot(full_page=True))
    context.close()
    return (*taken, picture_report(root, browser, folder))
