"""This module takes the patterns of contracts apart: paths with wildcards, and keys of `exports` or `expect`.

A key is a glob on the names of exports. A key in parentheses is reserved for entry points that are not
exports, so that no export can be mistaken for one of them.
"""

import glob
import re
from fnmatch import fnmatchcase

from nogrow.analysis.judgement import EntryKind

MEMBER = "!"
START, ESCAPED = "(start)", "(escaped)"
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


def fixed_folder(pattern: str) -> str:
    """Return the leading folders of an absolute pattern that contain no wildcard, unescaped."""
    parts = pattern.split("/")
    wild = (index for index, part in enumerate(parts) if is_glob(re.sub(r"\[[*?[]\]", "", part)))
    folder = re.sub(r"\[([*?[])\]", r"\1", "/".join(parts[: next(wild, len(parts))]))
    # Without a slash, a drive of Windows is the working directory on that drive.
    return f"{folder}/" if not folder or folder.endswith(":") else folder


def split_number(path: str) -> tuple[str, int | None]:
    """Return the file and the number of a path `FILE#NUMBER`; any other path has the number None."""
    match = _NUMBERED.fullmatch(path)
    return (path, None) if match is None else (match[1], int(match[2]))


def without_number(path: str) -> str:
    """Return the file of a path `FILE#NUMBER`, and any other path unchanged."""
    return split_number(path)[0]


def is_unknown_key(key: str) -> bool:
    """Return whether the key is reserved, but has no meaning."""
    return _is_reserved(key) and not re.fullmatch(r"\((?:start|escaped|func\[(?:0|[1-9][0-9]*)\])\)", key)


def _is_reserved(key: str) -> bool:
    """Return whether the key is reserved for entry points that are not exports."""
    return key.startswith("(") and key.endswith(")")


def matches(pattern: str, kind: EntryKind, name: str) -> bool:
    """Return whether the key names the entry point of a kind, by its name in reports."""
    match kind:
        case EntryKind.EXPORT:
            return not _is_reserved(pattern) and fnmatchcase(name, pattern)
        case EntryKind.START:
            return pattern == START
        case EntryKind.ESCAPED:
            return pattern in (ESCAPED, key_of(kind, name))


def key_of(kind: EntryKind, name: str) -> str:
    """Return the key that names this entry point and no other."""
    if kind is EntryKind.EXPORT:
        return export_key(name)
    return START if kind is EntryKind.START else f"({name})"


def export_key(name: str) -> str:
    """Return the key that names the export `name` and no other."""
    escaped = glob.escape(name)
    return f"[(]{escaped[1:]}" if _is_reserved(escaped) else escaped
