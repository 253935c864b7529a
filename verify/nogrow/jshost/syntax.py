"""Index a syntax tree in one walk: its nodes, the function around each, and the owners of `this`."""

from collections import defaultdict
from typing import TYPE_CHECKING

from nogrow.errors import ModuleError
from nogrow.jshost.builtins import MEMORY_SIGNS
from nogrow.jshost.nodes import ACCESSES, FUNCTIONS, arguments_of, bare, property_of, text_of
from nogrow.jshost.scopes import Name, Scopes
from nogrow.jshost.state_checks import TESTS, checks_state

if TYPE_CHECKING:
    from tree_sitter import Node

DEEPEST_FUNCTIONS = 2_000
_OF_INTEREST = frozenset(
    (
        "variable_declarator",
        "assignment_expression",
        "augmented_assignment_expression",
        "call_expression",
        "new_expression",
        "return_statement",
        "pair",
        "shorthand_property_identifier",
        "field_definition",
        "public_field_definition",
        "method_definition",
        "function_declaration",
        "generator_function_declaration",
        "class_declaration",
        "class",
        "abstract_class_declaration",
        "arrow_function",
        "export_specifier",
        "export_statement",
        "await_expression",
        "yield_expression",
        "import_statement",
        "required_parameter",
        "optional_parameter",
    )
)
_READS = frozenset(("identifier", "shorthand_property_identifier"))


class Walk:
    """The index of a tree; each list has a node before the nodes in it."""

    def __init__(self, root: "Node", scopes: Scopes) -> None:
        """Walk the tree in linear time and memory; raise `ModuleError` if it is too deep."""
        self.root = root
        self.scopes = scopes
        self.nodes: list[tuple[Node, int]] = []
        self.functions: dict[int, Node] = {}
        self.parents: dict[int, int] = {}
        self.this_owners: dict[int, int | Name] = {}
        self.reads: list[tuple[Node, int]] = []
        self.members: dict[int, set[str]] = defaultdict(set)
        self.member_nodes: list[Node] = []
        self.holders: dict[int, int] = {}
        self.checking: set[int] = set()
        self.objects: set[int] = set()
        self._hints: dict[int, int | Name] = {}
        depths: dict[int, int] = {}
        stack: list[tuple[Node, int, int | Name | None]] = [(root, root.id, None)]
        while stack:
            node, function, owner = stack.pop()
            kind = node.type
            if kind in _OF_INTEREST:
                self.nodes.append((node, function))
                self._hint(node, kind)
                if kind == "call_expression" and owner is not None:
                    self._lend(node, owner)
            if kind in _READS:
                self.reads.append((node, function))
            elif kind == "this" and owner is not None:
                self.this_owners[node.id] = owner
            elif kind in ACCESSES:
                name = property_of(node)
                if name is not None:
                    self.members[function].add(name)
                    if name in MEMORY_SIGNS:
                        self.member_nodes.append(node)
            elif kind == "class_body":
                owner = node.id
                self.holders.update((child.id, node.id) for child in node.named_children)
            elif kind == "object":
                self._object(node)
            elif kind in TESTS and checks_state(node):
                self.checking.add(function)
            elif kind in FUNCTIONS:
                self.functions[node.id] = node
                self.parents[node.id] = function
                depths[node.id] = depths.get(function, 0) + 1
                if depths[node.id] > DEEPEST_FUNCTIONS:
                    raise ModuleError("too deeply nested to be analysed")
                if kind != "arrow_function" and kind != "method_definition":
                    owner = self._hints.get(node.id, node.id)
                elif kind == "method_definition":
                    owner = self._hints.get(node.id, owner)
                function = node.id
            stack.extend((child, function, owner) for child in reversed(node.named_children))

    def _object(self, node: "Node") -> None:
        self.objects.add(node.id)
        for child in node.named_children:
            self.holders[child.id] = node.id
            if child.type == "method_definition":
                self._hints[child.id] = node.id
            elif child.type == "pair":
                value = child.child_by_field_name("value")
                if value is not None and value.type in ("function_expression", "generator_function"):
                    self._hints[value.id] = node.id

    def _lend(self, node: "Node", owner: "int | Name") -> None:
        """Note the owner of `this` for a function that is passed on together with `this`, or bound to it."""
        arguments = arguments_of(node)
        if any(argument.type == "this" for argument in arguments):
            callee = node.child_by_field_name("function")
            held = callee.child_by_field_name("object") if callee is not None else None
            for part in (*arguments, *([bare(held)] if held is not None else ())):
                if part.type in ("function_expression", "generator_function"):
                    self._hints[part.id] = owner

    def _hint(self, node: "Node", kind: str) -> None:
        """Note a function's `this`: the object that it constructs, or whose prototype holds it."""
        if kind in ("function_declaration", "generator_function_declaration"):
            name = node.child_by_field_name("name")
            if name is not None:
                self._hints[node.id] = Name(self.scopes.at(node), text_of(name))
        elif kind in ("variable_declarator", "assignment_expression"):
            declares = kind == "variable_declarator"
            left = node.child_by_field_name("name" if declares else "left")
            right = node.child_by_field_name("value" if declares else "right")
            if left is None or right is None or right.type != "function_expression":
                return
            base = left
            while base.type in ACCESSES:
                inner = base.child_by_field_name("object")
                if inner is None:
                    return
                base = bare(inner)
            if base.type == "identifier":
                self._hints[right.id] = Name(self.scopes.at(base), text_of(base))
