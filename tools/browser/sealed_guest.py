"""Seal the growing guest for the demonstration, which shows it before and after.

The copy is called `greeting_growth.sealed.wasm`. It is made when it is needed, and not kept below `build/`.
"""

from pathlib import Path, PurePosixPath

from nogrow.rewrite.rewrite import Mode
from nogrow.scenarios.sealing import seal
from nogrow.wasm.file import read
from nogrow.wasm.runtime import Engine

GROWING = "greeting_growth.wasm"
SEALED = "greeting_growth.sealed.wasm"
PAGES = 64


def sealed_name(artifact: str) -> str:
    """Return the path of the sealed copy of the artifact."""
    return str(PurePosixPath(artifact).with_name(SEALED))


def original_of(path: Path) -> Path | None:
    """Return the guest of which `path` would be the sealed copy, None for any other path."""
    return path.with_name(GROWING) if path.name == SEALED else None


def sealed_copy(original: Path) -> bytes:
    """Return the copy of the guest that has all its pages from the start."""
    return seal(read(str(original)), Mode.RESERVE, PAGES, Engine()).data
