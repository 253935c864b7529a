"""Check the names of an archive's members: a name that is not the same file on every system is refused."""

import re
import unicodedata
from typing import NamedTuple

from nogrow.archives.unpack_limits import UnsafeArchiveError

# Linux can't unpack longer paths, and the limit bounds the work on each name.
LONGEST = 4096
MOST_PARTS = 1_000_000

_ABSOLUTE = re.compile(r"/|[A-Za-z]:")
# `unzip` changes control characters, and node-tar truncates names at a line end.
_CONTROL = re.compile(r"[\0-\x1f\x7f-\x9f\u2028\u2029]")
# On Windows, `x.wasm::$DATA` is another name of `x.wasm`.
_STREAM = re.compile(r":[^/]*:\$", re.IGNORECASE)
# Windows forbids these characters in names, and some programs write `_` instead.
_FORBIDDEN = str.maketrans('<>:"|?*', "_______")
# Reports number the core modules of a component.
_PART = re.compile(r"#\d+\Z")
_FILE_AND_FOLDER = "a file and a folder of that name"
_SECOND = "a second member of that name, or of one that differs only in upper and lower case"

_Folder = dict[str, "_Folder | None"]


class Member(NamedTuple):
    """A file in an archive: its name, normalised to single slashes, and its bytes."""

    name: str
    data: bytes


def imitates_part(name: str) -> bool:
    """Return whether the name ends like that of a component's core module in reports: `app.wasm#0`."""
    return _PART.search(name) is not None


class Names:
    """The names of one archive's members, in a tree where names that a file system may merge are the same."""

    def __init__(self) -> None:
        """Start without names."""
        self._root: _Folder = {}
        self._parts_left = MOST_PARTS

    def add(self, name: str, *, folder: bool = False) -> str:
        """Add a name, and return it without `./`; raise `UnsafeArchiveError` if it may lead elsewhere.

        A second file of the same name is refused, even if only upper and lower case differ, because
        installers differ in which of the two they keep.
        """
        parts = _parts(name)
        # `unzip` writes a dot at the end as `_`.
        if not folder and (not parts or name.endswith(("/", "/."))):
            raise UnsafeArchiveError("a file with the name of a folder")
        self._parts_left -= len(parts)
        if self._parts_left < 0:
            raise UnsafeArchiveError(f"members in more than {MOST_PARTS:,} folders")
        keys = [_plain(part) for part in parts]
        parent = self._root
        for key in keys if folder else keys[:-1]:
            inner = parent.setdefault(key, {})
            if inner is None:
                raise UnsafeArchiveError(_FILE_AND_FOLDER)
            parent = inner
        if not folder:
            if keys[-1] in parent:
                is_file = parent[keys[-1]] is None
                raise UnsafeArchiveError(_SECOND if is_file else _FILE_AND_FOLDER)
            parent[keys[-1]] = None
        return "/".join(parts)


def _parts(name: str) -> list[str]:
    if len(name) > LONGEST:
        raise UnsafeArchiveError(f"a name of {len(name):,} characters; at most {LONGEST:,} are read")
    if "\0" in name or "\\" in name:
        raise UnsafeArchiveError("a name that some programs cut or split: it has a NUL or a backslash")
    if _CONTROL.search(name) or _STREAM.search(name):
        raise UnsafeArchiveError(
            "a name that some programs change: it has a control character or names a stream of Windows"
        )
    try:
        name.encode()
    except UnicodeEncodeError:
        raise UnsafeArchiveError("a name that is not UTF-8") from None
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if _ABSOLUTE.match(name) or _ABSOLUTE.match("/".join(parts)):
        raise UnsafeArchiveError("an absolute path")
    if ".." in parts:
        raise UnsafeArchiveError("a path that leads out of the archive through `..`")
    return parts


def _plain(part: str) -> str:
    """Return a key that is the same for all names that a file system may merge."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", part).casefold())
    return folded.translate(_FORBIDDEN).rstrip(". ")
