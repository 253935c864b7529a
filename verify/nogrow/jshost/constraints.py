"""Collect the constraints for the points-to analysis: stores, calls with their arguments, returned values."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from nogrow.jshost.builtins import NODE, WITH_CALLBACK
from nogrow.jshost.nodes import FUNCTIONS, arguments_of, bare, callee_of, key_of, operator_of, text_of
from nogrow.jshost.scopes import Name
from nogrow.jshost.syntax import Walk
from nogrow.jshost.terms import (
    Binding,
    Class,
    Function,
    Made,
    Member,
    NewMemory,
    Returned,
    Term,
    Terms,
    This,
)

if TYPE_CHECKING:
    from tree_sitter import Node


class Store(NamedTuple):
    """Values that are stored in a binding, in the function `within`."""

    target: Binding
    values: tuple[Term, ...]
    node: "Node"
    within: int


class CallSite(NamedTuple):
    """A call in the function `within`: the terms of its callee, and of each argument."""

    node: "Node"
    within: int
    callees: tuple[Term, ...]
    arguments: tuple[tuple[Term, ...], ...]


class Constraints:
    """The constraints of a program."""

    def __init__(self, walk: Walk) -> None:
        """Collect the constraints from the tree, without resolving any."""
        self.walk = walk
        self.root = walk.root.id
        self.terms = Terms(walk.scopes, self.root, walk.this_owners)
        self.stores: list[Store] = []
        self.calls: dict[int, CallSite] = {}
        self.view_arguments: dict[int, tuple[Term, ...]] = {}
        self.returned: dict[int, list[Term]] = defaultdict(list)
        self.methods: dict[str, set[int]] = defaultdict(set)
        self.parameters: dict[int, list[Name | None]] = {}
        self.constructors: dict[int, int] = {}
        self.getters: set[Member] = set()
        self.callees: set[int] = set()
        self.written: set[int] = set()
        self.inlined: set[int] = set()
        self.waits: set[int] = set()
        self.exported: list[Node] = []
        self.modules: dict[Name, str] = {}
        for node, function in walk.nodes:
            self._take(node, function)
        for node in walk.functions.values():
            self._parameters(node)

    def _take(self, node: "Node", within: int) -> None:
        match node.type:
            case "variable_declarator":
                self._assignment(node.child_by_field_name("name"), node.child_by_field_name("value"), within)
                self._annotated(node, node.child_by_field_name("name"), within)
            case "assignment_expression" | "augmented_assignment_expression":
                # The result of `+=` is a number or a string, never a view.
                if node.type == "assignment_expression" or operator_of(node) in ("||=", "&&=", "??="):
                    right = node.child_by_field_name("right")
                    self._assignment(node.child_by_field_name("left"), right, within)
            case "function_declaration" | "generator_function_declaration":
                self._declare(node, Function(node.id), within)
            case "class_declaration" | "abstract_class_declaration":
                body = node.child_by_field_name("body")
                if body is not None:
                    self._declare(node, Class(body.id), within)
            case "pair" | "shorthand_property_identifier" | "method_definition":
                self._property(node, within)
            case "field_definition" | "public_field_definition":
                self._property(node, within)
            case "call_expression" | "new_expression":
                self._call(node, within)
            case "return_statement":
                for child in node.named_children:
                    self.returned[within] += self.terms.of(child)
            case "arrow_function":
                body = node.child_by_field_name("body")
                if body is not None and body.type != "statement_block":
                    self.returned[node.id] += self.terms.of(body)
            case "await_expression" | "yield_expression":
                self.waits.add(within)
            case "export_specifier" | "export_statement":
                self.exported.append(node)
            case "import_statement":
                self._import(node)
            case "required_parameter" | "optional_parameter":
                self._annotated(node, node.child_by_field_name("pattern"), within)

    def store(self, target: Term | None, values: Iterable[Term], node: "Node", within: int) -> None:
        """Add the constraint that `target` may hold `values`."""
        if isinstance(target, Name | Member):
            self.stores.append(Store(target, tuple(values), node, within))

    def _declare(self, node: "Node", value: Term, within: int) -> None:
        name = node.child_by_field_name("name")
        if name is not None:
            self.written.add(name.id)
            self.store(Name(self.terms.scopes.at(node), text_of(name)), (value,), node, within)

    def _assignment(self, left: "Node | None", right: "Node | None", within: int) -> None:
        if left is None:
            return
        if right is None:
            self.written.add(left.id)
            return
        for target, part, values in self.targets(left, self.terms.of(right)):
            self.written.add(part.id)
            for term in target:
                self.store(term, values, right, within)

    def targets(self, left: "Node", values: list[Term]) -> Iterable[tuple[list[Term], "Node", list[Term]]]:
        """Yield each binding in the pattern `left`, its node, and the part of `values` that it gets."""
        stack = [(bare(left), values)]
        while stack:
            node, assigned = stack.pop()
            match node.type:
                case "identifier" | "member_expression" | "subscript_expression":
                    yield self.terms.of(node), node, assigned
                case "shorthand_property_identifier_pattern":
                    yield self.terms.of(node), node, [Member(term, text_of(node)) for term in assigned]
                case "object_pattern" | "rest_pattern":
                    stack.extend((child, assigned) for child in node.named_children)
                case "pair_pattern" | "object_assignment_pattern" | "assignment_pattern":
                    key = key_of(node.child_by_field_name("key"))
                    inner = node.child_by_field_name("value" if node.type == "pair_pattern" else "left")
                    if inner is not None:
                        members: list[Term] = (
                            assigned if key is None else [Member(term, key) for term in assigned]
                        )
                        stack.append((inner, members))
                case "array_pattern":
                    stack.extend((child, []) for child in node.named_children)

    def _annotated(self, node: "Node", name: "Node | None", within: int) -> None:
        """Store a memory in what TypeScript declares to be one."""
        if name is not None and _is_declared_memory(node):
            for target in self.terms.of(name):
                self.store(target, (NewMemory(False),), node, within)

    def _property(self, node: "Node", within: int) -> None:
        holder = self.walk.holders.get(node.id)
        if holder is None:
            return
        key = node.child_by_field_name("key") or node.child_by_field_name("property")
        name = text_of(node) if not node.named_children and key is None else key_of(key)
        if node.type in ("method_definition", "public_field_definition"):
            name = key_of(node.child_by_field_name("name"))
        if name is None:
            return
        member = Member(This(holder), name)
        value = node.child_by_field_name("value")
        if node.type == "method_definition":
            if any(child.type == "get" for child in node.children):
                self.getters.add(member)
                self.store(member, (Returned(node.id),), node, within)
                return
            if name == "constructor":
                self.constructors[holder] = node.id
            values: list[Term] = [Function(node.id)]
        elif node.type == "shorthand_property_identifier":
            values = self.terms.of(node)
        else:
            values = self.terms.of(value) if value is not None else []
        self.methods[name].update(term.node for term in values if isinstance(term, Function))
        if values:
            self.store(member, values, value or node, within)
        if _is_declared_memory(node):
            self.store(member, (NewMemory(False),), node, within)

    def _call(self, node: "Node", within: int) -> None:
        is_new = node.type == "new_expression"
        callee = callee_of(node)
        if callee is None:
            return
        callee = bare(callee)
        self.callees.add(callee.id)
        argument_nodes = arguments_of(node)
        arguments = tuple(tuple(self.terms.of(argument)) for argument in argument_nodes)
        callees = self.terms.of(node if is_new else callee)
        if any(isinstance(term, Made) for term in self.terms.of(node)) and arguments:
            self.view_arguments[node.id] = arguments[0]
        self.calls[node.id] = CallSite(node, within, tuple(callees), arguments)
        if callee.type in FUNCTIONS and not is_new:
            self.inlined.add(callee.id)
        elif callee.type == "member_expression":
            member = self.terms.member(callee)
            if member is not None and member.name in ("call", "apply") and isinstance(member.of, Function):
                self.inlined.add(member.of.node)
            elif member is not None and member.name in WITH_CALLBACK:
                self.inlined.update(
                    argument.id for argument in map(bare, argument_nodes) if argument.type in FUNCTIONS
                )
            elif member is not None and member == Member(Name(self.root, "Object"), "assign") and arguments:
                for target in arguments[0]:
                    for values in arguments[1:]:
                        self.store(target, values, node, within)

    def _parameters(self, node: "Node") -> None:
        names: list[Name | None] = []
        single = node.child_by_field_name("parameter")
        parameters = node.child_by_field_name("parameters")
        listed = [single] if single is not None else parameters.named_children if parameters else []
        for parameter in listed:
            if parameter.type == "comment":
                continue
            pattern = parameter.child_by_field_name("pattern") or parameter
            left = pattern.child_by_field_name("left") or pattern
            names.append(self.terms.name(left) if left.type == "identifier" else None)
            self.written.update(part.id for _, part, _ in self.targets(pattern, []))
        self.parameters[node.id] = names

    def _import(self, node: "Node") -> None:
        source = key_of(node.child_by_field_name("source"))
        stack = list(node.named_children)
        while stack and source is not None:
            part = stack.pop()
            if part.type == "identifier":
                self.written.add(part.id)
                self.modules[self.terms.name(part)] = source
            stack.extend(part.named_children if part.type != "string" else ())

    def is_node(self, name: Name) -> bool:
        """Return whether the name is imported from one of Node's own modules."""
        return self.modules.get(name, "").removeprefix("node:") in NODE


def _is_declared_memory(node: "Node") -> bool:
    kind = node.child_by_field_name("type")
    return kind is not None and text_of(kind).lstrip(": ") == "WebAssembly.Memory"
