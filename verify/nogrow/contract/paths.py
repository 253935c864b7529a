"""What paths of contracts are made of: wildcards, the way into an archive, the number of a core module."""

import re

MEMBER = "!"
_CLASS = r"\[!?+\]?+[^]/]*+\]"
_NUMBERED = re.compile(r"(.*)#(0|[1-9][0-9]{0,8})", re.DOTALL)


def is_glob(path: str) -> bool:
    """Return whether `path` holds a wildcard."""
    return any(character in path for character in "*?[")


def members(path: str) -> list[str]:
    """Return the file and the members that lead into it; a `!` within brackets is a part of a wildcard."""
    parts, start = [], 0
    for match in re.finditer(f"{_CLASS}|{MEMBER}", path):
        if match[0] == MEMBER:
            parts.append(path[start : match.start()])
            start = match.end()
    return [*parts, path[start:]]


def has_open_bracket(path: str) -> bool:
    """Return whether there is a `[` that begins no wildcard, as its `]` is missing between two slashes."""
    return "[" in re.sub(_CLASS, "", path)


def plain(path: str) -> str:
    """Return the path without the characters that brackets make plain."""
    return re.sub(r"\[[*?[]\]", "", path)


def unescaped(path: str) -> str:
    """Return the path without the brackets that make plain characters of wildcards."""
    return re.sub(r"\[([*?[])\]", r"\1", path)


def split_number(path: str) -> tuple[str, int | None]:
    """Return the file of a core module that is called `FILE#NUMBER`, and its number; None for other paths."""
    match = _NUMBERED.fullmatch(path)
    return (path, None) if match is None else (match[1], int(match[2]))
