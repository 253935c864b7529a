"""Read the parts of a tree-sitter node that several analyses need: texts, keys, operators, arguments."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

FUNCTIONS = frozenset(
    (
        "function_declaration",
        "function_expression",
        "generator_function",
        "generator_function_declaration",
        "arrow_function",
        "method_definition",
    )
)
ACCESSES = frozenset(("member_expression", "subscript_expression"))
"""The expressions that read or write a property."""

TRANSPARENT = frozenset(
    (
        *("parenthesized_expression", "await_expression", "spread_element"),
        *("as_expression", "satisfies_expression", "non_null_expression", "type_assertion"),
    )
)
"""The expressions whose value is that of the expression in them."""


def text_of(node: "Node") -> str:
    """Return the source text of `node`."""
    return (node.text or b"").decode(errors="replace")


def key_of(node: "Node | None") -> str | None:
    """Return the property that `node` names by an identifier or a constant; None if it is computed."""
    if node is None:
        return None
    if node.type == "string":
        return text_of(node)[1:-1]
    if node.type in ("property_identifier", "private_property_identifier", "number"):
        return text_of(node)
    return None


def property_of(node: "Node") -> str | None:
    """Return the property that an access names; None if it is computed."""
    return key_of(node.child_by_field_name("property") or node.child_by_field_name("index"))


def bare(node: "Node") -> "Node":
    """Return the expression without parentheses, `await` and type annotations around it."""
    while node.type in TRANSPARENT and node.named_children:
        node = node.named_children[-1 if node.type == "type_assertion" else 0]
    return node


def callee_of(node: "Node") -> "Node | None":
    """Return the expression that a call or `new` calls."""
    return node.child_by_field_name("function") or node.child_by_field_name("constructor")


def arguments_of(node: "Node") -> list["Node"]:
    """Return the arguments of a call."""
    arguments = node.child_by_field_name("arguments")
    if arguments is None:
        return []
    return [argument for argument in arguments.named_children if argument.type != "comment"]


def operator_of(node: "Node") -> str:
    """Return the operator of a unary, binary or assignment expression; empty if it has none."""
    operator = node.child_by_field_name("operator")
    return "" if operator is None else operator.type
