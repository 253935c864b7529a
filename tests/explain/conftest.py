"""Compare texts with golden files; NOGROW_UPDATE_GOLDENS=1 updates them."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

GOLDENS = Path(__file__).with_name("goldens")

Golden = Callable[[str, str], None]


@pytest.fixture
def golden() -> Golden:
    """Return a function that compares a text with the golden file of a name."""

    def same(name: str, text: str) -> None:
        path = GOLDENS / f"{name}.txt"
        if os.environ.get("NOGROW_UPDATE_GOLDENS") == "1":
            path.write_text(text, encoding="utf-8")
        assert path.is_file(), f"{path} is missing: NOGROW_UPDATE_GOLDENS=1 writes it"
        assert text == path.read_text(encoding="utf-8")

    return same
