"""Find which declaration a name means: the scopes of a tree, and the names that each declares."""

from bisect import bisect_right
from dataclasses import dataclass

from nogrow.jshost.builtins import words
from nogrow.jshost.interned import Interned
from nogrow.jshost.parse import FUNCTIONS, Node, fields, nodes_of, root_of, text_of

BLOCKS = words("""
    catch_clause class_static_block for_in_statement for_statement statement_block switch_body
""")
_HOISTED = words("function_declaration generator_function_declaration")
# The declarations whose own node stands for the name that they declare.
DECLARATIONS = _HOISTED | words("abstract_class_declaration class_declaration")
_VARIABLES = words("lexical_declaration variable_declaration")
_SCOPES = FUNCTIONS | BLOCKS
_NAMES = words("identifier shorthand_property_identifier_pattern")
# The patterns that declare names, each with the field that does: `a = default` and `key: a` declare `a` only.
_PATTERNS = {
    "object_pattern": None,
    "array_pattern": None,
    "rest_pattern": None,
    "pair_pattern": "value",
    "object_assignment_pattern": "left",
    "assignment_pattern": "left",
    "formal_parameters": None,
    # TypeScript wraps parameters in these two.
    "required_parameter": "pattern",
    "optional_parameter": "pattern",
}


@dataclass(frozen=True, slots=True, eq=False)
class Name(Interned):
    """A name, and the scope that declares it."""

    scope: int
    name: str


# What identifies an object of the program: its node, or the name of its constructor.
Owner = int | Name


class Scopes:
    """The scopes of trees by the ids of their nodes, each with the names that it declares."""

    def __init__(self, *roots: Node) -> None:
        """Collect the scopes of the trees below `roots`, which are scopes themselves."""
        self._parent: dict[int, int] = {}
        self._names: dict[int, set[str]] = {root.id: set() for root in roots}
        # The function around each scope; for a function, the one around it.
        self.functions: dict[int, int] = {root.id: root.id for root in roots}
        # The function whose code each scope has.
        self._code = dict(self.functions)
        # The scope around each scope, those without names included.
        self.around: dict[int, int] = {}
        # Where the innermost scope changes, and to which: this tells the scope of any node.
        self._changes: dict[int, tuple[list[int], list[int]]] = {}
        for root in roots:
            self._collect(root)
        self.deepest = self._skip_empty([root.id for root in roots])
        """The deepest nesting of scopes that declare names."""

    def _collect(self, root: Node) -> None:
        at, scopes = self._changes[root.id] = [0], [root.id]
        # The scopes around the next node, each with its end and the function whose code it has.
        ends, inside, within = [root.end_byte + 1], [root.id], [root.id]
        for node in nodes_of(root, _SCOPES | _VARIABLES | DECLARATIONS):
            start = node.start_byte
            while ends[-1] <= start:
                at.append(ends.pop())
                inside.pop()
                within.pop()
                scopes.append(inside[-1])
            kind, scope, function = node.type, inside[-1], within[-1]
            if kind in _VARIABLES:
                names = self._names[function if kind == "variable_declaration" else scope]
                for declarator in node.named_children:
                    names.update(_names_in(*fields(declarator, "name")))
            elif kind in DECLARATIONS:
                # Outside strict code, a function in a block is hoisted to the function around it.
                names = self._names[function if kind in _HOISTED else scope]
                names.update(map(text_of, fields(node, "name")))
            if kind in _SCOPES:
                self._parent[node.id] = self.around[node.id] = scope
                self.functions[node.id] = function
                self._names[node.id] = set()
                self._parameters(node)
                at.append(start)
                scopes.append(node.id)
                ends.append(node.end_byte)
                inside.append(node.id)
                within.append(node.id if kind in FUNCTIONS else function)
                self._code[node.id] = within[-1]
        while len(ends) > 1:
            at.append(ends.pop())
            inside.pop()
            scopes.append(inside[-1])

    def _skip_empty(self, roots: list[int]) -> int:
        """Link each scope to the nearest outer one that declares names, which speeds up lookups."""
        depths = dict.fromkeys(roots, 0)
        # The dict has each scope after the one around it.
        for scope, parent in self._parent.items():
            if not self._names[parent] and parent in self._parent:
                parent = self._parent[parent]
                self._parent[scope] = parent
            depths[scope] = depths[parent] + 1
        return max(depths.values())

    def function_of(self, node: Node) -> int:
        """Return the function around the node; the root for code outside functions."""
        return self._code[self._scope_of(node)]

    def name(self, node: Node) -> Name:
        """Return what the name `node`, or the name of the declaration `node`, means."""
        named = node.child_by_field_name("name") if node.type.endswith("_declaration") else node
        return self.resolve(self._scope_of(node), text_of(named) if named is not None else "")

    def resolve(self, scope: int, name: str) -> Name:
        """Return what the name means in the scope."""
        while name not in self._names[scope] and scope in self._parent:
            scope = self._parent[scope]
        return Name(scope, name)

    def _scope_of(self, node: Node) -> int:
        """Return the scope around the node."""
        if node.id in self.around:
            return self.around[node.id]
        root = root_of(node).id if len(self._changes) > 1 else next(iter(self._changes))
        at, scopes = self._changes[root]
        return scopes[bisect_right(at, node.start_byte) - 1]

    def declares(self, name: Name) -> bool:
        """Return whether the program declares the name, and not the host."""
        return name.name in self._names[name.scope]

    def _parameters(self, node: Node) -> None:
        names = self._names[node.id]
        names.update(_names_in(*fields(node, "parameters", "parameter")))
        if node.child_by_field_name("kind") is not None:
            names.update(_names_in(*fields(node, "left")))
        if node.type in ("function_expression", "generator_function"):
            names.update(map(text_of, fields(node, "name")))


def _names_in(*patterns: Node) -> list[str]:
    names = []
    stack = list(patterns)
    while stack:
        node = stack.pop()
        if node.type in _NAMES:
            names.append(text_of(node))
        elif node.type in _PATTERNS:
            field = _PATTERNS[node.type]
            stack.extend((field and fields(node, field)) or node.named_children)
    return names
