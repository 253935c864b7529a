"""Read the source files that a report may quote, and cut excerpts out of them.

A module is untrusted, and its debug information can name any file on the machine, but a report must not
disclose a file by accident. So reports open source files only here and by strict rules: only regular files of
limited size with the name of a source file, below the working directory or a folder that the user named, and
not in a hidden folder. Host code is different: the user names each file, so it may be anywhere.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from nogrow.errors import ModuleError
from nogrow.util.paths import is_on_network, slashed
from nogrow.wasm.file import read

LARGEST = 16 << 20
"""The largest source file that is read, in bytes."""

_C_FAMILY = {".c", ".c++", ".cc", ".cpp", ".cxx", ".h", ".hh", ".hpp", ".hxx", ".inl", ".m", ".mm"}
_SCRIPTS = {".as", ".js", ".mjs", ".ts"}
_OTHERS = {".adb", ".cs", ".d", ".f90", ".go", ".java", ".kt", ".nim", ".rs", ".s", ".swift", ".wat", ".zig"}
SUFFIXES = frozenset(_C_FAMILY | _SCRIPTS | _OTHERS)
_MOST_KEPT = 8

LONGEST = 2000
"""The most bytes of a line that an excerpt has."""

AROUND = 2
MOST_FILES = 100

_TOKEN = re.compile(r"(?:new +)?[^\W\d]\w*(?:(?:::|\.)[^\W\d]\w*)*!?|\d[\w.]*|\"(?:[^\"\\]|\\.)*\"?|[^\w\s]+")
_CALLED = re.compile(r"(?<!\w)[^\W\d]\w*(?:(?:::|\.)[^\W\d]\w*)*!?$")


def within(path: str | Path, folders: Iterable[str | Path]) -> tuple[Path, Path] | None:
    """Return the resolved path and its part below the first of `folders` that contains it, or None.

    Relative paths start at the working directory. A path on another machine is only opened if a folder that
    contains it is named by its path there: Windows sends the user's name to any machine that it asks.
    """
    folders = tuple(folders)
    if is_on_network(path) and not any(map(is_on_network, folders)):
        return None
    try:
        target = Path(path).resolve()
        for folder in folders:
            root = Path(folder).resolve()
            if target.is_relative_to(root):
                return target, target.relative_to(root)
    except (OSError, ValueError, RuntimeError):
        # The name is invalid, or its symbolic links form a cycle.
        return None
    return None


class Quotable:
    """The source files that may be quoted."""

    def __init__(
        self,
        named: Sequence[str] = (),
        files: Iterable[str] = (),
        contents: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Allow the working directory and the folders that the user named with `--path-prefix FROM=TO`.

        The `files` are those of host code that the user named; they may be anywhere. `contents` are texts
        that the module's debug information has of files; they stand for files that do not exist.
        """
        self._contents = contents
        self._roots = (Path.cwd(), *map(Path, named))
        self._files = frozenset(files)
        self._read = lru_cache(_MOST_KEPT)(_lines)

    def lines(self, file: str, beside: str = "") -> Sequence[bytes]:
        """Return the lines of `file` without line ends, or none if it may not be quoted or does not exist.

        A relative path is looked up in the working directory and then in the folder `beside`.
        """
        paths = [Path(file)]
        if beside and not Path(file).is_absolute():
            paths.append(Path(beside, file))
        for path in paths:
            target = self._permitted(path)
            if target is not None and (lines := self._read(target)):
                return lines
        text = self._contents.get(file)
        return () if text is None else [line.rstrip("\r").encode() for line in text.split("\n")]

    def _permitted(self, path: Path) -> Path | None:
        """Return the resolved path if the file may be opened."""
        if slashed(path) in self._files:
            return path
        allowed = within(path, self._roots)
        if allowed is None:
            return None
        target, inner = allowed
        hidden = any(part.startswith(".") for part in inner.parts)
        return None if hidden or target.suffix.lower() not in SUFFIXES else target


def _lines(path: Path) -> Sequence[bytes]:
    try:
        data = read(str(path), LARGEST)
    except (ModuleError, ValueError):
        # The file is missing, not regular or too large, or its name is invalid.
        return ()
    # A file with a null byte is not text, whatever its name.
    return () if b"\0" in data else [line.rstrip(b"\r") for line in data.split(b"\n")]


class Excerpt(NamedTuple):
    """A line of the source in three parts: the text `before` a token, the token, and the text `after` it.

    When the column is unknown, `token` is empty and `after` has the whole line.
    """

    line: int
    before: str
    token: str
    after: str


def excerpt(file: str, line: int, column: int, quotable: Quotable, beside: str = "") -> Excerpt | None:
    """Return the line of the file, or None if the file may not be quoted, is missing or has no such line.

    `line` and `column` count from 1, columns in bytes of UTF-8; a column of 0 is unknown. A relative path is
    also looked up in the folder `beside`.
    """
    lines = quotable.lines(file, beside)
    if not 0 < line <= len(lines):
        return None
    # Of a long line, such as a bundle's, the part around the column is shown.
    first = max(0, column - LONGEST // 2) if column > LONGEST // 2 else 0
    return _cut(lines[line - 1][first : first + LONGEST], line, column - first)


def _cut(text: bytes, line: int, column: int) -> Excerpt:
    start = column - 1
    if not 0 <= start < len(text):
        return Excerpt(line, "", "", _decoded(text))
    before, rest = _decoded(text[:start]), _decoded(text[start:])
    # Some compilers give the column of a call's bracket; the name of the callee is before it.
    if rest.startswith("(") and (called := _CALLED.search(before)):
        before, rest = before[: called.start()], called[0] + rest
    token = _TOKEN.match(rest)
    end = token.end() if token else 1
    return Excerpt(line, before, rest[:end], rest[end:])


class SurroundingLines:
    """Collect positions in source files and return the lines around them."""

    def __init__(self, quotable: Quotable) -> None:
        """Create an empty collection, which accepts positions in `MOST_FILES` different files."""
        self._quotable = quotable
        self._wanted: dict[str, set[int]] = {}

    def want(self, file: str, line: int) -> None:
        """Ask for the lines around `line` (from 1) of `file`."""
        if line > 0 and (file in self._wanted or len(self._wanted) < MOST_FILES):
            self._wanted.setdefault(file, set()).update(range(max(1, line - AROUND), line + AROUND + 1))

    def by_file(self, room: int) -> dict[str, dict[int, str]]:
        """Return the lines by file and line number, at most `room` lines in all.

        Files that cannot be quoted, or that no longer fit, are left out as a whole.
        """
        excerpts: dict[str, dict[int, str]] = {}
        for file, numbers in self._wanted.items():
            text = self._quotable.lines(file)
            lines = {
                number: _decoded(text[number - 1][:LONGEST])
                for number in sorted(numbers)
                if number <= len(text)
            }
            if lines and len(lines) <= room:
                room -= len(lines)
                excerpts[file] = lines
        return excerpts


def _decoded(line: bytes) -> str:
    return line.decode("utf-8", "replace")
