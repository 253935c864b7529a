"""Find the variables that only ever hold numbers: an access with such a key is one of an element."""

from collections import defaultdict
from collections.abc import Iterable

from nogrow.jshost.builtins import words
from nogrow.jshost.parse import (
    ACCESSES,
    FUNCTIONS,
    Node,
    bare,
    children_of,
    fields,
    key_of,
    operator_of,
    sides_of,
)
from nogrow.jshost.scopes import Name, Scopes

_ARITHMETIC = words("- * / % ** & | ^ << >> >>> -= *= /= %= **= &= |= ^= <<= >>= >>>=")
_ADDITION = frozenset(("+", "+="))
_ASSIGNMENTS = frozenset(("assignment_expression", "augmented_assignment_expression", "variable_declarator"))


class Numbers:
    """The names of a program that hold numbers, or nothing."""

    def __init__(self, nodes: Iterable[Node], scopes: Scopes) -> None:
        """Collect what is assigned to each name; `nodes` are all nodes of the program."""
        self._scopes = scopes
        self._assigned: dict[Name, list[Node]] = defaultdict(list)
        self._others: set[Name] = set()
        for node in nodes:
            self._take(node)
        self._are_numbers = set(self._assigned) - self._others
        changed = True
        while changed:
            wrong = {name for name in self._are_numbers if not all(map(self.is_number, self._assigned[name]))}
            self._are_numbers -= wrong
            changed = bool(wrong)

    def _take(self, node: Node) -> None:
        if node.type in _ASSIGNMENTS:
            left, right = sides_of(node)
            if left is None or right is None:
                return
            if left.type == "identifier":
                arithmetic = (
                    node.type == "augmented_assignment_expression" and operator_of(node) in _ARITHMETIC
                )
                self._assigned[self._scopes.name(left)] += [] if arithmetic else [right]
            elif left.type not in ACCESSES:
                self._exclude(left)
        elif node.type in FUNCTIONS:
            for part in fields(node, "parameters", "parameter"):
                self._exclude(part)
        elif node.type in ("for_in_statement", "catch_clause"):
            for part in fields(node, "left", "parameter"):
                self._exclude(part)

    def _exclude(self, pattern: Node) -> None:
        """Note that the names in the pattern may hold anything."""
        stack = [pattern]
        while stack:
            node = stack.pop()
            if node.type in ("identifier", "shorthand_property_identifier_pattern"):
                self._others.add(self._scopes.name(node))
            elif node.type not in ACCESSES:
                stack.extend(child for child in node.named_children if child.type not in FUNCTIONS)

    def _is_sure(self, node: Node) -> bool:
        return bare(node).type != "binary_expression" and self.is_number(node)

    def is_number(self, node: Node) -> bool:
        """Return whether the expression is a number, as far as its names are known to be."""
        stack = [node]
        while stack:
            part = bare(stack.pop())
            match part.type:
                case "number" | "update_expression" | "true" | "false" | "null" | "undefined":
                    pass
                case "unary_expression" if operator_of(part) in ("-", "+", "~", "!"):
                    pass
                case "binary_expression" | "augmented_assignment_expression":
                    if operator_of(part) in _ADDITION:
                        # The sum of a number and something else is a number, or a name that ends in digits.
                        sides = children_of(part)
                        known = [side for side in sides if self._is_sure(side)]
                        stack += [side for side in sides if not known or _is_text(side)]
                    elif operator_of(part) not in _ARITHMETIC:
                        return False
                case "assignment_expression":
                    stack += fields(part, "right")
                case "ternary_expression":
                    stack += fields(part, "consequence", "alternative")
                case "sequence_expression":
                    stack += children_of(part)[-1:]
                case "identifier":
                    name = self._scopes.name(part)
                    if name not in self._are_numbers and name.name != "undefined":
                        return False
                case kind if kind in ACCESSES and key_of(part.child_by_field_name("property")) == "length":
                    pass
                case _:
                    return False
        return True


def _is_text(node: Node) -> bool:
    """Return whether a string or a template is part of the sum."""
    stack = [node]
    while stack:
        part = bare(stack.pop())
        if part.type in ("string", "template_string"):
            return True
        if part.type == "binary_expression":
            stack += children_of(part)
    return False
