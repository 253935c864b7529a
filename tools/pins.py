"""Pin the development requirements of `pyproject.toml` in `requirements-dev.txt`, with hashes."""

from pathlib import Path, PurePosixPath

from nogrow.errors import ToolError
from nogrow.machine.machine import find_program
from nogrow.machine.process import run
from nogrow.project.manifest import write_atomic

PINS = PurePosixPath("requirements-dev.txt")
_HEAD = """# What development installs with Python 3.11 or later, made of pyproject.toml by `invoke pin-deps`.
# pip install -r requirements-dev.txt && pip install --no-build-isolation --no-deps -e .
"""
_LIMIT_SECONDS = 600


def write_pins(root: Path) -> Path:
    """Resolve the development requirements again, write them, and return the path of the file.

    Raises `ToolError` when uv is missing, cannot resolve them, or prints something unexpected.
    """
    done = run(
        (
            find_program("uv", "nogrow[dev]"),
            *("pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes"),
            # Each machine may use another index; the hashes identify the files.
            *("--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"),
            *("--extra", "dev", "--upgrade", str(root / "pyproject.toml")),
        ),
        seconds=_LIMIT_SECONDS,
    ).checked()
    if "==" not in done.stdout or "--hash=sha256:" not in done.stdout or "\ufffd" in done.stdout:
        raise ToolError(f"uv printed no pins with hashes, {PINS} is as it was: {done.complaint!r}")
    write_atomic(root / PINS, (_HEAD + done.stdout).encode())
    return Path(PINS)
