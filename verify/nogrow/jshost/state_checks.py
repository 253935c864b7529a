"""Expressions that ask whether a view is still good, and are no use of it."""

from typing import TYPE_CHECKING

from nogrow.jshost.builtins import EQUALITIES, STATE
from nogrow.jshost.glue_program import key_of
from nogrow.jshost.scopes import text_of
from nogrow.jshost.terms import bare, operator_of

if TYPE_CHECKING:
    from tree_sitter import Node

# Where a value is only looked at.
TESTS = frozenset(
    (
        "binary_expression",
        "unary_expression",
        "if_statement",
        "ternary_expression",
        "while_statement",
        "do_statement",
    )
)

# Of a condition, no operator says that it is looked at.
_TRUTHS = frozenset(("", "!", "&&", "||", "??"))


def state_of(node: "Node") -> tuple["Node", list[str]]:
    """What `node` asks the state of, and the properties that it reads, as `v` and [buffer, detached]."""
    names: list[str] = []
    one = _without_chain(bare(node))
    while one.type in ("member_expression", "subscript_expression"):
        name = key_of(one.child_by_field_name("property") or one.child_by_field_name("index"))
        inner = one.child_by_field_name("object")
        if name not in STATE or inner is None:
            break
        names.insert(0, name)
        one = bare(inner)
    return one, names


def _without_chain(node: "Node") -> "Node":
    """What `v == null ? undefined : v.buffer` asks, as compilers write `v?.buffer`."""
    if node.type == "ternary_expression":
        parts = [node.child_by_field_name(name) for name in ("consequence", "alternative")]
        some = [bare(one) for one in parts if one is not None and text_of(one) not in ("void 0", "undefined")]
        return some[0] if len(some) == 1 else node
    return node


def tested(node: "Node") -> list["Node"]:
    """The operands that the expression or statement `node` only looks at."""
    match node.type:
        case "binary_expression":
            parts = [node.child_by_field_name("left"), node.child_by_field_name("right")]
        case "unary_expression":
            parts = [node.child_by_field_name("argument")] if operator_of(node) in ("!", "typeof") else []
        case _:
            parts = [node.child_by_field_name("condition")]
    return [bare(one) for one in parts if one is not None]


def tells(node: "Node", operand: "Node") -> bool:
    """Whether the outcome of the test `node` tells if the view in `operand` is still good."""
    _, names = state_of(operand)
    if not names:
        return False
    if "detached" in names:
        return True
    if names[-1] == "buffer" or names[-2:] == ["buffer", "byteLength"]:
        return operator_of(node) in EQUALITIES
    return operator_of(node) in _TRUTHS or _to_nothing(node, operand)


def checks_state(node: "Node") -> bool:
    """Whether `node` asks of anything whether it is still a view of the memory as it is."""
    if node.type == "binary_expression" and operator_of(node) not in EQUALITIES:
        return False
    # Everything has a length.
    return any(set(state_of(one)[1]) - {"length"} and tells(node, one) for one in tested(node))


def _to_nothing(node: "Node", operand: "Node") -> bool:
    """Whether it compares with 0, or with the length of a buffer."""
    if operator_of(node) not in EQUALITIES:
        return False
    return any(
        text_of(one) == "0" or state_of(one)[1][-2:] == ["buffer", "byteLength"]
        for one in tested(node)
        if one.id != operand.id
    )
