"""Define positions in the source, and join and replace the paths in them without access to the file system.

The paths come from the machine that built the module, which may run another operating system.
"""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from urllib.parse import unquote

_ABSOLUTE = re.compile(r"[/\\]|[A-Za-z]:[/\\]")
_SEPARATORS = "/\\"
_DRIVE = re.compile(r"[A-Za-z]:/")
_DRIVE_IN_URL = re.compile(r"/[A-Za-z]:/")


class Frame(NamedTuple):
    """A function that contains an instruction, and the instruction's position in it.

    `function` is the name in the debug information, not demangled, or None if there is none. `line` and
    `column` count from 1; 0 means unknown.
    """

    function: str | None
    file: str
    line: int
    column: int

    def __str__(self) -> str:
        """Return the position as `file:line:column`, without what is unknown."""
        column = f":{self.column}" if self.column > 0 else ""
        return f"{self.file}:{self.line}{column}" if self.line > 0 else self.file


Frames = Mapping[int, tuple[Frame, ...]]
"""The frames of instructions by their offset in the file, the innermost inlined function first."""


class DebugFile(NamedTuple):
    """Debug information in a separate file: another module with DWARF, or a source map.

    The names in a source map are relative to `path`.
    """

    path: str
    data: bytes


def is_absolute(path: str) -> bool:
    """Return whether `path` is absolute on POSIX or on Windows."""
    return _ABSOLUTE.match(path) is not None


def slashed(path: str) -> str:
    """Return a path of Windows with slashes. On POSIX, a backslash is a character like any other."""
    return path if path.startswith("/") else path.replace("\\", "/")


def path_in_url(path: str) -> str:
    """Return the path that the path of a `file:` URL means; before a drive, the URL has a slash."""
    path = unquote(path)
    return path[1:] if _DRIVE_IN_URL.match(path) else path


def join(directory: str, name: str) -> str:
    """Return the path of `name` in `directory`, or `name` if it is absolute or `directory` is empty."""
    if not directory or is_absolute(name):
        return name
    while name.startswith("./"):
        name = name[2:]
    return directory + name if directory[-1] in _SEPARATORS else f"{directory}/{name}"


def replace(path: str, prefixes: Sequence[tuple[str, str]]) -> str:
    """Return `path` with its longest matching prefix replaced; prefixes match whole path components only.

    In paths of Windows, slashes and backslashes are the same, and so are letters in both cases.
    """
    path = slashed(path)
    for old, new in sorted(prefixes, key=lambda pair: len(pair[0]), reverse=True):
        old = slashed(old)
        start, rest = path[: len(old)], path[len(old) :]
        is_same = start == old or (bool(_DRIVE.match(old)) and start.lower() == old.lower())
        if old and is_same and (not rest or old[-1] == "/" or rest[0] == "/"):
            return slashed(new) + rest
    return path
