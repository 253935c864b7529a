"""Find Debian's Chromium and start it without a window, driven by Playwright."""

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
NO_PLAYWRIGHT = "Playwright is missing; install it with: pip install 'nogrow[dev]'"
NO_CHROMIUM = "Chromium is missing; install it with: apt-get install -y chromium"


def find_chromium(machine: Machine) -> Path:
    """Return Chromium's path from the PATH; raises `ToolError` if it or Playwright is missing."""
    if find_spec("playwright") is None:
        raise ToolError(NO_PLAYWRIGHT)
    program = machine.on_path("chromium") or machine.on_path("chromium-browser")
    if program is None:
        raise ToolError(NO_CHROMIUM)
    return program


@contextmanager
def chromium(machine: Machine) -> Iterator["Browser"]:
    """Start Chromium, and end it after use; raises `ToolError`. A process can do this only once."""
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
