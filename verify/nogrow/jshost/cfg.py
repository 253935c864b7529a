"""Statements and expressions to events, in the order in which they are evaluated.

Every visit is a generator that yields the nodes to be visited next: nesting as deep as the file is no
recursion.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from nogrow.jshost.branches import Jumps
from nogrow.jshost.builtins import COMPARISONS
from nogrow.jshost.events import Graph, Happens
from nogrow.jshost.glue_program import Name
from nogrow.jshost.points_to import KEPT
from nogrow.jshost.program import Program
from nogrow.jshost.scopes import FUNCTIONS
from nogrow.jshost.state_checks import state_of, tells, tested
from nogrow.jshost.terms import Binding, Member, arguments_of, bare, operator_of

if TYPE_CHECKING:
    from tree_sitter import Node

Visit = Iterator["Node"]
_ACCESS = frozenset(("member_expression", "subscript_expression"))
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
    """The events of one function, or of the whole program outside of functions."""
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
        self._told: list[tuple[Node, Binding]] = []
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
        """The visits that `node` asks for."""
        kind = node.type
        if kind in FUNCTIONS:
            facts = self._program.facts
            return self.inline(node, once=node.id in facts.callees) if node.id in facts.inlined else iter(())
        if kind in _SILENT:
            return iter(())
        if kind in ("identifier", "shorthand_property_identifier", "this"):
            self._use(node)
            return iter(())
        return self._visits.get(kind, self._parts)(node)

    def asked(self, node: "Node") -> Visit:
        """Visit a condition, whose own value is only looked at."""
        condition = node.child_by_field_name("condition")
        if condition is None:
            return
        yield from self._look(node, bare(condition))

    def _parts(self, node: "Node") -> Visit:
        yield from node.named_children

    def binding(self, node: "Node") -> Binding | None:
        """The binding with a view that `node` names."""
        inner = bare(node)
        for term in self._program.facts.terms.of(inner) if inner.type in _NAMING else ():
            one = self._program.kinds.canon(term)
            if isinstance(one, Name | Member) and one in self._tracked:
                return one
        return None

    def _use(self, node: "Node") -> None:
        binding = self.binding(node)
        if binding is not None:
            self.graph.happens(Happens.USED, node, binding)

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
        self._fill(name, value)

    def _assignment(self, node: "Node") -> Visit:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return
        left = bare(left)
        if left.type in _ACCESS and self.binding(left) is None:
            # The object is evaluated before the right side, and written to after it.
            held = left.child_by_field_name("object")
            late = held if held is not None and self.binding(held) is not None else None
            yield from (
                part
                for part in (held if late is None else None, left.child_by_field_name("index"), right)
                if part is not None
            )
            if late is not None:
                self._use(bare(late))
            return
        yield right
        self._fill(left, right)

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
            self._fill(left, right)
            self.graph.go(self.graph.block(before, self.graph.here))

    def _fill(self, left: "Node", right: "Node") -> None:
        program = self._program
        for terms, part, values in program.facts.targets(left, program.facts.terms.of(right)):
            for term in terms:
                target = program.kinds.canon(term)
                if isinstance(target, Name | Member) and target in self._tracked:
                    good = program.kinds.any(values) & KEPT
                    self.graph.happens(Happens.FILLED if good else Happens.EMPTIED, part, target)

    def _call(self, node: "Node") -> Visit:
        callee = node.child_by_field_name("function") or node.child_by_field_name("constructor")
        late: list[Node] = []
        if callee is not None:
            inner = bare(callee)
            held = inner.child_by_field_name("object") if inner.type in _ACCESS else None
            if held is not None and self.binding(held) is not None:
                late.append(bare(held))
            elif inner.type in FUNCTIONS or inner.type != "super":
                yield callee
        for one in arguments_of(node):
            if self.binding(one) is not None and bare(one).type in _NAMING:
                late.append(bare(one))
            else:
                yield one
        for one in late:
            self._use(one)
        self._enter(node)

    def _enter(self, node: "Node") -> None:
        site = self._program.facts.calls.get(node.id)
        if site is None:
            return
        enters = self._program.enters
        called = enters.called(site) - self._program.facts.inlined
        for function in sorted(called):
            for binding, place in self._program.seen_within(function):
                if binding in self._tracked:
                    self.graph.happens(Happens.USED, place, binding)
        if enters.call(site):
            self.graph.happens(Happens.CALLED, node)
        for function in sorted(called):
            for filled in self._program.lifetime.filled.get(function, ()):
                if filled in self._tracked:
                    self.graph.happens(Happens.FILLED, node, filled)

    def _wait(self, node: "Node") -> Visit:
        yield from node.named_children
        self.graph.happens(Happens.CALLED, node)

    def _unary(self, node: "Node") -> Visit:
        for operand in tested(node):
            yield from self._look(node, operand)
        if operator_of(node) not in ("!", "typeof"):
            yield from node.named_children

    def _binary(self, node: "Node") -> Visit:
        operator = operator_of(node)
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is None or right is None:
            return
        if operator in ("&&", "||", "??"):
            told = len(self._told)
            yield from self._look(node, bare(left))
            before = self.graph.here
            self.graph.go(self.graph.block(before))
            if node.id in self._conditions:
                yield from self._look(node, bare(right))
            else:
                yield right
            self.graph.go(self.graph.block(before, self.graph.here))
            # What the whole condition asks is answered after it, whichever part said so.
            for place, binding in self._told[told:]:
                self.graph.happens(Happens.FILLED, place, binding)
        elif operator in COMPARISONS:
            for operand in (left, right):
                yield from self._look(node, bare(operand))
        else:
            yield left
            yield right

    def _look(self, node: "Node", operand: "Node") -> Visit:
        """Visit an operand of which only the state or the identity is asked."""
        held, names = state_of(operand)
        if operand.type in _ACCESS and self.binding(operand) is not None:
            held, names = operand, []
        binding = self.binding(held) if held.type in _NAMING else None
        if binding is None:
            if operator_of(node) in ("", "!", "&&", "||", "??"):
                self._conditions.add(operand.id)
            yield operand
        elif tells(node, operand) or (not names and self._compared(node, binding)):
            self._told.append((held, binding))
            self.graph.happens(Happens.FILLED, held, binding)

    def _compared(self, node: "Node", binding: Binding) -> bool:
        """Whether a kept buffer is compared with the memory's."""
        return node.type == "binary_expression" and any(
            state_of(one)[1][-1:] == ["buffer"] and self.binding(one) != binding for one in tested(node)
        )


_NAMING = frozenset(("identifier", "shorthand_property_identifier", *_ACCESS))
