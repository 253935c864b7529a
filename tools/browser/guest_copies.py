"""Make the copies of guests that the demonstration shows beside the guests themselves.

`greeting_growth.sealed.wasm` is the growing guest with all its pages from the start. `NAME.stressed.wasm` is
the stressed copy of `NAME.wasm`, which may be the sealed copy. Copies are made when they are needed, and not
kept below `build/`.
"""

from pathlib import Path, PurePosixPath

from nogrow.rewrite.rewrite import Mode
from nogrow.rewrite.stress import stressed
from nogrow.scenarios.sealing import seal
from nogrow.wasm.file import read
from nogrow.wasm.runtime import Engine

GROWING = "greeting_growth.wasm"
SEALED = "greeting_growth.sealed.wasm"
PAGES = 64
_WASM, _STRESSED = ".wasm", ".stressed.wasm"


def sealed_name(artifact: str) -> str:
    """Return the path of the sealed copy of the growing guest beside the artifact."""
    return str(PurePosixPath(artifact).with_name(SEALED))


def stressed_name(artifact: str) -> str:
    """Return the path of the stressed copy of the artifact."""
    return artifact.removesuffix(_WASM) + _STRESSED


def original_of(path: Path) -> Path:
    """Return the guest of which `path` would be a copy, or `path` itself."""
    if path.name.endswith(_STRESSED):
        path = path.with_name(path.name.removesuffix(_STRESSED) + _WASM)
    return path.with_name(GROWING) if path.name == SEALED else path


def content_of(path: Path) -> bytes:
    """Return the bytes of the file or of the copy at `path`; raises `OSError` and `ModuleError`."""
    if path.name.endswith(_STRESSED):
        return stressed(content_of(path.with_name(path.name.removesuffix(_STRESSED) + _WASM))).data
    if path.name == SEALED:
        return seal(read(str(path.with_name(GROWING))), Mode.RESERVE, PAGES, Engine()).data
    return path.read_bytes()
