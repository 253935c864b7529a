"""Write paths as URIs (RFC 3986; RFC 8089, appendix E, for drives and shares of Windows)."""

import os
import posixpath
from urllib.parse import quote

from nogrow.source.model import is_absolute
from nogrow.util.paths import absolute


def relative_uri(path: str) -> str:
    """Return the reference for a relative path with slashes."""
    # The bytes are quoted, because the name may not be valid UTF-8.
    return quote(os.fsencode(path))


def absolute_uri(path: str) -> str:
    """Return the `file:` URI of the path, which may be absolute on another system than this one."""
    path = posixpath.normpath(path) if is_absolute(path) else absolute(path)
    if path.startswith("//"):
        return f"file:{quote(os.fsencode(path))}"
    drive, colon, rest = path.partition(":")
    if colon and len(drive) == 1 and drive.isalpha():
        return f"file:///{drive}:{quote(os.fsencode(rest))}"
    return f"file://{quote(os.fsencode(path))}"
