"""Collect the assignments, properties and calls of a glue program.

The analysis is flow-insensitive: a name stands for every value that is ever assigned to it.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nogrow.jshost.model import Position
from nogrow.jshost.nodes import ACCESSES, FUNCTIONS, callee_of, key_of, operator_of, property_of, text_of
from nogrow.jshost.parse import position_of
from nogrow.jshost.scopes import Name, Scopes
from nogrow.jshost.terms import Function, Member, Object, Result, Term

if TYPE_CHECKING:
    from tree_sitter import Node

# A member of this name stands for every member of its object. It is no identifier of JavaScript.
ANY = "*"
_CALLS = ("call", "apply", "bind")

# A function or an object is identified by its node.
NodeId = int


NOTHING = Name(0, "")
"""The value of a property whose value is unknown: it stands for no function and no object."""


@dataclass(slots=True)
class GlueProgram:
    """The assignments, properties and calls of a program; `of` collects them."""

    scopes: Scopes
    assigned: dict[Name, list[Term]] = field(default_factory=lambda: defaultdict(list))
    properties: dict[NodeId, list[tuple[str, Term]]] = field(default_factory=lambda: defaultdict(list))
    assigned_properties: list[tuple[Term, str, Term]] = field(default_factory=list)
    invoked: dict[NodeId, list[Term]] = field(default_factory=lambda: defaultdict(list))
    returned: dict[NodeId, list[Term]] = field(default_factory=lambda: defaultdict(list))
    read_members: set[tuple[Term | None, str]] = field(default_factory=set)
    grow_calls: list[tuple[NodeId, Member, Position]] = field(default_factory=list)
    exported: set[str] = field(default_factory=set)
    """The names that the file itself exports, as an ES module."""

    @classmethod
    def of(cls, root: "Node") -> "GlueProgram":
        """Return the program whose tree has the root `root`."""
        program = cls(Scopes.of(root))
        stack = [root]
        while stack:
            node = stack.pop()
            program._take(node)
            stack.extend(node.named_children)
        return program

    def _take(self, node: "Node") -> None:
        match node.type:
            case "variable_declarator" | "assignment_expression" | "augmented_assignment_expression":
                self._assignment(node)
            case "function_declaration" | "generator_function_declaration":
                self._declare(node, Function(node.id))
            case "class_declaration":
                body = node.child_by_field_name("body")
                if body is not None:
                    self._declare(node, Object(body.id))
            case "pair":
                self._pair(node)
            case "shorthand_property_identifier" if node.parent is not None:
                value = Name(self.scopes.at(node), text_of(node))
                self.properties[node.parent.id].append((value.name, value))
            case "method_definition" | "field_definition":
                self._method(node)
            case "call_expression" | "new_expression":
                self._call(node)
            case "export_statement":
                self._export(node)
            case "return_statement":
                for child in node.named_children:
                    self.returned[self.scopes.function(node)].extend(self._values(child))
            case "arrow_function":
                body = node.child_by_field_name("body")
                if body is not None and body.type != "statement_block":
                    self.returned[node.id].extend(self._values(body))
            case kind if kind in ACCESSES:
                member = self._member(node)
                if member is not None:
                    self.read_members.add((member.of, member.name))

    def _declare(self, node: "Node", value: Term) -> None:
        name = node.child_by_field_name("name")
        if name is not None:
            self.assigned[Name(self.scopes.at(node), text_of(name))].append(value)

    def _assignment(self, node: "Node") -> None:
        declares = node.type == "variable_declarator"
        left = node.child_by_field_name("name" if declares else "left")
        right = node.child_by_field_name("value" if declares else "right")
        if left is None or right is None:
            return
        for target in self._values(left):
            if isinstance(target, Name):
                self.assigned[target].extend(self._values(right))
            elif isinstance(target, Member) and target.of is not None:
                for value in self._values(right):
                    self.assigned_properties.append((target.of, target.name, value))

    def _export(self, node: "Node") -> None:
        declaration = node.child_by_field_name("declaration")
        for child in declaration.named_children if declaration is not None else ():
            name = child.child_by_field_name("name") if child.type == "variable_declarator" else child
            if name is not None and name.type == "identifier":
                self.exported.add(text_of(name))
        for clause in node.named_children:
            for specifier in clause.named_children if clause.type == "export_clause" else ():
                name = specifier.child_by_field_name("alias") or specifier.child_by_field_name("name")
                if name is not None:
                    self.exported.add(text_of(name).strip("\"'"))

    def _pair(self, node: "Node") -> None:
        key, value = node.child_by_field_name("key"), node.child_by_field_name("value")
        name = key_of(key)
        # `__proto__` sets the prototype and is no property.
        if node.parent is not None and value is not None and name not in (None, "__proto__"):
            values = self._values(value) or [NOTHING]
            self.properties[node.parent.id].extend((name, each) for each in values)

    def _method(self, node: "Node") -> None:
        is_method = node.type == "method_definition"
        name = key_of(node.child_by_field_name("name" if is_method else "property"))
        value = node.child_by_field_name("value")
        if node.parent is None or name is None:
            return
        values = [Function(node.id)] if is_method else self._values(value) if value is not None else []
        self.properties[node.parent.id].extend((name, each) for each in values)

    def _call(self, node: "Node") -> None:
        callee = callee_of(node)
        arguments = node.child_by_field_name("arguments")
        passed = (
            [self._values(argument) for argument in arguments.named_children] if arguments is not None else []
        )
        within = self.scopes.function(node)
        invoked = self.invoked[within]
        for values in passed:
            invoked.extend(values)
        for value in (*self._values(callee), *self._any_member(callee)) if callee is not None else ():
            if isinstance(value, Member) and value.name in _CALLS and value.of is not None:
                value = value.of
            invoked.append(value)
            if isinstance(value, Member) and value.name == "grow":
                self.grow_calls.append((within, value, position_of(node)))
            if value == Member(Name(self.scopes.at(node), "Object"), "assign") and passed:
                for target in passed[0]:
                    if isinstance(target, Name):
                        self.assigned[target].extend(each for values in passed[1:] for each in values)

    def _values(self, node: "Node") -> list[Term]:
        """Return the values that the expression `node` may have."""
        values: list[Term] = []
        stack = [node]
        while stack:
            part = stack.pop()
            match part.type:
                case "identifier":
                    values.append(Name(self.scopes.at(part), text_of(part)))
                case kind if kind in ACCESSES:
                    member = self._member(part)
                    if member is not None:
                        values.append(member)
                case "object" | "class_body":
                    values.append(Object(part.id))
                    stack.extend(part.named_children)
                case "call_expression" | "new_expression":
                    callee = part.child_by_field_name("function")
                    values.extend(Result(value) for value in (self._values(callee) if callee else ()))
                    arguments = part.child_by_field_name("arguments")
                    stack.extend(arguments.named_children if arguments is not None else ())
                case kind if kind in FUNCTIONS:
                    values.append(Function(part.id))
                case _:
                    stack.extend(_passed_through(part))
        return values

    def _member(self, node: "Node") -> Member | None:
        """Return the member that `node` names by an identifier or a constant."""
        of = node.child_by_field_name("object")
        name = property_of(node)
        if of is None or name is None:
            return None
        while of.type == "parenthesized_expression" and of.named_children:
            of = of.named_children[-1]
        if of.type == "identifier":
            return Member(Name(self.scopes.at(of), text_of(of)), name)
        if of.type in ACCESSES:
            return Member(self._member(of), name)
        return Member(Function(of.id) if of.type in FUNCTIONS else None, name)

    def _any_member(self, callee: "Node") -> Iterator[Member]:
        """Yield a member for every property of an object, if the callee is one whose name is computed."""
        if callee.type == "member_expression" and key_of(callee.child_by_field_name("property")) in _CALLS:
            callee = callee.child_by_field_name("object") or callee
        of = callee.child_by_field_name("object")
        if callee.type == "subscript_expression" and of is not None and self._member(callee) is None:
            yield from (Member(value, ANY) for value in self._values(of) if isinstance(value, Name))


def _passed_through(node: "Node") -> Iterator["Node"]:
    """Yield the parts of an expression that its value may come from."""
    parts: dict[str, tuple[str, ...]] = {
        "assignment_expression": ("left", "right"),
        "augmented_assignment_expression": ("left", "right"),
        "ternary_expression": ("consequence", "alternative"),
        "class": ("body",),
    }
    if node.type in parts:
        named = (node.child_by_field_name(name) for name in parts[node.type])
        yield from (part for part in named if part is not None)
    elif node.type == "binary_expression":
        if operator_of(node) in ("||", "&&", "??"):
            yield from node.named_children
    elif node.type == "sequence_expression":
        yield from node.named_children[-1:]
    elif node.type in ("parenthesized_expression", "await_expression", "spread_element", "array"):
        yield from node.named_children
