"""Index a syntax tree: the declaration that a name means, the function around a node, what `this` is."""

from collections import defaultdict

from nogrow.errors import ModuleError
from nogrow.jshost.builtins import MEMORY_SIGNS, RETURNS_ELEMENT, WITH_CALLBACK, words
from nogrow.jshost.parse import (
    ACCESSES,
    FUNCTIONS,
    Node,
    arguments_of,
    bare,
    fields,
    is_getter,
    key_of,
    nodes_of,
    operator_of,
    property_of,
    sides_of,
    text_of,
)
from nogrow.jshost.scopes import BLOCKS, DECLARATIONS, Owner, Scopes
from nogrow.jshost.scopes import Name as Name
from nogrow.jshost.state_checks import TESTS, buffers_compared, checks_state

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
_ARITHMETIC = words("augmented_assignment_expression binary_expression update_expression")
_OF_NUMBERS = words("- * / % ** & | ^ << >> >>>") | {"++", "--"}
_EXPRESSIONS = words("function_expression generator_function")
_NAMES = words("identifier shorthand_property_identifier shorthand_property_identifier_pattern")
_OTHERS = words("array_pattern class_body object pair_pattern this")
_VISITED = (
    ACCESSES | BLOCKS | _ARITHMETIC | DECLARATIONS | FUNCTIONS | TESTS | _NAMES | _OF_INTEREST | _OTHERS
)
# Where something ends, its scope, the function around it, and the owner of `this` in it.
_Around = tuple[int, int, int, Owner | None]


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
        self.names: dict[int, Name] = {}
        """What each name and declaration means, by the ids of their nodes."""
        self.reads: list[tuple[int, int]] = []
        """The names that stand where a value may be read: the id of the node, and the function around it."""
        self.entries: list[tuple[Node, int]] = []
        """Those of them that are a value in an object."""
        self.members: dict[int, set[str]] = defaultdict(set)
        self.member_nodes: list[Node] = []
        self.literals: list[tuple[Node, int]] = []
        """The objects and arrays, and the function around each."""
        self.getter_reads: list[tuple[Node, int]] = []
        """The members that may be computed when they are read, and the function around each."""
        self.passed_on: set[str] = set()
        """The names of members that the program does not only call."""
        self.holders: dict[int, int] = {}
        self.operands: list[Node] = []
        """The identifiers that are operands of arithmetic, which is of numbers and never of views."""
        self.compared: list[Node] = []
        """The names of views whose buffer the program compares with another one."""
        self.checking: set[int] = set()
        """The functions that check whether a buffer is still the memory's."""
        # The objects of what files export count as literals.
        self.objects: set[int] = set(self.roots)
        self._hints: dict[int, Owner] = {}
        self._resolved: dict[tuple[int, str], Name] = {}
        self._depths: dict[int, int] = {}
        self._called: set[int] = set()
        # To ask a node for its parent takes long in a large file.
        self._indices: set[int] = set()
        methods = (node for root in roots for node in nodes_of(root, frozenset(("method_definition",))))
        self._getters = {key_of(node.child_by_field_name("name")) for node in methods if is_getter(node)}
        for root in roots:
            self._walk(root)

    def _walk(self, root: Node) -> None:
        # For each node around the next one: its end, its scope and function, and the owner of `this`.
        around: list[_Around] = [(root.end_byte + 1, root.id, root.id, None)]
        for node in nodes_of(root, _VISITED):
            while around[-1][0] <= node.start_byte:
                around.pop()
            _, scope, function, owner = around[-1]
            kind = node.type
            if kind in _NAMES:
                self._take_name(node, kind, scope, function)
                continue
            if kind in DECLARATIONS:
                for name in fields(node, "name"):
                    self.names[node.id] = self._name(scope, name)
            if kind in _OF_INTEREST:
                self.nodes.append((node, function))
                self._hint(node, kind)
            if kind in _ARITHMETIC:
                self._calculate(node, kind)
            if kind == "call_expression":
                self._called.update(callee.id for callee in fields(node, "function"))
                if owner is not None:
                    self._lend(node, owner)
            elif kind == "this" and owner is not None:
                self.this_owners[node.id] = owner
            elif kind in ACCESSES:
                self._access(node, function)
                self._indices.update(index.id for index in fields(node, "index"))
            elif kind == "pair_pattern":
                key = key_of(node.child_by_field_name("key"))
                if key is not None:
                    self.members[function].add(key)
            elif kind == "class_body":
                around.append((node.end_byte, scope, function, node.id))
                self.holders.update((child.id, node.id) for child in node.named_children)
            elif kind == "object":
                self._object(node, function)
                self.literals.append((node, function))
            elif kind == "array":
                self.objects.add(node.id)
                self.literals.append((node, function))
            elif kind in TESTS and checks_state(node):
                self.checking.add(function)
                self.compared += buffers_compared(node)
            elif kind in FUNCTIONS:
                around.append((node.end_byte, node.id, node.id, self._function(node, function, owner)))
            if kind in ("array_pattern", "for_in_statement"):
                self.members[function].add(ELEMENT)
            if kind in BLOCKS:
                around.append((node.end_byte, node.id, function, owner))

    def _calculate(self, node: Node, kind: str) -> None:
        """Note the operands of arithmetic: those of `+` only if it adds numbers."""
        operands = fields(node, "left", "right", "argument")
        operator = operator_of(node).removesuffix("=")
        of_numbers = kind == "update_expression" or operator in _OF_NUMBERS
        if operator == "+":
            of_numbers = node.id in self._indices or any(part.type == "number" for part in operands)
        if of_numbers:
            self.operands += [part for part in operands if part.type == "identifier"]

    def _take_name(self, node: Node, kind: str, scope: int, function: int) -> None:
        number = node.id
        self.names[number] = self._name(scope, node)
        if kind == "shorthand_property_identifier_pattern":
            self.members[function].add(text_of(node))
            return
        self.reads.append((number, function))
        if kind == "shorthand_property_identifier":
            self.nodes.append((node, function))
            self.entries.append((node, function))

    def _access(self, node: Node, function: int) -> None:
        name = property_of(node)
        if name is None or name.isdigit() or name in RETURNS_ELEMENT or name in WITH_CALLBACK:
            self.members[function].add(ELEMENT)
        if name is not None:
            self.members[function].add(name)
            if node.id not in self._called:
                self.passed_on.add(name)
            if name in MEMORY_SIGNS:
                self.member_nodes.append(node)
            if name in self._getters:
                self.getter_reads.append((node, function))

    def _function(self, node: Node, outer: int, owner: Owner | None) -> Owner | None:
        """Add a function, and return the owner of `this` in it."""
        self.functions[node.id] = node
        self.parents[node.id] = outer
        self._depths[node.id] = self._depths.get(outer, 0) + 1
        if self._depths[node.id] > DEEPEST_FUNCTIONS:
            raise ModuleError("too deeply nested to be analysed")
        if node.type == "arrow_function":
            return owner
        return self._hints.get(node.id, owner if node.type == "method_definition" else node.id)

    def _name(self, scope: int, node: Node) -> Name:
        text = text_of(node)
        name = self._resolved.get((scope, text))
        if name is None:
            name = self._resolved[scope, text] = self.scopes.resolve(scope, text)
        return name

    def _object(self, node: Node, function: int) -> None:
        self.objects.add(node.id)
        for child in node.named_children:
            self.holders[child.id] = node.id
            if child.type == "method_definition":
                self._hints[child.id] = node.id
            elif child.type == "pair":
                values = fields(child, "value")
                self.entries += [(value, function) for value in values if value.type == "identifier"]
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
                self._hints[node.id] = self.names[node.id]
        elif kind in ("variable_declarator", "assignment_expression"):
            base, right = sides_of(node)
            if right is None or right.type != "function_expression":
                return
            while base is not None and base.type in ACCESSES:
                of = base.child_by_field_name("object")
                base = None if of is None else bare(of)
            if base is not None and base.type == "identifier":
                self._hints[right.id] = self.scopes.name(base)
