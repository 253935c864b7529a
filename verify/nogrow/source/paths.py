"""Join paths and replace their prefixes without access to the file system.

The paths come from the machine that built the module, which may run another operating system.
"""

import re
from collections.abc import Sequence

_ABSOLUTE = re.compile(r"[/\\]|[A-Za-z]:[/\\]")
_SEPARATORS = "/\\"


def is_absolute(path: str) -> bool:
    """Return whether `path` is absolute on POSIX or on Windows."""
    return _ABSOLUTE.match(path) is not None


def join(directory: str, name: str) -> str:
    """Return the path of `name` in `directory`, or `name` if it is absolute or `directory` is empty."""
    if not directory or is_absolute(name):
        return name
    while name.startswith("./"):
        name = name[2:]
    return directory + name if directory[-1] in _SEPARATORS else f"{directory}/{name}"


def replace(path: str, prefixes: Sequence[tuple[str, str]]) -> str:
    """Return `path` with its longest matching prefix replaced; prefixes match whole path components only."""
    for old, new in sorted(prefixes, key=lambda pair: len(pair[0]), reverse=True):
        rest = path[len(old) :]
        if old and path.startswith(old) and (not rest or old[-1] in _SEPARATORS or rest[0] in _SEPARATORS):
            return new + rest
    return path
