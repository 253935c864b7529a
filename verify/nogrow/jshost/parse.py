"""Parse JavaScript and TypeScript with tree-sitter, and locate the first syntax error."""

from typing import TYPE_CHECKING

from nogrow.errors import UsageError
from nogrow.jshost.model import Position

if TYPE_CHECKING:
    from tree_sitter import Language, Node

INSTALL = "pip install 'nogrow[glue]'"
JAVASCRIPT = (".js", ".mjs", ".cjs")
TYPESCRIPT = (".ts", ".mts", ".cts")


def parse(source: bytes, name: str) -> "Node":
    """Return the root of the syntax tree of `source`; a name that ends as TypeScript's do has types in it.

    The tree may contain syntax errors. Raises `UsageError` if the parser is not installed.
    """
    try:
        from tree_sitter import Parser

        return Parser(_language(name)).parse(source).root_node
    except ImportError as error:
        suffix = next((suffix for suffix in TYPESCRIPT if name.endswith(suffix)), ".js")
        raise UsageError(f"no parser for {suffix} files: install it with {INSTALL}") from error


def _language(name: str) -> "Language":
    from tree_sitter import Language

    if name.endswith(TYPESCRIPT):
        import tree_sitter_typescript

        return Language(tree_sitter_typescript.language_typescript())
    import tree_sitter_javascript

    return Language(tree_sitter_javascript.language())


def first_error(root: "Node") -> Position | None:
    """Return where the parser met the first syntax error, None if there is none."""
    if not root.has_error:
        return None
    node = root
    while not (node.is_error or node.is_missing):
        broken = next((child for child in node.children if child.has_error), None)
        if broken is None:
            break
        node = broken
    return position_of(node)


def position_of(node: "Node") -> Position:
    """Return where `node` starts."""
    row, column = node.start_point
    return Position(row + 1, column + 1)
