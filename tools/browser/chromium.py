"""A machine in, and out comes Debian's Chromium without a window, as Playwright drives it."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from nogrow.errors import ToolError
from nogrow.machine.machine import Machine

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
)
NO_PLAYWRIGHT = "no Playwright; this installs it: pip install 'nogrow[dev]'"
NO_CHROMIUM = "no Chromium; this installs it: apt-get install -y chromium"


def find_chromium(machine: Machine) -> Path:
    """Chromium from the PATH; raises `ToolError` where it or Playwright is missing."""
    if find_spec("playwright") is None:
        raise ToolError(NO_PLAYWRIGHT)
    found = machine.on_path("chromium") or machine.on_path("chromium-browser")
    if found is None:
        raise ToolError(NO_CHROMIUM)
    return found


@contextmanager
def chromium(machine: Machine) -> Iterator["Browser"]:
    """Start Chromium, and end it after use. A process can do that once; raises `ToolError`."""
    program = find_chromium(machine)
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        try:
            started = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        except Error as error:
            raise ToolError(f"{program} does not start: {error.message.splitlines()[0]}") from error
        try:
            yield started
        finally:
            started.close()
