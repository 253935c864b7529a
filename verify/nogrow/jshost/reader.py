"""A file of host code to what is found in it."""

from typing import TYPE_CHECKING

from nogrow.errors import ModuleError, UsageError
from nogrow.jshost.model import CachedView
from nogrow.jshost.stale_views import cached_views

if TYPE_CHECKING:
    from tree_sitter import Language, Node

INSTALL = "pip install 'nogrow[glue]'"
JAVASCRIPT = (".js", ".mjs", ".cjs")
TYPESCRIPT = (".ts", ".mts", ".cts")
# A megabyte of minified code takes some ten seconds, and close to half a gigabyte of memory.
MOST_BYTES = 2 << 20
# Without this word nothing is a view of a memory; it can be written in escapes.
_SIGNS = (b"buffer", b"\\u", b"\\x", b"liveViews")


def views_kept_in(source: bytes, suffix: str) -> tuple[CachedView, ...]:
    """What is found in `source`, whose file name ends in `suffix`.

    Raises `ModuleError` for what can't be judged: no JavaScript, too large, too entangled; `UsageError`
    where the parser is not installed.
    """
    if suffix not in JAVASCRIPT + TYPESCRIPT:
        known = ", ".join(JAVASCRIPT + TYPESCRIPT)
        raise ModuleError(f"not a name of JavaScript or TypeScript: {known} are read")
    if not any(sign in source for sign in _SIGNS) and len(source) <= MOST_BYTES:
        _parsed(source, suffix)
        return ()
    if len(source) > MOST_BYTES:
        raise ModuleError(f"too large: {len(source):,} bytes, and files of up to {MOST_BYTES:,} are followed")
    return cached_views(_parsed(source, suffix))


def _parsed(source: bytes, suffix: str) -> "Node":
    from tree_sitter import Parser

    root = Parser(_language(suffix)).parse(source).root_node
    if root.has_error:
        row, column = _first_error(root).start_point
        kind = "TypeScript" if suffix in TYPESCRIPT else "JavaScript"
        raise ModuleError(f"line {row + 1}, column {column + 1}: not {kind} that can be read")
    return root


def _language(suffix: str) -> "Language":
    try:
        from tree_sitter import Language

        if suffix in TYPESCRIPT:
            import tree_sitter_typescript

            return Language(tree_sitter_typescript.language_typescript())
        import tree_sitter_javascript

        return Language(tree_sitter_javascript.language())
    except ImportError as error:
        raise UsageError(f"host code needs a parser for {suffix} files: {INSTALL}") from error


def _first_error(root: "Node") -> "Node":
    """The first node that the parser could not place."""
    node = root
    while not (node.is_error or node.is_missing):
        broken = next((child for child in node.children if child.has_error), None)
        if broken is None:
            break
        node = broken
    return node
