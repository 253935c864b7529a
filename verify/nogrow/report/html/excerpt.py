"""Lines of source files around the places that a page shows.

Debug information comes with the module and may name any file, `/etc/passwd` as well. Who opens a report
must not find in it what its author never meant to hand out, so only plain source files below the working
directory are read.
"""

from pathlib import Path

from nogrow.report.printable import printable

AROUND = 2
MOST_FILES = 100
MOST_BYTES = 1 << 20
LONGEST_LINE = 200
C_FAMILY = frozenset({".c", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".hxx", ".m", ".mm"})
OTHERS = frozenset({".rs", ".go", ".zig", ".swift", ".kt", ".java", ".cs", ".d", ".nim", ".ts", ".wat"})
SOURCES = C_FAMILY | OTHERS


class Excerpts:
    """The lines that are wanted, and those that can be had."""

    def __init__(self, root: Path) -> None:
        """Files are looked for below `root`, the first that are wanted up to the most that are read."""
        self._root = root.resolve()
        self._wanted: dict[str, set[int]] = {}

    def want(self, file: str, line: int) -> None:
        """Ask for the lines around `line` (from 1) of `file`."""
        if line > 0 and (file in self._wanted or len(self._wanted) < MOST_FILES):
            self._wanted.setdefault(file, set()).update(range(max(1, line - AROUND), line + AROUND + 1))

    def found(self, room: int) -> dict[str, dict[int, str]]:
        """By file and number, the lines there are: of a file all that are wanted, or none.

        `room` is how many there may be.
        """
        found: dict[str, dict[int, str]] = {}
        for file, numbers in self._wanted.items():
            text = self._lines(file)
            lines = {one: _shown(text[one - 1]) for one in sorted(numbers) if one <= len(text)}
            if lines and len(lines) <= room:
                room -= len(lines)
                found[file] = lines
        return found

    def _lines(self, file: str) -> list[str]:
        try:
            path = (self._root / file).resolve()
            inside = path.relative_to(self._root)
            hidden = any(part.startswith(".") for part in inside.parts)
            if hidden or path.suffix not in SOURCES or not path.is_file() or path.stat().st_size > MOST_BYTES:
                return []
            return path.read_text("utf-8").splitlines()
        except (OSError, ValueError, RuntimeError):
            # Not there, not below the root, not text, or no name that a file can have: no excerpt.
            return []


def _shown(line: str) -> str:
    text = printable(line[: LONGEST_LINE + 1].expandtabs(4))
    return text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]}..."
