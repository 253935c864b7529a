"""This module takes paths of contracts apart: wildcards, members of archives, numbers of core modules."""

import re

MEMBER = "!"
_CLASS = r"\[!?+\]?+[^]/]*+\]"
_NUMBERED = re.compile(r"(.*)#(0|[1-9][0-9]{0,8})", re.DOTALL)


def is_glob(path: str) -> bool:
    """Return whether `path` contains a wildcard."""
    return any(character in path for character in "*?[")


def members(path: str) -> list[str]:
    """Return the file and the members of archives that follow it; a `!` in brackets is part of a wildcard."""
    parts, start = [], 0
    for match in re.finditer(f"{_CLASS}|{MEMBER}", path):
        if match[0] == MEMBER:
            parts.append(path[start : match.start()])
            start = match.end()
    return [*parts, path[start:]]


def has_open_bracket(path: str) -> bool:
    """Return whether the path has a `[` without a `]` before the next slash."""
    return "[" in re.sub(_CLASS, "", path)


def plain(path: str) -> str:
    """Return the path without its escaped wildcard characters, such as `[*]`."""
    return re.sub(r"\[[*?[]\]", "", path)


def unescaped(path: str) -> str:
    """Return the path with its escaped wildcard characters as plain ones: `[*]` becomes `*`."""
    return re.sub(r"\[([*?[])\]", r"\1", path)


def split_number(path: str) -> tuple[str, int | None]:
    """Return the file and the number of a path `FILE#NUMBER`; any other path has the number None."""
    match = _NUMBERED.fullmatch(path)
    return (path, None) if match is None else (match[1], int(match[2]))
