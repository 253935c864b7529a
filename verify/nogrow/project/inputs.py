"""This module computes one digest of the files, flags and tool versions that an artifact depends on."""

import glob
import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from nogrow.errors import ToolError
from nogrow.project.manifest import Tool, sha256_of

_SKIPPED = frozenset(("target", "node_modules", ".git"))


class Digests:
    """The digests of the files that a build step reads; each file is read once.

    A file that changes during the build keeps its old digest, so the next build notices the change.
    """

    def __init__(self, root: Path) -> None:
        """Make paths in the digests relative to `root`."""
        self._root = root
        self._digests: dict[Path, str] = {}

    def of(self, files: Iterable[Path], flags: Iterable[str], tools: Iterable[Tool]) -> str:
        """Return one digest of files, flags and versions; raises `ToolError` if a file cannot be read."""
        digest = hashlib.sha256()
        for part in (*(part for tool in tools for part in (tool.name, tool.version)), *flags):
            digest.update(part.encode() + b"\0")
        for file in sorted(set(files)):
            path = Path(os.path.relpath(file, self._root)).as_posix()
            digest.update(path.encode("utf-8", "surrogateescape") + b"\0" + self._file_digest(file).encode())
        return digest.hexdigest()

    def _file_digest(self, file: Path) -> str:
        if file not in self._digests:
            try:
                self._digests[file] = sha256_of(file.read_bytes())
            except OSError as error:
                raise ToolError(f"{file} cannot be read: {error.strerror}") from error
        return self._digests[file]


def files_below(folder: Path, output: Path) -> Iterator[Path]:
    """Yield the files below `folder`, without `output`, `.git` and the folders that cargo and npm fill."""
    for current, subfolders, names in os.walk(folder):
        path = Path(current)
        # cargo makes `target` only at the top of a crate.
        skipped = _SKIPPED if path == folder else _SKIPPED - {"target"}
        subfolders[:] = sorted(name for name in subfolders if name not in skipped and path / name != output)
        yield from (path / name for name in sorted(names) if (path / name).is_file())


def matching(root: Path, patterns: Iterable[str], output: Path) -> set[Path]:
    """Return the files that match `patterns`: files, folders with all files below, or globs.

    Patterns are relative to `root`. A file in `output` matches only if the pattern names it exactly. Raises
    `ToolError` for a pattern that matches no file.
    """
    matched: set[Path] = set()
    for pattern in patterns:
        exact = Path(os.path.normpath(root / pattern))
        hits = [exact] if exact.exists() else _globbed(root, pattern, output)
        files = {file for hit in hits for file in (files_below(hit, output) if hit.is_dir() else (hit,))}
        if not files:
            raise ToolError(f"the input {pattern} matches no file")
        matched |= files
    return matched


def _globbed(root: Path, pattern: str, output: Path) -> list[Path]:
    # Path.glob refuses absolute patterns and `..`.
    hits = glob.glob(pattern, root_dir=root, recursive=True)  # noqa: PTH207
    paths = (Path(os.path.normpath(root / hit)) for hit in hits)
    return [path for path in paths if not path.is_relative_to(output)]
