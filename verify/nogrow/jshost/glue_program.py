"""A syntax tree to what matters of the program: its names, what they may stand for, and what is called.

Flow is not followed: a name stands for everything that is ever assigned to it.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nogrow.jshost.scopes import FUNCTIONS, Scopes, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

# The name of a member that stands for each of them; it is no name of JavaScript.
ANY = "*"
_CALLS = ("call", "apply", "bind")

Position = tuple[int, int]
# A function or an object is known by the number of its node.
Thing = int


@dataclass(frozen=True, slots=True)
class Name:
    """A name in a scope."""

    scope: int
    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """The property `name` of `of`; None is `this`, or what is not followed."""

    of: "Value | None"
    name: str


@dataclass(frozen=True, slots=True)
class Result:
    """What calling `callee` returns."""

    callee: "Value"


@dataclass(frozen=True, slots=True)
class Function:
    """A function written here."""

    thing: Thing


@dataclass(frozen=True, slots=True)
class Object:
    """An object, array or class written here."""

    thing: Thing


Value = Name | Member | Result | Function | Object

NOTHING = Name(0, "")
"""The value of a property whose value is not followed: it stands for nothing."""


@dataclass(slots=True)
class Program:
    """All of a program's text in tables; `of` is the only maker."""

    scopes: Scopes
    assigned: dict[Name, list[Value]] = field(default_factory=lambda: defaultdict(list))
    properties: dict[Thing, list[tuple[str, Value]]] = field(default_factory=lambda: defaultdict(list))
    assigned_properties: list[tuple[Value, str, Value]] = field(default_factory=list)
    invoked: dict[Thing, list[Value]] = field(default_factory=lambda: defaultdict(list))
    returned: dict[Thing, list[Value]] = field(default_factory=lambda: defaultdict(list))
    read_members: set[tuple[Value | None, str]] = field(default_factory=set)
    grow_calls: list[tuple[Thing, Member, Position]] = field(default_factory=list)
    exported: set[str] = field(default_factory=set)
    """What the file itself exports, as an ES module."""

    @classmethod
    def of(cls, root: "Node") -> "Program":
        """The program whose tree has the root `root`."""
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
            case "member_expression" | "subscript_expression":
                member = self._member(node)
                if member is not None:
                    self.read_members.add((member.of, member.name))

    def _declare(self, node: "Node", value: Value) -> None:
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
            self.properties[node.parent.id].extend((name, one) for one in values)

    def _method(self, node: "Node") -> None:
        method = node.type == "method_definition"
        name = key_of(node.child_by_field_name("name" if method else "property"))
        value = node.child_by_field_name("value")
        if node.parent is None or name is None:
            return
        values = [Function(node.id)] if method else self._values(value) if value is not None else []
        self.properties[node.parent.id].extend((name, one) for one in values)

    def _call(self, node: "Node") -> None:
        callee = node.child_by_field_name("function") or node.child_by_field_name("constructor")
        arguments = node.child_by_field_name("arguments")
        passed = [self._values(one) for one in arguments.named_children] if arguments is not None else []
        within = self.scopes.function(node)
        invoked = self.invoked[within]
        for values in passed:
            invoked.extend(values)
        for value in (*self._values(callee), *self._any_member(callee)) if callee is not None else ():
            if isinstance(value, Member) and value.name in _CALLS and value.of is not None:
                value = value.of
            invoked.append(value)
            if isinstance(value, Member) and value.name == "grow":
                row, column = node.start_point
                self.grow_calls.append((within, value, (row + 1, column + 1)))
            if value == Member(Name(self.scopes.at(node), "Object"), "assign") and passed:
                for target in passed[0]:
                    if isinstance(target, Name):
                        self.assigned[target].extend(one for values in passed[1:] for one in values)

    def _values(self, node: "Node") -> list[Value]:
        """What the expression `node` may stand for, as far as that is followed."""
        found: list[Value] = []
        stack = [node]
        while stack:
            one = stack.pop()
            match one.type:
                case "identifier":
                    found.append(Name(self.scopes.at(one), text_of(one)))
                case "member_expression" | "subscript_expression":
                    member = self._member(one)
                    if member is not None:
                        found.append(member)
                case "object" | "class_body":
                    found.append(Object(one.id))
                    stack.extend(one.named_children)
                case "call_expression" | "new_expression":
                    callee = one.child_by_field_name("function")
                    found.extend(Result(value) for value in (self._values(callee) if callee else ()))
                    arguments = one.child_by_field_name("arguments")
                    stack.extend(arguments.named_children if arguments is not None else ())
                case kind if kind in FUNCTIONS:
                    found.append(Function(one.id))
                case _:
                    stack.extend(_passed_through(one))
        return found

    def _member(self, node: "Node") -> Member | None:
        """The member that `node` names by a plain word or a constant text."""
        of = node.child_by_field_name("object")
        name = key_of(node.child_by_field_name("property") or node.child_by_field_name("index"))
        if of is None or name is None:
            return None
        while of.type == "parenthesized_expression" and of.named_children:
            of = of.named_children[-1]
        if of.type == "identifier":
            return Member(Name(self.scopes.at(of), text_of(of)), name)
        if of.type in ("member_expression", "subscript_expression"):
            return Member(self._member(of), name)
        return Member(Function(of.id) if of.type in FUNCTIONS else None, name)

    def _any_member(self, callee: "Node") -> Iterator[Member]:
        """Any property of an object, where the callee is one whose name is computed."""
        if callee.type == "member_expression" and key_of(callee.child_by_field_name("property")) in _CALLS:
            callee = callee.child_by_field_name("object") or callee
        of = callee.child_by_field_name("object")
        if callee.type == "subscript_expression" and of is not None and self._member(callee) is None:
            yield from (Member(value, ANY) for value in self._values(of) if isinstance(value, Name))


def _passed_through(node: "Node") -> Iterator["Node"]:
    """The parts of an expression that its value may come from."""
    parts: dict[str, tuple[str, ...]] = {
        "assignment_expression": ("left", "right"),
        "augmented_assignment_expression": ("left", "right"),
        "ternary_expression": ("consequence", "alternative"),
        "class": ("body",),
    }
    if node.type in parts:
        found = (node.child_by_field_name(name) for name in parts[node.type])
        yield from (one for one in found if one is not None)
    elif node.type == "binary_expression":
        operator = node.child_by_field_name("operator")
        if operator is not None and operator.type in ("||", "&&", "??"):
            yield from node.named_children
    elif node.type == "sequence_expression":
        yield from node.named_children[-1:]
    elif node.type in ("parenthesized_expression", "await_expression", "spread_element", "array"):
        yield from node.named_children


def key_of(node: "Node | None") -> str | None:
    """The property that `node` names by a plain word or a constant text, None if it is computed."""
    if node is None:
        return None
    if node.type == "string":
        return text_of(node)[1:-1]
    if node.type in ("property_identifier", "private_property_identifier", "number"):
        return text_of(node)
    return None
