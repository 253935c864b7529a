"""Index a syntax tree: the declaration that a name means, the function around a node, what `this` is."""

from collections import defaultdict
from dataclasses import dataclass

from nogrow.errors import ModuleError
from nogrow.jshost.builtins import MEMORY_SIGNS, RETURNS_ELEMENT, WITH_CALLBACK, words
from nogrow.jshost.parse import (
    ACCESSES,
    FUNCTIONS,
    Node,
    arguments_of,
    bare,
    fields,
    key_of,
    operator_of,
    property_of,
    sides_of,
    text_of,
)
from nogrow.jshost.state_checks import TESTS, checks_state

# The name of all elements of an array or a map, and of all properties with a computed name.
ELEMENT = "*"
DEEPEST_FUNCTIONS = 2_000
# The time to look up a name grows with the depth.
DEEPEST_SCOPES = 2_000
_OF_INTEREST = words("""
    abstract_class_declaration array arrow_function assignment_expression augmented_assignment_expression
    await_expression call_expression class class_declaration export_specifier export_statement
    field_definition for_in_statement function_declaration generator_function_declaration import_statement
    method_definition new_expression optional_parameter pair public_field_definition
    required_parameter return_statement shorthand_property_identifier spread_element variable_declarator
    yield_expression
""")
_READS = words("identifier shorthand_property_identifier")
_ARITHMETIC = words("augmented_assignment_expression binary_expression update_expression")
_OF_NUMBERS = words("- * / % ** & | ^ << >> >>>") | {"++", "--"}
_EXPRESSIONS = words("function_expression generator_function")
_BLOCKS = words("""
    catch_clause class_static_block for_in_statement for_statement statement_block switch_body
""")
_NAMES = words("identifier shorthand_property_identifier_pattern")
# The nodes whose scope or function is looked up later. Those of all nodes would take too much memory.
_LOOKED_UP = _NAMES | {"shorthand_property_identifier"}
_PLACED = FUNCTIONS | _BLOCKS | words("call_expression new_expression program return_statement")
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


@dataclass(frozen=True, slots=True)
class Name:
    """A name, and the scope that declares it."""

    scope: int
    name: str


# What identifies an object of the program: its node, or the name of its constructor.
Owner = int | Name


class Scopes:
    """The scopes of a tree by the ids of their nodes, each with the names that it declares."""

    def __init__(self, *roots: Node) -> None:
        """Collect the scopes of the trees below `roots`, which are scopes themselves."""
        self._parent: dict[int, int] = {}
        self._names: dict[int, set[str]] = {root.id: set() for root in roots}
        self._scope: dict[int, int] = {}
        # The function around each scope, call and `return`.
        self.functions: dict[int, int] = {}
        stack = [(root, root.id, root.id) for root in roots]
        while stack:
            node, scope, function = stack.pop()
            kind = node.type
            if kind in _LOOKED_UP or kind.endswith("_declaration"):
                self._scope[node.id] = scope
            if kind in _PLACED:
                self.functions[node.id] = function
            self._declare(node, scope, function)
            if kind in FUNCTIONS or kind in _BLOCKS:
                self._parent[node.id] = scope
                self._names.setdefault(node.id, set())
                scope = node.id
                function = node.id if kind in FUNCTIONS else function
                self._parameters(node)
            stack.extend((child, scope, function) for child in node.named_children)
        self.deepest = self._skip_empty([root.id for root in roots])
        """The deepest nesting of scopes that declare names."""

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

    def name(self, node: Node) -> Name:
        """Return what the name `node`, or the name of the declaration `node`, means."""
        named = node.child_by_field_name("name") if node.type.endswith("_declaration") else node
        name = text_of(named) if named is not None else ""
        scope = self._scope[node.id]
        while name not in self._names[scope] and scope in self._parent:
            scope = self._parent[scope]
        return Name(scope, name)

    def declares(self, name: Name) -> bool:
        """Return whether the program declares the name, and not the host."""
        return name.name in self._names[name.scope]

    def _declare(self, node: Node, scope: int, function: int) -> None:
        match node.type:
            case "variable_declaration" | "lexical_declaration":
                names = self._names[function if node.type == "variable_declaration" else scope]
                for declarator in node.named_children:
                    names.update(_names_in(*fields(declarator, "name")))
            case "function_declaration" | "generator_function_declaration":
                # Outside strict code, a function in a block is hoisted to the function around it.
                self._names[function].update(map(text_of, fields(node, "name")))
            case "class_declaration" | "abstract_class_declaration":
                self._names[scope].update(map(text_of, fields(node, "name")))

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


class Walk:
    """The index of the trees of a program's files; each list has a node before the nodes in it."""

    def __init__(self, *roots: Node) -> None:
        """Walk the trees in linear time and memory; raise `ModuleError` if they are too deep."""
        self.roots = {root.id: root for root in roots}
        self.scopes = Scopes(*roots)
        if self.scopes.deepest > DEEPEST_SCOPES:
            raise ModuleError("too deeply nested to be analysed")
        self.nodes: list[tuple[Node, int]] = []
        self.functions: dict[int, Node] = {}
        self.parents: dict[int, int] = {}
        self.this_owners: dict[int, Owner] = {}
        self.reads: list[tuple[Node, int]] = []
        self.members: dict[int, set[str]] = defaultdict(set)
        self.member_nodes: list[Node] = []
        self.passed_on: set[str] = set()
        """The names of members that the program does not only call."""
        self.holders: dict[int, int] = {}
        self.operands: list[Node] = []
        """The identifiers that are operands of arithmetic, which is of numbers and never of views."""
        self.checking: set[int] = set()
        """The functions that check whether a buffer is still the memory's."""
        # The objects of what files export count as literals.
        self.objects: set[int] = set(self.roots)
        self._hints: dict[int, Owner] = {}
        depths: dict[int, int] = {}
        called: set[int] = set()
        stack: list[tuple[Node, int, Owner | None]] = [(root, root.id, None) for root in roots]
        while stack:
            node, function, owner = stack.pop()
            kind = node.type
            if kind in _OF_INTEREST:
                self.nodes.append((node, function))
                self._hint(node, kind)
                if kind == "call_expression":
                    called.update(callee.id for callee in fields(node, "function"))
                    if owner is not None:
                        self._lend(node, owner)
            elif kind in _ARITHMETIC:
                self._calculate(node, kind)
            if kind in _READS:
                self.reads.append((node, function))
            elif kind == "this" and owner is not None:
                self.this_owners[node.id] = owner
            elif kind in ACCESSES:
                name = property_of(node)
                if name is None or name.isdigit() or name in RETURNS_ELEMENT or name in WITH_CALLBACK:
                    self.members[function].add(ELEMENT)
                if name is not None:
                    self.members[function].add(name)
                    if node.id not in called:
                        self.passed_on.add(name)
                    if name in MEMORY_SIGNS:
                        self.member_nodes.append(node)
            elif kind == "shorthand_property_identifier_pattern":
                self.members[function].add(text_of(node))
            elif kind == "pair_pattern":
                key = key_of(node.child_by_field_name("key"))
                if key is not None:
                    self.members[function].add(key)
            elif kind == "class_body":
                owner = node.id
                self.holders.update((child.id, node.id) for child in node.named_children)
            elif kind == "object":
                self._object(node)
            elif kind in ("array_pattern", "for_in_statement"):
                self.members[function].add(ELEMENT)
            elif kind == "array":
                self.objects.add(node.id)
            elif kind in TESTS and checks_state(node):
                self.checking.add(function)
            elif kind in FUNCTIONS:
                self.functions[node.id] = node
                self.parents[node.id] = function
                depths[node.id] = depths.get(function, 0) + 1
                if depths[node.id] > DEEPEST_FUNCTIONS:
                    raise ModuleError("too deeply nested to be analysed")
                if kind != "arrow_function":
                    owner = self._hints.get(node.id, owner if kind == "method_definition" else node.id)
                function = node.id
            stack.extend((child, function, owner) for child in reversed(node.named_children))

    def _calculate(self, node: Node, kind: str) -> None:
        """Note the operands of arithmetic: those of `+` only if it adds numbers."""
        operands = fields(node, "left", "right", "argument")
        operator = operator_of(node).removesuffix("=")
        of_numbers = kind == "update_expression" or operator in _OF_NUMBERS
        if operator == "+":
            is_index = node.parent is not None and node.parent.type == "subscript_expression"
            of_numbers = is_index or any(part.type == "number" for part in operands)
        if of_numbers:
            self.operands += [part for part in operands if part.type == "identifier"]

    def _object(self, node: Node) -> None:
        self.objects.add(node.id)
        for child in node.named_children:
            self.holders[child.id] = node.id
            if child.type == "method_definition":
                self._hints[child.id] = node.id
            elif child.type == "pair":
                values = fields(child, "value")
                self._hints.update((value.id, node.id) for value in values if value.type in _EXPRESSIONS)

    def _lend(self, node: Node, owner: Owner) -> None:
        """Note the owner of `this` for a function that is passed on together with `this`, or bound to it."""
        arguments = arguments_of(node)
        if any(argument.type == "this" for argument in arguments):
            held = [bare(of) for callee in fields(node, "function") for of in fields(callee, "object")]
            for part in arguments + held:
                if part.type in _EXPRESSIONS:
                    self._hints[part.id] = owner

    def _hint(self, node: Node, kind: str) -> None:
        """Note a function's `this`: the object that it constructs, or whose prototype holds it."""
        if kind in ("function_declaration", "generator_function_declaration"):
            if node.child_by_field_name("name") is not None:
                self._hints[node.id] = self.scopes.name(node)
        elif kind in ("variable_declarator", "assignment_expression"):
            base, right = sides_of(node)
            if right is None or right.type != "function_expression":
                return
            while base is not None and base.type in ACCESSES:
                of = base.child_by_field_name("object")
                base = None if of is None else bare(of)
            if base is not None and base.type == "identifier":
                self._hints[right.id] = self.scopes.name(base)
