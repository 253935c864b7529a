"""What all tests share: an environment that asks for no special output, and one browser."""

import multiprocessing
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.report.browser import browser

__all__ = ["browser"]

# How wide or colourful output is would depend on who runs the tests; Node obeys FORCE_COLOR as well.
for name in ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE"):
    os.environ.pop(name, None)

_SPAWNING = Path(__file__).parent / "support" / "spawning"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--spawn", action="store_true", help="Let nogrow start processes by spawn everywhere.")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--spawn"):
        multiprocessing.set_start_method("spawn", force=True)
        # Every Python that the tests start imports the `sitecustomize` in this folder.
        paths = (str(_SPAWNING), os.environ.get("PYTHONPATH", ""))
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, paths))


@pytest.fixture
def spawn() -> Iterator[None]:
    """Start processes by spawn, as on macOS and Windows."""
    before = multiprocessing.get_start_method(allow_none=True)
    multiprocessing.set_start_method("spawn", force=True)
    yield
    multiprocessing.set_start_method(before, force=True)
