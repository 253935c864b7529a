"""Build the control-flow graph of a function, with its events in the order of evaluation.

Every visit is a generator that yields the nodes to visit next, so that deep nesting needs no recursion.
"""

from collections.abc import Callable, Iterator

from nogrow.jshost.branches import Jumps, Visit
from nogrow.jshost.builtins import COMPARISONS, words
from nogrow.jshost.dataflow import EventKind, Graph
from nogrow.jshost.parse import (
    ACCESSES,
    FUNCTIONS,
    Node,
    arguments_of,
    bare,
    callee_of,
    fields,
    operator_of,
    sides_of,
)
from nogrow.jshost.points_to import KEPT
from nogrow.jshost.program import Program
from nogrow.jshost.state_checks import state_of, tells, tested
from nogrow.jshost.syntax import Name
from nogrow.jshost.terms import Binding, Member, Term

_NAMES = words("identifier shorthand_property_identifier this")
_NAMING = ACCESSES | _NAMES - {"this"}
_SILENT = FUNCTIONS | words("""
    class_body comment export_clause import_statement interface_declaration number regex string
    type_alias_declaration type_annotation type_arguments type_parameters
""")


def graph_of(program: Program, function: Node, tracked: frozenset[Binding]) -> Graph:
    """Return the graph of one function, or of the program's code outside functions."""
    flow = _Flow(program, tracked)
    body = fields(function, "body") if function.type in FUNCTIONS else []
    stack: list[Visit] = [flow.visit(body[0] if body else function)]
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
        else:
            stack.append(flow.visit(child))
    return flow


class _Flow(Jumps):
    def __init__(self, program: Program, tracked: frozenset[Binding]) -> None:
        super().__init__()
        self._program = program
        self._tracked = tracked
        self._checked: list[tuple[Node, Binding]] = []
        self._conditions: set[int] = set()
        self._visits: dict[str, Callable[[Node], Visit]] = {
            "variable_declarator": self._assignment,
            "assignment_expression": self._assignment,
            "augmented_assignment_expression": self._augmented,
            "call_expression": self._call,
            "new_expression": self._call,
            "await_expression": self._wait,
            "yield_expression": self._wait,
            "binary_expression": self._binary,
            "unary_expression": self._unary,
            "ternary_expression": self.either,
            "if_statement": self.either,
            "while_statement": self.repeat,
            "do_statement": self.repeat,
            "for_statement": self.repeat,
            "for_in_statement": self.repeat,
            "switch_statement": self.switch,
            "try_statement": self.attempt,
            "return_statement": self.leave,
            "throw_statement": self.leave,
            "break_statement": self.leap,
            "continue_statement": self.leap,
            "labeled_statement": self.labelled,
            "member_expression": self._access,
            "subscript_expression": self._access,
        }

    def visit(self, node: Node) -> Visit:
        """Add the events of `node`, and yield its parts to visit next."""
        kind, constraints = node.type, self._program.constraints
        if node.id in constraints.inlined:
            return self.inline(node, once=node.id in constraints.callees)
        if kind in _NAMES:
            self._use(node)
        return iter(()) if kind in _SILENT else self._visits.get(kind, self._parts)(node)

    def visit_condition(self, node: Node) -> Visit:
        """Visit the condition of `node`, whose own value is only tested."""
        for condition in fields(node, "condition"):
            yield from self._test(node, bare(condition))

    def _parts(self, node: Node) -> Visit:
        yield from node.named_children

    def _tracked_among(self, terms: list[Term]) -> Iterator[Binding]:
        for target in map(self._program.points_to.find, terms):
            if isinstance(target, Name | Member) and target in self._tracked:
                yield target

    def _binding(self, node: Node) -> Binding | None:
        """Return the tracked binding that `node` names, None if it names none."""
        inner = bare(node)
        terms = self._program.constraints.terms.of(inner) if inner.type in _NAMING else []
        return next(self._tracked_among(terms), None)

    def _use(self, node: Node) -> None:
        binding = self._binding(node)
        if binding is not None:
            self.add_event(EventKind.USE, node, binding)

    def _access(self, node: Node) -> Visit:
        binding = self._binding(node)
        if binding is None:
            yield from fields(node, "object", "index")
        else:
            self.add_event(EventKind.USE, node, binding)

    def _assignment(self, node: Node) -> Visit:
        left, right = sides_of(node)
        if left is None or right is None:
            return
        left = bare(left)
        if left.type in ACCESSES and self._binding(left) is None:
            # The object is evaluated before the right side, but used after it.
            bases = fields(left, "object")
            used_last = [bare(base) for base in bases if self._binding(base) is not None]
            yield from (*([] if used_last else bases), *fields(left, "index"), right)
            for used in used_last:
                self._use(used)
            return
        yield right
        self._define(left, right)

    def _augmented(self, node: Node) -> Visit:
        left, right = fields(node, "left", "right")
        if self._binding(left) is None:
            yield left
        before = self.here
        self.go(self.block(before))
        yield right
        if operator_of(node) in ("||=", "&&=", "??="):
            self._define(left, right)
            self.go(self.block(before, self.here))

    def _define(self, left: Node, right: Node) -> None:
        program = self._program
        for terms, part, values in program.constraints.targets(left, program.constraints.terms.of(right)):
            for target in self._tracked_among(terms):
                is_view = program.points_to.any(values) & KEPT
                self.add_event(EventKind.DEF if is_view else EventKind.KILL, part, target)

    def _call(self, node: Node) -> Visit:
        callee = callee_of(node)
        used_last: list[Node] = []
        if callee is not None:
            inner = bare(callee)
            bases = fields(inner, "object") if inner.type in ACCESSES else []
            used_last = [bare(base) for base in bases if self._binding(base) is not None]
            if not used_last and inner.type != "super":
                yield callee
        for argument in arguments_of(node):
            if self._binding(argument) is not None:
                used_last.append(bare(argument))
            else:
                yield argument
        for used in used_last:
            self._use(used)
        self._add_call(node)

    def _add_call(self, node: Node) -> None:
        site = self._program.constraints.calls.get(node.id)
        if site is None:
            return
        enters, functions = self._program.effects.of(site)
        called = sorted(functions - self._program.constraints.inlined)
        for function in called:
            for binding, read in self._program.seen_within(function):
                if binding in self._tracked:
                    self.add_event(EventKind.USE, read, binding)
        if enters:
            self.add_event(EventKind.CALL, node)
        for function in called:
            for filled in self._program.filled.get(function, ()):
                if filled in self._tracked:
                    self.add_event(EventKind.DEF, node, filled)

    def _wait(self, node: Node) -> Visit:
        yield from node.named_children
        self.add_event(EventKind.CALL, node)

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
            self.go(self.block(before))
            if node.id in self._conditions:
                yield from self._test(node, bare(right))
            else:
                yield right
            self.go(self.block(before, self.here))
            # A view that any part of the condition checks counts as checked after the whole condition.
            for check, binding in self._checked[checked:]:
                self.add_event(EventKind.DEF, check, binding)
        elif operator in COMPARISONS:
            for operand in (left, right):
                yield from self._test(node, bare(operand))
        else:
            yield left
            yield right

    def _test(self, node: Node, operand: Node) -> Visit:
        """Visit an operand of a test, which reads only a view's state or identity."""
        held, names = state_of(operand)
        if operand.type in ACCESSES and self._binding(operand) is not None:
            held, names = operand, []
        binding = self._binding(held) if held.type in _NAMING else None
        if binding is None:
            if operator_of(node) in ("", "!", "&&", "||", "??"):
                self._conditions.add(operand.id)
            yield operand
        elif tells(node, operand) or (not names and self._compared(node, binding)):
            self._checked.append((held, binding))
            self.add_event(EventKind.DEF, held, binding)

    def _compared(self, node: Node, binding: Binding) -> bool:
        """Return whether `node` compares a kept buffer with the memory's."""
        return node.type == "binary_expression" and any(
            state_of(operand)[1][-1:] == ["buffer"] and self._binding(operand) != binding
            for operand in tested(node)
        )
