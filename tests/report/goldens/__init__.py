"""Golden files of reports; NOGROW_UPDATE_GOLDENS=1 updates them."""

import os
from pathlib import Path


def same(name: str, text: str) -> None:
    """Compare a text with the golden file of a name."""
    path = Path(__file__).with_name(f"{name}.txt")
    if os.environ.get("NOGROW_UPDATE_GOLDENS") == "1":
        path.write_text(text, encoding="utf-8")
    assert path.is_file(), f"{path} is missing: NOGROW_UPDATE_GOLDENS=1 writes it"
    assert text == path.read_text(encoding="utf-8")
