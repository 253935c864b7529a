"""Build the control-flow graph of a function, with its events in the order of evaluation.

Every visit is a generator that yields the nodes to visit next, so that deep nesting needs no recursion.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from nogrow.jshost.branches import Jumps
from nogrow.jshost.builtins import COMPARISONS
from nogrow.jshost.events import EventKind, Graph
from nogrow.jshost.nodes import ACCESSES, FUNCTIONS, arguments_of, bare, callee_of, operator_of
from nogrow.jshost.points_to import KEPT
from nogrow.jshost.program import Program
from nogrow.jshost.scopes import Name
from nogrow.jshost.state_checks import state_of, tells, tested
from nogrow.jshost.terms import Binding, Member

if TYPE_CHECKING:
    from tree_sitter import Node

Visit = Iterator["Node"]
_NAMING = frozenset(("identifier", "shorthand_property_identifier", *ACCESSES))
_SILENT = frozenset(
    (
        "comment",
        "string",
        "number",
        "regex",
        "type_annotation",
        "type_arguments",
        "type_parameters",
        "import_statement",
        "interface_declaration",
        "type_alias_declaration",
        "export_clause",
        "class_body",
    )
)


def graph_of(program: Program, function: "Node", tracked: frozenset[Binding]) -> Graph:
    """Return the graph of one function, or of the program's code outside functions."""
    flow = _Flow(program, tracked)
    start = function.child_by_field_name("body") if function.type in FUNCTIONS else None
    stack: list[Visit] = [flow.visit(start or function)]
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
        else:
            stack.append(flow.visit(child))
    return flow.graph


class _Flow(Jumps):
    def __init__(self, program: Program, tracked: frozenset[Binding]) -> None:
        super().__init__(Graph())
        self._program = program
        self._tracked = tracked
        self._checked: list[tuple[Node, Binding]] = []
        self._conditions: set[int] = set()
        self._visits: dict[str, Callable[[Node], Visit]] = {
            "variable_declarator": self._declaration,
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

    def visit(self, node: "Node") -> Visit:
        """Add the events of `node`, and yield its parts to visit next."""
        kind = node.type
        if kind in FUNCTIONS:
            constraints = self._program.constraints
            return (
                self.inline(node, once=node.id in constraints.callees)
                if node.id in constraints.inlined
                else iter(())
            )
        if kind in _SILENT:
            return iter(())
        if kind in ("identifier", "shorthand_property_identifier", "this"):
            self._use(node)
            return iter(())
        return self._visits.get(kind, self._parts)(node)

    def visit_condition(self, node: "Node") -> Visit:
        """Visit the condition of `node`, whose own value is only tested."""
        condition = node.child_by_field_name("condition")
        if condition is None:
            return
        yield from self._test(node, bare(condition))

    def _parts(self, node: "Node") -> Visit:
        yield from node.named_children

    def binding(self, node: "Node") -> Binding | None:
        """Return the tracked binding that `node` names, None if it names none."""
        inner = bare(node)
        for term in self._program.constraints.terms.of(inner) if inner.type in _NAMING else ():
            target = self._program.points_to.find(term)
            if isinstance(target, Name | Member) and target in self._tracked:
                return target
        return None

    def _use(self, node: "Node") -> None:
        binding = self.binding(node)
        if binding is not None:
            self.graph.add_event(EventKind.USE, node, binding)

    def _access(self, node: "Node") -> Visit:
        if self.binding(node) is not None:
            self._use(node)
            return
        for name in ("object", "index"):
            part = node.child_by_field_name(name)
            if part is not None:
                yield part

    def _declaration(self, node: "Node") -> Visit:
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if value is None or name is None:
            return
        yield value
        self._define(name, value)

    def _assignment(self, node: "Node") -> Visit:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return
        left = bare(left)
        if left.type in ACCESSES and self.binding(left) is None:
            # The object is evaluated before the right side, but used after it.
            base = left.child_by_field_name("object")
            used_last = base if base is not None and self.binding(base) is not None else None
            yield from (
                part
                for part in (base if used_last is None else None, left.child_by_field_name("index"), right)
                if part is not None
            )
            if used_last is not None:
                self._use(bare(used_last))
            return
        yield right
        self._define(left, right)

    def _augmented(self, node: "Node") -> Visit:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return
        logical = operator_of(node) in ("||=", "&&=", "??=")
        if self.binding(left) is None:
            yield left
        before = self.graph.here
        self.graph.go(self.graph.block(before))
        yield right
        if logical:
            self._define(left, right)
            self.graph.go(self.graph.block(before, self.graph.here))

    def _define(self, left: "Node", right: "Node") -> None:
        program = self._program
        for terms, part, values in program.constraints.targets(left, program.constraints.terms.of(right)):
            for term in terms:
                target = program.points_to.find(term)
                if isinstance(target, Name | Member) and target in self._tracked:
                    is_view = program.points_to.any(values) & KEPT
                    self.graph.add_event(EventKind.DEF if is_view else EventKind.KILL, part, target)

    def _call(self, node: "Node") -> Visit:
        callee = callee_of(node)
        used_last: list[Node] = []
        if callee is not None:
            inner = bare(callee)
            base = inner.child_by_field_name("object") if inner.type in ACCESSES else None
            if base is not None and self.binding(base) is not None:
                used_last.append(bare(base))
            elif inner.type in FUNCTIONS or inner.type != "super":
                yield callee
        for argument in arguments_of(node):
            if self.binding(argument) is not None and bare(argument).type in _NAMING:
                used_last.append(bare(argument))
            else:
                yield argument
        for used in used_last:
            self._use(used)
        self._add_call(node)

    def _add_call(self, node: "Node") -> None:
        site = self._program.constraints.calls.get(node.id)
        if site is None:
            return
        effects = self._program.call_effects
        called = effects.called(site) - self._program.constraints.inlined
        for function in sorted(called):
            for binding, read in self._program.seen_within(function):
                if binding in self._tracked:
                    self.graph.add_event(EventKind.USE, read, binding)
        if effects.call(site):
            self.graph.add_event(EventKind.CALL, node)
        for function in sorted(called):
            for filled in self._program.lifetime.filled.get(function, ()):
                if filled in self._tracked:
                    self.graph.add_event(EventKind.DEF, node, filled)

    def _wait(self, node: "Node") -> Visit:
        yield from node.named_children
        self.graph.add_event(EventKind.CALL, node)

    def _unary(self, node: "Node") -> Visit:
        for operand in tested(node):
            yield from self._test(node, operand)
        if operator_of(node) not in ("!", "typeof"):
            yield from node.named_children

    def _binary(self, node: "Node") -> Visit:
        operator = operator_of(node)
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return
        if operator in ("&&", "||", "??"):
            checked = len(self._checked)
            yield from self._test(node, bare(left))
            before = self.graph.here
            self.graph.go(self.graph.block(before))
            if node.id in self._conditions:
                yield from self._test(node, bare(right))
            else:
                yield right
            self.graph.go(self.graph.block(before, self.graph.here))
            # A view that any part of the condition checks counts as checked after the whole condition.
            for check, binding in self._checked[checked:]:
                self.graph.add_event(EventKind.DEF, check, binding)
        elif operator in COMPARISONS:
            for operand in (left, right):
                yield from self._test(node, bare(operand))
        else:
            yield left
            yield right

    def _test(self, node: "Node", operand: "Node") -> Visit:
        """Visit an operand of a test, which reads only a view's state or identity."""
        held, names = state_of(operand)
        if operand.type in ACCESSES and self.binding(operand) is not None:
            held, names = operand, []
        binding = self.binding(held) if held.type in _NAMING else None
        if binding is None:
            if operator_of(node) in ("", "!", "&&", "||", "??"):
                self._conditions.add(operand.id)
            yield operand
        elif tells(node, operand) or (not names and self._compared(node, binding)):
            self._checked.append((held, binding))
            self.graph.add_event(EventKind.DEF, held, binding)

    def _compared(self, node: "Node", binding: Binding) -> bool:
        """Return whether `node` compares a kept buffer with the memory's."""
        return node.type == "binary_expression" and any(
            state_of(operand)[1][-1:] == ["buffer"] and self.binding(operand) != binding
            for operand in tested(node)
        )
