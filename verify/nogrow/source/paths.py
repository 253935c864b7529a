"""Directory and file name to one path, and the replacement of prefixes. Nothing asks the file system.

The paths are those of the machine that built the module, which may have been another system than this one.
"""

import re
from collections.abc import Sequence

_ABSOLUTE = re.compile(r"[/\\]|[A-Za-z]:[/\\]")
_SEPARATORS = "/\\"


def is_absolute(path: str) -> bool:
    """Whether `path` is absolute on POSIX or on Windows."""
    return _ABSOLUTE.match(path) is not None


def join(directory: str, name: str) -> str:
    """`name` in `directory`, or `name` alone when it is absolute or there is no directory."""
    if not directory or is_absolute(name):
        return name
    while name.startswith("./"):
        name = name[2:]
    return directory + name if directory[-1] in _SEPARATORS else f"{directory}/{name}"


def replace(path: str, prefixes: Sequence[tuple[str, str]]) -> str:
    """`path` with the longest prefix that fits replaced; prefixes end where a name in the path ends."""
    for old, new in sorted(prefixes, key=lambda pair: len(pair[0]), reverse=True):
        rest = path[len(old) :]
        if old and path.startswith(old) and (not rest or old[-1] in _SEPARATORS or rest[0] in _SEPARATORS):
            return new + rest
    return path
