"""Recognise comparisons with the memory's buffer, which a local variable may hold."""

from nogrow.jshost.builtins import EQUALITIES
from nogrow.jshost.parse import ACCESSES, Node, operator_of
from nogrow.jshost.points_to import Kind
from nogrow.jshost.program import Program
from nogrow.jshost.state_checks import tested
from nogrow.jshost.term import Binding, Member, Term


class BufferChecks:
    """The comparisons of buffers in one function."""

    def __init__(self, program: Program, function: int) -> None:
        """Recognise the local variables of `function`."""
        self._program = program
        self._function = function

    def compares_current(self, node: Node) -> bool:
        """Return whether `node` compares the buffer that a local variable got from the memory."""
        return (
            node.type == "binary_expression"
            and operator_of(node) in EQUALITIES
            and any(map(self.is_current, tested(node)))
        )

    def is_current(self, operand: Node) -> bool:
        """Return whether `operand` is a local variable whose only value is the memory's buffer."""
        is_name = operand.type == "identifier"
        return is_name and self.is_copy(self._program.constraints.terms.name(operand))

    def is_copy(self, binding: Binding) -> bool:
        """Return whether `binding` is a local variable whose only value is the memory's buffer."""
        if self._program.home(binding) != self._function:
            return False
        values = [value for store in self._program.stores[binding] for value in store.values]
        return len(values) == 1 and self._is_of_memory(values[0])

    def reads_memory(self, node: Node) -> bool:
        """Return whether an operand of `node` reads the buffer from the memory itself."""
        terms = self._program.constraints.terms
        return any(
            self._is_of_memory(term)
            for operand in tested(node)
            if operand.type in ACCESSES
            for term in terms.of(operand)
        )

    def _is_of_memory(self, buffer: Term) -> bool:
        points_to = self._program.points_to
        return (
            isinstance(buffer, Member)
            and buffer.name == "buffer"
            and bool(points_to.of(buffer) & Kind.BUFFER)
            and not points_to.of(buffer.of) & Kind.VIEW
        )
