"""Parse JavaScript and TypeScript with tree-sitter, and read the parts of the nodes of its trees."""

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from nogrow.errors import UsageError
from nogrow.jshost.builtins import words
from nogrow.jshost.model import Position

if TYPE_CHECKING:
    from tree_sitter import Language, Query
    from tree_sitter import Node as Node
else:
    # The parser is optional, and only functions import it.
    Node = Language = Query = object

INSTALL = "pip install 'nogrow[glue]'"
JAVASCRIPT = (".js", ".mjs", ".cjs", ".jsx")
TYPESCRIPT = (".ts", ".mts", ".cts", ".tsx")
FUNCTIONS = words("""
    arrow_function function_declaration function_expression generator_function
    generator_function_declaration method_definition
""")
# Queries miss nodes that are deeper than 65,535.
_DEEPEST_QUERY = 60_000
# The expressions that read or write a property.
ACCESSES = words("member_expression subscript_expression")
# The expressions whose value is that of the expression in them.
TRANSPARENT = words("""
    as_expression await_expression non_null_expression parenthesized_expression satisfies_expression
    spread_element type_assertion
""")


def parse(source: bytes, name: str) -> Node:
    """Return the root of the syntax tree of `source`; a name that ends as TypeScript's do has types in it.

    The tree may contain syntax errors. Raises `UsageError` if the parser is not installed.
    """
    suffix = next((suffix for suffix in TYPESCRIPT if name.endswith(suffix)), ".js")
    try:
        from tree_sitter import Parser

        language = _language(suffix)
    except ImportError as error:
        raise UsageError(f"no parser for {suffix} files: install it with {INSTALL}") from error
    root = Parser(language).parse(source).root_node
    _trees[root.id] = _Tree(language, len(source) > _DEEPEST_QUERY and _is_deep(root))
    return root


def parse_glue(source: bytes, name: str) -> tuple[Node, Position | None]:
    """Return the root of the syntax tree of `source`, and the position of its first error.

    The sources of Emscripten's glue are read without their directives. Raises `UsageError` as `parse` does.
    """
    root = parse(source, name)
    error_at = first_error(root)
    if error_at is None:
        return root, None
    # Little of what is parsed is in these sources.
    from nogrow.jshost.emscripten_sources import readings

    for reading in readings(source):
        other = parse(reading, name)
        if first_error(other) is None:
            return other, None
    return root, error_at


def _language(suffix: str) -> Language:
    from tree_sitter import Language

    if suffix == ".tsx":
        from tree_sitter_typescript import language_tsx as language
    elif suffix in TYPESCRIPT:
        from tree_sitter_typescript import language_typescript as language
    else:
        from tree_sitter_javascript import language
    return Language(language())


class _Tree(NamedTuple):
    """What nodes do not tell of their tree: its language, and whether queries would miss deep nodes."""

    language: Language
    is_deep: bool


# The trees by the ids of their roots.
_trees: dict[int, _Tree] = {}


def _is_deep(root: Node) -> bool:
    cursor, depth = root.walk(), 0
    first, following, parent = cursor.goto_first_child, cursor.goto_next_sibling, cursor.goto_parent
    while True:
        if first():
            depth += 1
            if depth > _DEEPEST_QUERY:
                return True
            continue
        while not following():
            if not parent():
                return False
            depth -= 1


def nodes_of(root: Node, kinds: frozenset[str]) -> list[Node]:
    """Return the nodes below the root of a tree that are of one of the kinds, each before the nodes in it."""
    from tree_sitter import QueryCursor

    tree = _trees[root.id]
    if tree.is_deep:
        nodes, stack = [], [root]
        while stack:
            node = stack.pop()
            if node.type in kinds:
                nodes.append(node)
            stack += reversed(node.named_children)
        return nodes
    captures = QueryCursor(_query(tree.language, kinds)).captures(root)
    return sorted(captures.get("node", ()), key=lambda node: (node.start_byte, -node.end_byte))


@cache
def _query(language: Language, kinds: frozenset[str]) -> Query:
    from tree_sitter import Query

    known = sorted(kind for kind in kinds if language.id_for_node_kind(kind, True) is not None)
    return Query(language, f"[{' '.join(f'({kind})' for kind in known)}] @node")


def first_error(root: Node) -> Position | None:
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


def position_of(node: Node) -> Position:
    """Return where `node` starts."""
    row, column = node.start_point
    return Position(row + 1, column + 1)


def is_within(node: Node, outer: Node) -> bool:
    """Return whether `node` is `outer`, or a part of it, in the same tree."""
    return outer.start_byte <= node.start_byte and node.end_byte <= outer.end_byte


def root_of(node: Node) -> Node:
    """Return the root of the tree that `node` is part of."""
    while node.parent is not None:
        node = node.parent
    return node


def text_of(node: Node) -> str:
    """Return the source text of `node`."""
    return (node.text or b"").decode(errors="replace")


def fields(node: Node, *names: str) -> list[Node]:
    """Return those of the named fields of `node` that it has."""
    return [part for name in names if (part := node.child_by_field_name(name)) is not None]


def sides_of(node: Node) -> tuple[Node | None, Node | None]:
    """Return what a declarator or an assignment assigns to, and the value."""
    names = ("name", "value") if node.type == "variable_declarator" else ("left", "right")
    return node.child_by_field_name(names[0]), node.child_by_field_name(names[1])


def returned_by(node: Node) -> list[Node]:
    """Return the expressions that a `return` statement or an arrow function without a block returns."""
    if node.type == "return_statement":
        return node.named_children
    return [body for body in fields(node, "body") if body.type != "statement_block"]


def key_of(node: Node | None) -> str | None:
    """Return the property that `node` names by an identifier or a constant; None if it is computed."""
    if node is None:
        return None
    if node.type == "string":
        return text_of(node)[1:-1]
    if node.type in ("property_identifier", "private_property_identifier", "number"):
        return text_of(node)
    return None


def property_of(node: Node) -> str | None:
    """Return the property that an access names; None if it is computed."""
    return key_of(node.child_by_field_name("property") or node.child_by_field_name("index"))


def is_getter(method: Node) -> bool:
    """Return whether the method is called when the property of its name is read."""
    return any(child.type == "get" for child in method.children)


def children_of(node: Node) -> list[Node]:
    """Return the named children of `node` without comments, which may be anywhere."""
    return [child for child in node.named_children if child.type != "comment"]


def bare(node: Node) -> Node:
    """Return the expression without parentheses, `await` and type annotations around it."""
    while node.type in TRANSPARENT and (inner := children_of(node)):
        node = inner[-1 if node.type == "type_assertion" else 0]
    return node


def callee_of(node: Node) -> Node | None:
    """Return the expression that a call or `new` calls."""
    return node.child_by_field_name("function") or node.child_by_field_name("constructor")


def arguments_of(node: Node) -> list[Node]:
    """Return the arguments of a call; those of a tagged template are the template and what it inserts."""
    arguments = node.child_by_field_name("arguments")
    if arguments is None:
        return []
    if arguments.type != "template_string":
        return children_of(arguments)
    inserted = [part for child in arguments.named_children for part in _inserted(child)]
    return [arguments, *inserted]


def _inserted(part: Node) -> list[Node]:
    return children_of(part) if part.type == "template_substitution" else []


def parameters_of(function: Node) -> list[Node]:
    """Return the patterns of a function's parameters, with their default values."""
    listed = [child for each in fields(function, "parameters") for child in children_of(each)]
    return fields(function, "parameter") or listed


def pattern_of(parameter: Node) -> tuple[Node, Node | None]:
    """Return the pattern or name of a parameter, and its default value if it has one."""
    pattern = parameter.child_by_field_name("pattern") or parameter
    default = parameter.child_by_field_name("value") or pattern.child_by_field_name("right")
    return pattern.child_by_field_name("left") or pattern, default


def operator_of(node: Node) -> str:
    """Return the operator of a unary, binary or assignment expression; empty if it has none."""
    operator = node.child_by_field_name("operator")
    return "" if operator is None else operator.type


def value_parts(node: Node) -> list[Node]:
    """Return the parts of an expression that its value may come from, if it has no value of its own."""
    match node.type:
        case "assignment_expression" | "augmented_assignment_expression":
            return fields(node, "right")
        case "ternary_expression":
            return fields(node, "consequence", "alternative")
        case "binary_expression":
            return children_of(node) if operator_of(node) in ("||", "&&", "??") else []
        case "sequence_expression":
            return children_of(node)[-1:]
        case kind if kind in TRANSPARENT:
            return [bare(node)]
    return []
