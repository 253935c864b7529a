"""Find where functions that renew views return without doing so, because they have failed."""

from collections.abc import Iterator

from nogrow.jshost.builtins import words
from nogrow.jshost.parse import FUNCTIONS, Node, bare, returned_by, text_of
from nogrow.jshost.program import Program

_FAILED = words("-1 0 !1 false null undefined") | {'""', "''", "void 0"}


def failing_returns(program: Program) -> frozenset[int]:
    """Return the `return` statements that tell the caller of a failure.

    They return a constant such as `null` or 0, in a function that stores views and returns other values too.
    Nobody uses a view that could not be made, but nogrow does not know that of the caller.
    """
    failing: set[int] = set()
    for function, filled in program.filled.items():
        node = program.constraints.walk.functions.get(function)
        if node is None or not any(program.home(binding) != function for binding in filled):
            continue
        returns = list(_returns(node))
        failed = {each.id for each in returns if _has_failed(each)}
        if len(failed) < len(returns):
            failing |= failed
    return frozenset(failing)


def _has_failed(node: Node) -> bool:
    values = [text_of(bare(value)) for value in returned_by(node)]
    return bool(values) and all(value in _FAILED for value in values)


def _returns(function: Node) -> Iterator[Node]:
    """Yield the `return` statements of a function that return a value."""
    stack = list(function.named_children)
    while stack:
        node = stack.pop()
        if node.type == "return_statement" and node.named_children:
            yield node
        if node.type not in FUNCTIONS:
            stack.extend(node.named_children)
