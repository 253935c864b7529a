"""Read files of host code, and refuse those that can't be analysed."""

from typing import TYPE_CHECKING

from nogrow.errors import ModuleError
from nogrow.jshost.model import CachedView
from nogrow.jshost.parse import JAVASCRIPT, TYPESCRIPT, first_error, parse
from nogrow.jshost.stale_views import cached_views

if TYPE_CHECKING:
    from tree_sitter import Node

# A megabyte of minified code takes some ten seconds, and close to half a gigabyte of memory.
MOST_BYTES = 2 << 20
# Code without any of these has no view of a memory; `buffer` can be written in escapes.
_SIGNS = (b"buffer", b"\\u", b"\\x", b"liveViews")


def views_kept_in(source: bytes, suffix: str) -> tuple[CachedView, ...]:
    """Return the stale views in `source`, whose file name ends in `suffix`.

    Raises `ModuleError` for source that can't be judged: not JavaScript, too large, or too entangled; and
    `UsageError` if the parser is not installed.
    """
    if suffix not in JAVASCRIPT + TYPESCRIPT:
        known = ", ".join(JAVASCRIPT + TYPESCRIPT)
        raise ModuleError(f"not a file of JavaScript or TypeScript: the name must end in one of {known}")
    if len(source) > MOST_BYTES:
        raise ModuleError(
            f"too large: {len(source):,} bytes; files of up to {MOST_BYTES:,} bytes are analysed"
        )
    root = _parsed(source, suffix)
    return cached_views(root) if any(sign in source for sign in _SIGNS) else ()


def _parsed(source: bytes, suffix: str) -> "Node":
    root = parse(source, suffix)
    error_at = first_error(root)
    if error_at is not None:
        kind = "TypeScript" if suffix in TYPESCRIPT else "JavaScript"
        raise ModuleError(f"line {error_at.line}, column {error_at.column}: not {kind} that can be read")
    return root
