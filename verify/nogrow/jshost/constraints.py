"""Collect the constraints for the points-to analysis: stores, calls with their arguments, returned values."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from nogrow.jshost.builtins import ADDS, NODE, WITH_CALLBACK
from nogrow.jshost.modules import File, Links
from nogrow.jshost.parse import (
    FUNCTIONS,
    Node,
    arguments_of,
    bare,
    callee_of,
    children_of,
    fields,
    key_of,
    operator_of,
    returned_by,
    sides_of,
    text_of,
)
from nogrow.jshost.syntax import ELEMENT, Name, Walk
from nogrow.jshost.terms import Binding, Class, Function, Made, Member, NewMemory, Returned, Term, Terms, This


class Store(NamedTuple):
    """Values that are stored in a binding, in the function `within`."""

    target: Binding
    values: tuple[Term, ...]
    node: Node
    within: int


class CallSite(NamedTuple):
    """A call in the function `within`: the terms of its callee, and of each argument."""

    node: Node
    within: int
    callees: tuple[Term, ...]
    arguments: tuple[tuple[Term, ...], ...]


class Constraints:
    """The constraints of a program."""

    def __init__(self, files: Sequence[File]) -> None:
        """Collect the constraints from the trees; raise `ModuleError` if they are too deeply nested."""
        self.walk = Walk(*(file.root for file in files))
        self.links = Links(files, self.walk.scopes)
        self.terms = Terms(self.walk, self.links)
        self.stores: list[Store] = []
        self.calls: dict[int, CallSite] = {}
        # What functions return, and the first arguments of calls that create views.
        self.flows: dict[Returned | Made, list[Term]] = defaultdict(list)
        self.methods: dict[str, set[int]] = defaultdict(set)
        self.parameters: dict[int, list[Name | None]] = {}
        self.constructors: dict[int, int] = {}
        # The elements of arrays in which the program stores other values than objects.
        self.mixed: set[Member] = set()
        # The classes that each class extends.
        self.extended: dict[int, list[Term]] = {}
        self.getters: set[Member] = set()
        self.callees: set[int] = set()
        self.written: set[int] = set()
        self.inlined: set[int] = set()
        self.waits: set[int] = set()
        self.exported: list[Node] = []
        self.modules: dict[Name, str] = {}
        self._called: set[Name] | None = None
        self._passed_on: set[Name] = set()
        self._export_objects()
        for node, function in self.walk.nodes:
            self._take(node, function)
        self._link_files()
        for node in self.walk.functions.values():
            self._parameters(node)

    def _export_objects(self) -> None:
        """Note what `module.exports` is set to."""
        for node, _ in self.walk.nodes:
            if node.type == "assignment_expression":
                left, right = sides_of(node)
                root = None if left is None else self.terms.own_exports(bare(left))
                if root is not None and right is not None:
                    others = [term for term in self.terms.of(right) if term != This(root)]
                    self.terms.exported.setdefault(root, []).extend(others)

    def _link_files(self) -> None:
        """Store what other files export in the names that stand for it."""
        for name, node in self.links.defaults:
            self.store(name, self.terms.of(node), node, name.scope)
        for name, (target, imported) in self.links.imports.items():
            if self.links.name(name) == name:
                root = self.walk.roots[name.scope]
                objects = self.terms.module(target)
                whole = imported == "*" or (imported == "default" and not self.links.is_module(target))
                values = objects if whole else [Member(term, imported) for term in objects]
                self.store(name, values, root, name.scope)

    def _take(self, node: Node, within: int) -> None:
        match node.type:
            case "variable_declarator":
                self._assignment(node, within)
                self._annotated(node, "name", within)
            case "assignment_expression" | "augmented_assignment_expression":
                # The result of `+=` is a number or a string, never a view.
                if operator_of(node) in ("", "||=", "&&=", "??="):
                    self._assignment(node, within)
            case "function_declaration" | "generator_function_declaration":
                self._declare(node, Function(node.id), within)
            case "class_declaration" | "abstract_class_declaration" | "class":
                for body in fields(node, "body"):
                    if node.type != "class":
                        self._declare(node, Class(body.id), within)
                    for heritage in node.named_children:
                        if heritage.type == "class_heritage":
                            self.extended[body.id] = self._extended(heritage)
            case "pair" | "shorthand_property_identifier" | "method_definition":
                self._property(node, within)
            case "array":
                self._array(node, within)
            case "for_in_statement":
                self._iteration(node, within)
            case "field_definition" | "public_field_definition":
                self._property(node, within)
            case "call_expression" | "new_expression":
                self._call(node, within)
            case "arrow_function" | "return_statement":
                function = node.id if node.type == "arrow_function" else within
                for value in returned_by(node):
                    self.flows[Returned(function)] += self.terms.of(value)
            case "await_expression" | "yield_expression":
                self.waits.add(within)
            case "export_specifier" | "export_statement":
                self.exported.append(node)
            case "import_statement":
                self._import(node)
            case "required_parameter" | "optional_parameter":
                self._annotated(node, "pattern", within)

    def store(self, target: Term | None, values: Iterable[Term], node: Node, within: int) -> None:
        """Add the constraint that `target` may hold `values`."""
        if isinstance(target, Member) and target.name == ELEMENT:
            values = tuple(values)
            if not values:
                # Most values in arrays are numbers.
                self.mixed.add(target)
                return
        if isinstance(target, Name | Member):
            self.stores.append(Store(target, tuple(values), node, within))

    def _extended(self, heritage: Node) -> list[Term]:
        """Return the class that `extends` names."""
        clause = heritage.named_children[:1]
        if clause and clause[0].type == "extends_clause":
            clause = fields(clause[0], "value")
        return [term for part in clause for term in self.terms.of(part)]

    def _declare(self, node: Node, value: Term, within: int) -> None:
        for name in fields(node, "name"):
            self.written.add(name.id)
            self.store(self.walk.scopes.name(node), (value,), node, within)

    def _assignment(self, node: Node, within: int) -> None:
        left, right = sides_of(node)
        if left is None:
            return
        if right is None:
            self.written.add(left.id)
            return
        for target, part, values in self.targets(left, self.terms.of(right)):
            self.written.add(part.id)
            for term in target:
                self.store(term, values, right, within)

    def targets(self, left: Node, values: list[Term]) -> Iterable[tuple[list[Term], Node, list[Term]]]:
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
                    if key is not None:
                        assigned = [Member(term, key) for term in assigned]
                    inner = fields(node, "value" if node.type == "pair_pattern" else "left")
                    stack.extend((part, assigned) for part in inner)
                case "array_pattern":
                    elements: list[Term] = [Member(term, ELEMENT) for term in assigned]
                    stack.extend((child, elements) for child in node.named_children)

    def _annotated(self, node: Node, field: str, within: int) -> None:
        """Store a memory in what TypeScript declares to be one."""
        if _is_declared_memory(node):
            for name in fields(node, field):
                for target in self.terms.of(name):
                    self.store(target, (NewMemory(False),), node, within)

    def _array(self, node: Node, within: int) -> None:
        for child in children_of(node):
            spread = child.type == "spread_element"
            values = self.terms.elements(child) if spread else self.terms.of(child)
            self.store(Member(This(node.id), ELEMENT), values, child, within)

    def _iteration(self, node: Node, within: int) -> None:
        left, right = sides_of(node)
        if left is None or right is None or operator_of(node) != "of":
            return
        elements = self.terms.elements(right)
        if left.type == "array_pattern":
            # Maps and `entries()` have pairs of keys and values.
            elements += [Member(term, ELEMENT) for term in elements]
            parts = [each for child in children_of(left) for each in self.targets(child, elements)]
        else:
            parts = list(self.targets(left, elements))
        for targets, part, values in parts:
            self.written.add(part.id)
            for target in targets:
                self.store(target, values, node, within)

    def _property(self, node: Node, within: int) -> None:
        holder = self.walk.holders.get(node.id)
        if holder is None:
            return
        is_shorthand = node.type == "shorthand_property_identifier"
        name = text_of(node) if is_shorthand else key_of(fields(node, "key", "property", "name")[0])
        name = ELEMENT if name is None else name
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
        else:
            # A field without a value has no terms, the node of a shorthand property is its value.
            values = self.terms.of(value or node)
        self.methods[name].update(term.node for term in values if isinstance(term, Function))
        if values:
            self.store(member, values, value or node, within)
        if _is_declared_memory(node):
            self.store(member, (NewMemory(False),), node, within)

    def _call(self, node: Node, within: int) -> None:
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
            self.flows[Made(node.id)] += arguments[0]
        self.calls[node.id] = CallSite(node, within, tuple(callees), arguments)
        if callee.type in FUNCTIONS and not is_new:
            self.inlined.add(callee.id)
        elif callee.type == "member_expression":
            match self.terms.member(callee):
                case Member(Function(function), "call" | "apply"):
                    self.inlined.add(function)
                case Member(of, name) if of is not None and name in ADDS and arguments:
                    for values in arguments:
                        self.store(Member(of, ELEMENT), values, node, within)
                case Member(of, "set") if of is not None and len(arguments) > 1:
                    self.store(Member(of, ELEMENT), arguments[1], node, within)
                case Member(_, name) if name in WITH_CALLBACK:
                    passed = map(bare, argument_nodes)
                    self.inlined.update(argument.id for argument in passed if argument.type in FUNCTIONS)
                case Member(_, "assign") as member if arguments and self.terms.is_member(
                    member, "Object", "assign"
                ):
                    for target in arguments[0]:
                        for values in arguments[1:]:
                            self.store(target, values, node, within)

    def _parameters(self, node: Node) -> None:
        self.parameters[node.id] = names = []
        listed = [child for each in fields(node, "parameters") for child in children_of(each)]
        for number, parameter in enumerate(fields(node, "parameter") or listed):
            pattern = parameter.child_by_field_name("pattern") or parameter
            left = pattern.child_by_field_name("left") or pattern
            # An argument for a pattern has no name in the program.
            name = self.terms.name(left) if left.type == "identifier" else Name(node.id, f"*{number}*")
            names.append(name)
            for targets, part, values in self.targets(pattern, [name]):
                self.written.add(part.id)
                if left.type != "identifier":
                    for target in targets:
                        self.store(target, values, part, node.id)

    def _import(self, node: Node) -> None:
        source = key_of(node.child_by_field_name("source"))
        stack = list(node.named_children)
        while stack and source is not None:
            part = stack.pop()
            if part.type == "identifier":
                self.written.add(part.id)
                self.modules[self.terms.name(part)] = source
            stack.extend(part.named_children if part.type != "string" else ())

    def only_calls(self, name: Name) -> bool:
        """Return whether the program does nothing else with the name than to call it."""
        if self._called is None:
            self._called, self._passed_on = set(), set()
            for node, _ in self.walk.reads:
                if node.id not in self.written:
                    uses = self._called if node.id in self.callees else self._passed_on
                    uses.add(self.terms.name(node))
        return name in self._called and name not in self._passed_on

    def exports(self, function: int) -> bool:
        """Return whether the declaration of the function stands in an `export`."""
        parent = self.walk.functions[function].parent
        return parent is not None and parent.type == "export_statement"

    def is_node(self, name: Name) -> bool:
        """Return whether the name is imported from one of Node's own modules."""
        return self.modules.get(name, "").removeprefix("node:") in NODE


def _is_declared_memory(node: Node) -> bool:
    kind = node.child_by_field_name("type")
    return kind is not None and text_of(kind).lstrip(": ") == "WebAssembly.Memory"
