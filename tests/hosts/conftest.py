"""Fixtures for the tests of the hosts, which use the built artifacts."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tools.browser.browse import served
from tools.browser.serve import PageServer

from tests.project.conftest import built_root

__all__ = ["built_root", "server"]


@pytest.fixture(scope="session")
def server(built_root: Path) -> Iterator[PageServer]:
    """Serve the project like `invoke serve`."""
    with served(built_root) as started:
        yield started
