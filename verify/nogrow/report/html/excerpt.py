"""Lines of source files around the places that a page shows.

`Quotable` decides which files may be read.
"""

from nogrow.report.printable import printable
from nogrow.source.quote import Quotable

AROUND = 2
MOST_FILES = 100
LONGEST_LINE = 200


class Excerpts:
    """The lines that are wanted, and those that can be had."""

    def __init__(self, quotable: Quotable) -> None:
        """The first files that are wanted are read, up to `MOST_FILES`."""
        self._quotable = quotable
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
            text = self._quotable.lines(file)
            lines = {one: _shown(text[one - 1]) for one in sorted(numbers) if one <= len(text)}
            if lines and len(lines) <= room:
                room -= len(lines)
                found[file] = lines
        return found


def _shown(line: bytes) -> str:
    # A character takes four bytes at most.
    decoded = line[: 4 * LONGEST_LINE + 4].decode("utf-8", "replace")
    text = printable(decoded[: LONGEST_LINE + 1].expandtabs(4))
    return text if len(text) <= LONGEST_LINE else f"{text[:LONGEST_LINE]}..."
