"""Copy the project to try changes in; the copy shares only the built files."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_COPIED = (
    *("crates", "docs", "examples", "hosts", "js", "tests", "tools", "verify", "wat"),
    *("nogrow.toml", "pyproject.toml", "tasks.py"),
)


@contextmanager
def copied(root: Path) -> Iterator[Path]:
    """Yield a copy of the project at `root`, and remove it at the end."""
    with tempfile.TemporaryDirectory(prefix="nogrow-copy-") as folder:
        copy = Path(folder)
        for name in _COPIED:
            if (root / name).is_dir():
                shutil.copytree(
                    root / name, copy / name, ignore=shutil.ignore_patterns("target", "node_modules")
                )
            else:
                shutil.copy2(root / name, copy / name)
        if (root / "build").is_dir():
            (copy / "build").symlink_to(root / "build")
        yield copy
