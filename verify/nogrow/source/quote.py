"""Read the source files that a report may quote; reports open no source files in any other way.

Debug information comes with the module and can name any file, but a report must not disclose a file by
accident. So the rules are strict: only regular files of limited size with the name of a source file, below
the working directory or a folder that the user named, and not in a hidden folder.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from nogrow.errors import ModuleError
from nogrow.source.file_policy import within
from nogrow.wasm.file import read

LARGEST = 16 << 20
"""The largest source file that is read, in bytes."""

_C_FAMILY = {".c", ".c++", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".hxx", ".inl", ".m", ".mm"}
_SCRIPTS = {".as", ".js", ".mjs", ".ts"}
_OTHERS = {".adb", ".cs", ".d", ".f90", ".go", ".java", ".kt", ".nim", ".rs", ".s", ".swift", ".wat", ".zig"}
SUFFIXES = frozenset(_C_FAMILY | _SCRIPTS | _OTHERS)
_MOST_KEPT = 8


class Quotable:
    """The source files that may be quoted."""

    def __init__(self, named: Sequence[str] = ()) -> None:
        """Allow the working directory and the folders that the user named with `--path-prefix FROM=TO`."""
        self._roots = (Path.cwd(), *map(Path, named))
        self._read = lru_cache(_MOST_KEPT)(_lines)

    def lines(self, file: str, beside: str = "") -> Sequence[bytes]:
        """Return the lines of `file` without line ends, or none if it may not be quoted or does not exist.

        A relative path is looked up in the working directory and then in the folder `beside`.
        """
        for path in _candidates(file, beside):
            target = self._permitted(path)
            if target is not None and (lines := self._read(target)):
                return lines
        return ()

    def _permitted(self, path: Path) -> Path | None:
        """Return the resolved path if the file may be opened."""
        allowed = within(path, self._roots)
        if allowed is None:
            return None
        target, inner = allowed
        hidden = any(part.startswith(".") for part in inner.parts)
        return None if hidden or target.suffix.lower() not in SUFFIXES else target


def _candidates(file: str, beside: str) -> Iterator[Path]:
    yield Path(file)
    if beside and not Path(file).is_absolute():
        yield Path(beside, file)


def _lines(path: Path) -> Sequence[bytes]:
    try:
        data = read(str(path), LARGEST)
    except (ModuleError, ValueError):
        # The file is missing, not regular or too large, or its name is invalid.
        return ()
    # A file with a null byte is not text, whatever its name.
    return () if b"\0" in data else [line.rstrip(b"\r") for line in data.split(b"\n")]
