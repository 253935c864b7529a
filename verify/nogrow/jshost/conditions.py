"""Add the checks of views in conditions, after which a view counts as attached."""

from nogrow.jshost.assignments import Assignments
from nogrow.jshost.branches import Visit
from nogrow.jshost.buffer_checks import BufferChecks
from nogrow.jshost.builtins import COMPARISONS
from nogrow.jshost.dataflow import EventKind
from nogrow.jshost.holders import NAMING
from nogrow.jshost.parse import (
    ACCESSES,
    Node,
    bare,
    fields,
    operator_of,
)
from nogrow.jshost.program import Program
from nogrow.jshost.state_checks import checks_state, state_of, tells, tested
from nogrow.jshost.term import Binding


class Conditions(Assignments):
    """A graph under construction, with the visits of tests."""

    def __init__(self, program: Program, function: int, tracked: frozenset[Binding]) -> None:
        """Start with an empty graph of `function`."""
        super().__init__(program, function, tracked)
        # The views that a check in the function is about, even if it names no binding.
        self._buffers = BufferChecks(program, function)
        renewed = program.filled.get(function, set()) & tracked
        self._renewed = sorted((each for each in renewed if not self._buffers.is_copy(each)), key=repr)
        self._checked: list[tuple[Node, Binding]] = []
        self._conditions: set[int] = set()

    def visit_condition(self, node: Node) -> Visit:
        """Visit the condition of `node`, whose own value is only tested."""
        for condition in fields(node, "condition"):
            yield from self._test(node, bare(condition))

    def needs_memory(self, node: Node) -> bool:
        """Return whether the condition of `node` is only false if there is no memory, and so no view."""
        conditions = [bare(condition) for condition in fields(node, "condition")]
        terms = [
            term
            for each in conditions
            if each.type in NAMING
            for term in self._program.constraints.terms.of(each)
        ]
        return bool(terms) and all(map(self._program.points_to.is_memory, terms))

    def _check(self, node: Node) -> None:
        """Note a check of the memory's buffer: what the function renews counts as checked."""
        for binding in self._renewed:
            self._checked.append((node, binding))
            self.use(EventKind.DEF, node, binding)

    def _unary(self, node: Node) -> Visit:
        for operand in tested(node):
            yield from self._test(node, operand)
        if operator_of(node) not in ("!", "typeof"):
            yield from node.named_children

    def _binary(self, node: Node) -> Visit:
        operator = operator_of(node)
        left, right = fields(node, "left", "right")
        if operator in ("&&", "||", "??"):
            checked = len(self._checked)
            yield from self._test(node, bare(left))
            before = self.here
            without = self._without_right(node, bare(left))
            self.go(self.block(before))
            if node.id in self._conditions:
                yield from self._test(node, bare(right))
            else:
                yield right
            self.go(self.block(without, self.here))
            # A view that any part of the condition checks counts as checked after the whole condition.
            for check, binding in self._checked[checked:]:
                self.use(EventKind.DEF, check, binding)
        elif operator in COMPARISONS:
            for operand in (left, right):
                yield from self._test(node, bare(operand))
            if checks_state(node) or self._buffers.compares_current(node):
                self._check(node)
        else:
            yield left
            yield right

    def _without_right(self, node: Node, left: Node) -> int:
        """Return the block after `left`, where the right side of `||` or `??` is not evaluated.

        There, the value of the left side is that of the expression.
        """
        before = self.here
        is_value = node.id not in self._conditions and (
            node.parent is not None and node.parent.type != "expression_statement"
        )
        if operator_of(node) == "&&" or not is_value or left.type not in NAMING:
            return before
        if node.id in self._copies:
            self._copies.add(left.id)
        self.go(self.block(before))
        self._use(left)
        return self.here

    def _test(self, node: Node, operand: Node) -> Visit:
        """Visit an operand of a test, which reads only a view's state or identity."""
        held, names = state_of(operand)
        if operand.type in ACCESSES and self._binding(operand) is not None:
            held, names = operand, []
        binding = self._binding(held) if held.type in NAMING else None
        if set(names) - {"length"} and tells(node, operand):
            self._check(node)
        if binding is None:
            if operator_of(node) in ("", "!", "&&", "||", "??"):
                self._conditions.add(operand.id)
            yield operand
        elif not names and self._buffers.is_current(operand) and not self._buffers.reads_memory(node):
            # A view that equals a stale copy of the buffer is stale as well.
            self.use(EventKind.USE, held, binding)
        elif tells(node, operand) or (not names and self._compared(node, binding)):
            self._checked.append((held, binding))
            self.use(EventKind.DEF, held, binding)

    def _compared(self, node: Node, binding: Binding) -> bool:
        """Return whether `node` compares a kept buffer with the memory's."""
        return self._buffers.compares_current(node) or (
            node.type == "binary_expression"
            and any(
                state_of(operand)[1][-1:] == ["buffer"] and self._binding(operand) != binding
                for operand in tested(node)
            )
        )
