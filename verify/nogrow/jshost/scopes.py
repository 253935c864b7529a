"""Resolve names to scopes: each occurrence of a name means the declaration in the nearest scope around it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nogrow.jshost.nodes import FUNCTIONS, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

_BLOCKS = frozenset(
    (
        "statement_block",
        "for_statement",
        "for_in_statement",
        "catch_clause",
        "switch_body",
        "class_static_block",
    )
)
_NAMES = frozenset(("identifier", "shorthand_property_identifier_pattern"))
# The nodes whose scope or function is looked up later. Those of all nodes would take too much memory.
_LOOKED_UP = _NAMES | {"shorthand_property_identifier", "call_expression", "new_expression"}
_PLACED = frozenset(("program", "call_expression", "new_expression", "return_statement"))
_PATTERNS = frozenset(
    ("object_pattern", "array_pattern", "rest_pattern", "pair_pattern", "object_assignment_pattern",
     "assignment_pattern", "formal_parameters", "required_parameter", "optional_parameter")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Name:
    """A name, and the scope that declares it."""

    scope: int
    name: str


class Scopes:
    """The scopes of a tree by the ids of their nodes, each with the names that it declares."""

    def __init__(self) -> None:
        """Start without scopes; `of` fills them in."""
        # The deepest nesting of scopes that declare names.
        self.deepest = 0
        self._parent: dict[int, int] = {}
        self._names: dict[int, set[str]] = {}
        self._scope: dict[int, int] = {}
        self._function: dict[int, int] = {}

    @classmethod
    def of(cls, root: "Node") -> "Scopes":
        """Return the scopes of the tree below `root`, which is a scope itself."""
        scopes = cls()
        scopes._names[root.id] = set()
        stack = [(root, root.id, root.id)]
        while stack:
            node, scope, function = stack.pop()
            kind = node.type
            if kind in _LOOKED_UP or kind.endswith("_declaration"):
                scopes._scope[node.id] = scope
            if kind in _PLACED or kind in FUNCTIONS or kind in _BLOCKS:
                scopes._function[node.id] = function
            scopes._declare(node, scope, function)
            if kind in FUNCTIONS or kind in _BLOCKS:
                scopes._parent[node.id] = scope
                scopes._names.setdefault(node.id, set())
                scope = node.id
                function = node.id if kind in FUNCTIONS else function
                scopes._parameters(node)
            stack.extend((child, scope, function) for child in node.named_children)
        scopes._skip_empty(root.id)
        return scopes

    def _skip_empty(self, root: int) -> None:
        """Link each scope to the nearest outer one that declares names, which speeds up lookups."""
        depths = {root: 0}
        # The dict has each scope after the one around it.
        for scope, parent in self._parent.items():
            if not self._names[parent] and parent in self._parent:
                parent = self._parent[parent]
                self._parent[scope] = parent
            depths[scope] = depths[parent] + 1
        self.deepest = max(depths.values())

    def at(self, node: "Node") -> int:
        """Return the scope that declares the name `node`, or the name of the declaration `node`."""
        named = node.child_by_field_name("name") if node.type.endswith("_declaration") else node
        name = text_of(named) if named is not None else ""
        return self._declaring(self._scope[node.id], name)

    def function(self, node: "Node") -> int:
        """Return the function around `node`."""
        return self._function[node.id]

    def around(self, scope: int) -> int:
        """Return the function around the scope."""
        return self._function[scope]

    def _declaring(self, scope: int, name: str) -> int:
        while name not in self._names[scope] and scope in self._parent:
            scope = self._parent[scope]
        return scope

    def _declare(self, node: "Node", scope: int, function: int) -> None:
        name = node.child_by_field_name("name")
        if node.type in ("variable_declaration", "lexical_declaration"):
            names = self._names[function if node.type == "variable_declaration" else scope]
            for declarator in node.named_children:
                declared = declarator.child_by_field_name("name")
                if declared is not None:
                    names.update(_names_in(declared))
        elif node.type in ("function_declaration", "generator_function_declaration") and name is not None:
            # Outside strict code, a function in a block is hoisted to the function around it.
            self._names[function].add(text_of(name))
        elif node.type in ("class_declaration", "abstract_class_declaration") and name is not None:
            self._names[scope].add(text_of(name))

    def _parameters(self, node: "Node") -> None:
        names = self._names[node.id]
        for label in ("parameters", "parameter", "left"):
            part = node.child_by_field_name(label)
            declares = label != "left" or node.child_by_field_name("kind") is not None
            if part is not None and declares:
                names.update(_names_in(part))
        name = node.child_by_field_name("name")
        if node.type in ("function_expression", "generator_function") and name is not None:
            names.add(text_of(name))


def _names_in(pattern: "Node") -> list[str]:
    names = []
    stack = [pattern]
    while stack:
        node = stack.pop()
        if node.type in _NAMES:
            names.append(text_of(node))
        elif node.type in _PATTERNS:
            # `a = default` and `key: a` declare `a` only.
            side = {
                "assignment_pattern": "left",
                "object_assignment_pattern": "left",
                "pair_pattern": "value",
                # TypeScript wraps parameters in these two.
                "required_parameter": "pattern",
                "optional_parameter": "pattern",
            }
            part = node.child_by_field_name(side[node.type]) if node.type in side else None
            stack.extend([part] if part is not None else node.named_children)
    return names
