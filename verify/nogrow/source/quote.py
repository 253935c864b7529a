"""The lines of source files that a report may quote. Reports open source files nowhere else.

Debug information comes with the module and may name any file. Whoever opens a report must not find in it
what its author never meant to hand out, so the rules are strict: a regular file with the name of a source
file, below the working directory or a folder that the user named, in no hidden folder, of limited size.
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
    """The source files that may be quoted: those below the working directory and below `named` folders."""

    def __init__(self, named: Sequence[str] = ()) -> None:
        """`named` are folders that the user named, as in `--path-prefix FROM=TO`."""
        self._roots = (Path.cwd(), *map(Path, named))
        self._read = lru_cache(_MOST_KEPT)(_lines)

    def lines(self, file: str, beside: str = "") -> Sequence[bytes]:
        """Return the lines of `file` without their ends, none if the file may not be quoted or is not there.

        A relative path is looked for in the working directory, then in the folder `beside`.
        """
        for path in _candidates(file, beside):
            target = self._permitted(path)
            if target is not None and (lines := self._read(target)):
                return lines
        return ()

    def _permitted(self, path: Path) -> Path | None:
        """Return the resolved path if it is one that may be opened."""
        place = within(path, self._roots)
        if place is None:
            return None
        target, inner = place
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
        # Not there, not a regular file, too large, or no name that a file can have: nothing is quoted.
        return ()
    # A program or a picture with the name of a source file is not text.
    return () if b"\0" in data else [line.rstrip(b"\r") for line in data.split(b"\n")]
