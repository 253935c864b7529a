"""This module decides which entry points a key of `exports` or `expect` names.

A key is a glob on the names of exports. A key in parentheses is reserved for entry points that are not
exports, so that no export can be mistaken for one of them.
"""

import glob
import re
from fnmatch import fnmatchcase

from nogrow.analysis.judgement import Entry, EntryKind

START, ESCAPED = "(start)", "(escaped)"
_RESERVED = re.compile(r"\(.*\)", re.DOTALL)
_KNOWN = re.compile(r"\((?:start|escaped|func\[(?:0|[1-9][0-9]*)\])\)")


def is_reserved(pattern: str) -> bool:
    """Return whether the key is reserved for entry points that are not exports."""
    return _RESERVED.fullmatch(pattern) is not None


def is_known(pattern: str) -> bool:
    """Return whether the reserved key has a meaning."""
    return _KNOWN.fullmatch(pattern) is not None


def matches(pattern: str, entry: Entry) -> bool:
    """Return whether the key names the entry point."""
    match entry.kind:
        case EntryKind.EXPORT:
            return not is_reserved(pattern) and fnmatchcase(entry.name, pattern)
        case EntryKind.START:
            return pattern == START
        case EntryKind.ESCAPED:
            return pattern in (ESCAPED, key_of(entry))


def closeness(pattern: str, entry: Entry) -> tuple[bool, int]:
    """Return how specific the key is for an entry point that it names; larger is more specific."""
    return pattern == key_of(entry), len(pattern)


def key_of(entry: Entry) -> str:
    """Return the key that names this entry point and no other."""
    if entry.kind is EntryKind.EXPORT:
        return export_key(entry.name)
    return START if entry.kind is EntryKind.START else f"(func[{entry.function.index}])"


def export_key(name: str) -> str:
    """Return the key that names the export `name` and no other."""
    escaped = glob.escape(name)
    return f"[(]{escaped[1:]}" if is_reserved(escaped) else escaped
