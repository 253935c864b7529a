"""Recognise expressions that check whether a view is still attached, which are no use of the view."""

from nogrow.jshost.builtins import EQUALITIES, STATE, words
from nogrow.jshost.parse import ACCESSES, Node, bare, fields, operator_of, property_of, text_of

# The expressions and statements that test a value.
TESTS = words("""
    binary_expression do_statement if_statement ternary_expression unary_expression while_statement
""")

# The operators that test whether a value is truthy; the condition of a statement has none.
_TRUTHS = frozenset(("", "!", "&&", "||", "??"))


def state_of(node: Node) -> tuple[Node, list[str]]:
    """Return whose state `node` reads, and the properties it reads: `v` and [buffer, detached]."""
    names: list[str] = []
    base = _without_chain(bare(node))
    while base.type in ACCESSES:
        name = property_of(base)
        inner = base.child_by_field_name("object")
        # The view of an `ImageData` has the state that `image.data.byteLength` reads.
        is_state = name in STATE or (name == "data" and names[:1] in (["byteLength"], ["buffer"]))
        if name is None or not is_state or inner is None:
            break
        names.insert(0, name)
        base = bare(inner)
    return base, names


def _without_chain(node: Node) -> Node:
    """Return `v.buffer` for `v == null ? undefined : v.buffer`, which compilers write for `v?.buffer`."""
    if node.type == "ternary_expression":
        branches = fields(node, "consequence", "alternative")
        defined = [branch for branch in branches if text_of(branch) not in ("void 0", "undefined")]
        return bare(defined[0]) if len(defined) == 1 else node
    return node


def tested(node: Node) -> list[Node]:
    """Return the operands that the expression or statement `node` only tests."""
    if node.type == "unary_expression" and operator_of(node) not in ("!", "typeof"):
        return []
    operands = {"binary_expression": ("left", "right"), "unary_expression": ("argument",)}
    return [bare(operand) for operand in fields(node, *operands.get(node.type, ("condition",)))]


def tells(node: Node, operand: Node) -> bool:
    """Return whether the outcome of the test `node` tells if the view in `operand` is still attached."""
    _, names = state_of(operand)
    if not names:
        return False
    if "detached" in names:
        return True
    if names[-1] == "buffer" or names[-2:] == ["buffer", "byteLength"]:
        return operator_of(node) in EQUALITIES
    return (
        operator_of(node) in _TRUTHS
        or _compares_with_no_length(node, operand)
        or _is_too_small(node, operand)
    )


def checks_state(node: Node) -> bool:
    """Return whether `node` checks of any value whether it is still a view of the current memory."""
    if node.type == "binary_expression" and operator_of(node) not in EQUALITIES:
        return False
    # Other values than views have a length as well.
    return any(set(state_of(operand)[1]) - {"length"} and tells(node, operand) for operand in tested(node))


def buffers_compared(node: Node) -> list[Node]:
    """Return the names in a comparison of buffers, as in `view.buffer === memory.buffer`."""
    states = [state_of(operand) for operand in tested(node)]
    if node.type != "binary_expression" or not all(names[-1:] == ["buffer"] for _, names in states):
        return []
    return [base for base, names in states if names == ["buffer"] and base.type == "identifier"]


def _is_too_small(node: Node, operand: Node) -> bool:
    """Return whether `node` tests if the operand, the length of a view, is less than another size."""
    sides = {"<": "left", "<=": "left", ">": "right", ">=": "right"}
    return any(bare(side).id == operand.id for side in fields(node, sides.get(operator_of(node), "")))


def _compares_with_no_length(node: Node, operand: Node) -> bool:
    """Return whether `node` compares the operand with 0, or with the length of a buffer."""
    if operator_of(node) not in EQUALITIES:
        return False
    return any(
        text_of(compared) == "0" or state_of(compared)[1][-2:] == ["buffer", "byteLength"]
        for compared in tested(node)
        if compared.id != operand.id
    )
