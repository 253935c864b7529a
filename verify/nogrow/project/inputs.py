"""What an artifact depends on, files, flags and versions, to one digest."""

import glob
import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from nogrow.errors import ToolError
from nogrow.project.manifest import Tool, sha256_of

_NEVER = ("target", "node_modules", ".git")


class Digests:
    """The digests of the files that one build step reads, each taken once.

    A file that changes while it is built from so has its old digest, and the next build sees the change.
    """

    def __init__(self, root: Path) -> None:
        """Paths in the digest are relative to `root`."""
        self._root = root
        self._seen: dict[Path, str] = {}

    def of(self, files: Iterable[Path], flags: Iterable[str], tools: Iterable[Tool]) -> str:
        """One digest of files, flags and versions; raises `ToolError` for a file that can't be read."""
        digest = hashlib.sha256()
        for part in (*(part for tool in tools for part in (tool.name, tool.version)), *flags):
            digest.update(part.encode() + b"\0")
        for file in sorted(set(files)):
            place = Path(os.path.relpath(file, self._root)).as_posix()
            digest.update(place.encode("utf-8", "surrogateescape") + b"\0" + self._one(file).encode())
        return digest.hexdigest()

    def _one(self, file: Path) -> str:
        if file not in self._seen:
            try:
                self._seen[file] = sha256_of(file.read_bytes())
            except OSError as error:
                raise ToolError(f"{file} can't be read: {error.strerror}") from error
        return self._seen[file]


def files_below(folder: Path, output: Path) -> Iterator[Path]:
    """The files below `folder`, but for those in `output`, in `.git`, and in what cargo and npm put there."""
    for place, folders, names in os.walk(folder):
        at = Path(place)
        inner = at != folder
        skipped = [one for one in folders if at / one == output or (one in _NEVER and not _kept(one, inner))]
        folders[:] = sorted(set(folders) - set(skipped))
        yield from (at / name for name in sorted(names) if (at / name).is_file())


def _kept(name: str, inner: bool) -> bool:
    # Only at the top of a crate does cargo make this one.
    return name == "target" and inner


def matching(root: Path, patterns: Iterable[str], output: Path) -> set[Path]:
    """The files that `patterns` name: files, folders with all below them, or globs, relative to `root`.

    What is in `output` counts only where it is named itself. Raises `ToolError` for a pattern that names
    nothing.
    """
    found: set[Path] = set()
    for pattern in patterns:
        exact = Path(os.path.normpath(root / pattern))
        hits = [exact] if exact.exists() else _globbed(root, pattern, output)
        files = {file for hit in hits for file in (files_below(hit, output) if hit.is_dir() else (hit,))}
        if not files:
            raise ToolError(f"the input {pattern} names no file")
        found |= files
    return found


def _globbed(root: Path, pattern: str, output: Path) -> list[Path]:
    # Path.glob refuses absolute patterns and `..`.
    hits = glob.glob(pattern, root_dir=root, recursive=True)  # noqa: PTH207
    paths = (Path(os.path.normpath(root / hit)) for hit in hits)
    return [path for path in paths if not path.is_relative_to(output)]
