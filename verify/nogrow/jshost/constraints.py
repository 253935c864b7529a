"""Collect the constraints for the points-to analysis: stores, calls with their arguments, returned values."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from nogrow.jshost.builtins import ADDS, COLLECTIONS, NODE, TIMERS, WITH_CALLBACK, WRAPPERS
from nogrow.jshost.library import method
from nogrow.jshost.modules import File, Links
from nogrow.jshost.parse import (
    FUNCTIONS,
    Node,
    arguments_of,
    bare,
    callee_of,
    children_of,
    fields,
    is_getter,
    key_of,
    operator_of,
    parameters_of,
    pattern_of,
    returned_by,
    sides_of,
    text_of,
)
from nogrow.jshost.syntax import ELEMENT, Name, Walk
from nogrow.jshost.term import (
    DEEPEST,
    Binding,
    Class,
    Function,
    Made,
    Member,
    NewMemory,
    Result,
    Returned,
    Term,
    This,
    depth,
)
from nogrow.jshost.terms import Terms

# The elements of a longer array literal are not told apart.
_MOST_NUMBERED = 16
APPLIED = -1


class Store(NamedTuple):
    """Values that are stored in a binding, in the function `within`."""

    target: Binding
    values: tuple[Term, ...]
    node: Node
    within: int


class CallSite(NamedTuple):
    """A call in the function `within`: the terms of its callee, and of each argument.

    The arguments from the number `spread` on are elements of an array.
    """

    node: Node
    within: int
    callees: tuple[Term, ...]
    arguments: tuple[tuple[Term, ...], ...]
    spread: int | None = None


class Copy(NamedTuple):
    """A copy of all properties of the objects `sources` to those of `targets`."""

    targets: tuple[Term, ...]
    sources: tuple[Term, ...]
    node: Node
    within: int


class Constraints:
    """The constraints of a program."""

    def __init__(self, files: Sequence[File]) -> None:
        """Collect the constraints from the trees; raise `ModuleError` if they are too deeply nested."""
        self.walk = Walk(*(file.root for file in files))
        self.links = Links(files, self.walk.scopes)
        self.terms = Terms(self.walk, self.links)
        self.stores: list[Store] = []
        self.calls: dict[int, CallSite] = {}
        # The calls that built-in methods make.
        self.callbacks: list[CallSite] = []
        self.copies: list[Copy] = []
        # What functions and built-in methods return, and the first arguments of calls that create views.
        self.flows: dict[Returned | Made | Result, list[Term]] = defaultdict(list)
        self.methods: dict[str, set[int]] = defaultdict(set)
        self.parameters: dict[int, list[Name | None]] = {}
        self.setters: dict[int, Member] = {}
        # The arrays that rest parameters hold.
        self.rests: dict[int, This] = {}
        self.constructors: dict[int, int] = {}
        # The elements of arrays in which the program stores other values than objects.
        self.mixed: set[Member] = set()
        # The classes that each class extends.
        self.extended: dict[int, list[Term]] = {}
        # The functions of properties that are computed when they are read.
        self.getters: dict[Member, int] = {}
        self.getter_names: set[str | None] = set()
        self.statics: set[Member] = set()
        self.callees: set[int] = set()
        self.written: set[int] = set()
        self.inlined: set[int] = set()
        self.waits: set[int] = set()
        self.exported: list[Node] = []
        self.modules: dict[Name, str] = {}
        self._called: set[Name] | None = None
        self._passed_on: set[Name] = set()
        self.generators = {
            function
            for function, node in self.walk.functions.items()
            if any(child.type == "*" for child in node.children)
        }
        for function in self.generators:
            self.walk.objects.add(function)
            self.flows[Returned(function)].append(This(function))
        self._export_objects()
        for node, function in self.walk.nodes:
            self._take(node, function)
        self._link_files()
        for node in self.walk.functions.values():
            self._parameters(node)
        # The list of nodes takes much memory, and nothing needs it any more.
        self.walk.nodes.clear()

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
                values = [term for value in returned_by(node) for term in self.terms.of(value)]
                if function not in self.generators:
                    self.flows[Returned(function)] += values
            case "await_expression":
                self.waits.add(within)
            case "yield_expression":
                self.waits.add(within)
                self._yield(node, within)
            case "spread_element":
                if node.id in self.walk.holders:
                    of = This(self.walk.holders[node.id])
                    self.copies.append(Copy((of,), tuple(self.terms.of(node)), node, within))
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
            self.store(self.walk.names[node.id], (value,), node, within)

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
                if part.id == left.id:
                    self._fill(term, bare(right), within)

    def _fill(self, target: Term, right: Node, within: int) -> None:
        """Store what `new Map(pairs)` or `new Set(values)` gets in the elements of `target`."""
        arguments = arguments_of(right) if right.type == "new_expression" else []
        callee = callee_of(right) if arguments else None
        if (
            callee is None
            or depth(target) >= DEEPEST
            or not self.terms.is_global(next(iter(self.terms.of(callee)), None), COLLECTIONS)
        ):
            return
        held = self.terms.elements(arguments[0])
        if text_of(callee).endswith("Map"):
            held = [Member(term, "1") for term in held if depth(term) < DEEPEST]
        self.store(Member(target, ELEMENT), held, right, within)

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
                case "object_assignment_pattern" | "assignment_pattern":
                    default = [term for right in fields(node, "right") for term in self.terms.of(right)]
                    for left in fields(node, "left"):
                        if left.type == "shorthand_property_identifier_pattern":
                            default += (Member(term, text_of(left)) for term in assigned)
                            yield self.terms.of(left), left, default
                        else:
                            stack.append((left, [*assigned, *default]))
                case "pair_pattern":
                    key = key_of(node.child_by_field_name("key"))
                    if key is not None:
                        assigned = [Member(term, key) for term in assigned]
                    stack.extend((part, assigned) for part in fields(node, "value"))
                case "array_pattern":
                    for number, child in _numbered(node):
                        is_rest = child.type == "rest_pattern"
                        elements: list[Term] = [Member(term, str(number)) for term in assigned]
                        stack.append((child, assigned if is_rest else elements))

    def _annotated(self, node: Node, field: str, within: int) -> None:
        """Store a memory in what TypeScript declares to be one."""
        if _is_declared_memory(node):
            for name in fields(node, field):
                for target in self.terms.of(name):
                    self.store(target, (NewMemory(False, declared=True),), node, within)

    def _array(self, node: Node, within: int) -> None:
        is_spread = False
        for number, child in enumerate(children_of(node)):
            is_spread = is_spread or child.type == "spread_element"
            values = self.terms.elements(child) if child.type == "spread_element" else self.terms.of(child)
            name = ELEMENT if is_spread or number >= _MOST_NUMBERED else str(number)
            self.store(Member(This(node.id), name), values, child, within)

    def _yield(self, node: Node, within: int) -> None:
        for value in children_of(node):
            whole = any(child.type == "*" for child in node.children)
            values = self.terms.elements(value) if whole else self.terms.of(value)
            self.store(Member(This(within), ELEMENT), values, node, within)

    def _iteration(self, node: Node, within: int) -> None:
        left, right = sides_of(node)
        if left is None or right is None or operator_of(node) != "of":
            return
        elements = self.terms.elements(right)
        if left.type == "array_pattern":
            # Maps and `entries()` have pairs of keys and values.
            elements += [Member(term, ELEMENT) for term in elements if depth(term) < DEEPEST]
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
        if any(child.type == "static" for child in node.children):
            self.statics.add(member)
        value = node.child_by_field_name("value")
        if node.type == "method_definition":
            if is_getter(node):
                self.getters[member] = node.id
                self.getter_names.add(name)
                self.store(member, (Returned(node.id),), node, within)
                return
            if any(child.type == "set" for child in node.children):
                self.setters[node.id] = member
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
            self.store(member, (NewMemory(False, declared=True),), node, within)

    def _call(self, node: Node, within: int) -> None:
        is_new = node.type == "new_expression"
        callee = callee_of(node)
        if callee is None:
            return
        callee = bare(callee)
        self.callees.add(callee.id)
        argument_nodes = arguments_of(node)
        spread = [number for number, each in enumerate(argument_nodes) if each.type == "spread_element"]
        arguments = tuple(
            tuple(self.terms.elements(argument) if number in spread else self.terms.of(argument))
            for number, argument in enumerate(argument_nodes)
        )
        callees = self.terms.created(node) if is_new else self.terms.of(callee)
        if any(isinstance(term, Made) for term in self.terms.of(node)) and arguments:
            wraps = self.terms.is_global(self.terms.of(callee)[0], WRAPPERS)
            self.flows[Made(node.id)] += [Member(term, "buffer") if wraps else term for term in arguments[0]]
        site = CallSite(node, within, tuple(callees), arguments, spread[0] if spread else None)
        self.calls[node.id] = site
        self._built_in(site, node)
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

    def _built_in(self, site: CallSite, node: Node) -> None:
        """Add what the call does if it calls a built-in method or function."""
        called = self.terms.built_in(site.callees, node)
        models = [] if called is None else [called]
        match site.callees:
            case [Name() as callee] if self.terms.is_global(callee, TIMERS) and len(site.arguments) > 2:
                self.callbacks.append(CallSite(node, site.within, site.arguments[0], site.arguments[2:]))
            case [Member(_, "assign" | "create" as name) as callee] if (
                site.arguments and self.terms.is_member(callee, "Object", name)
            ):
                assigned = site.arguments if name == "assign" else ((This(node.id),), site.arguments[0])
                self.copies += (Copy(assigned[0], source, node, site.within) for source in assigned[1:])
        self._define_property(site, node)
        for term in site.callees if called is None else ():
            if isinstance(term, Member) and term.of is not None and depth(term) < DEEPEST:
                model = method(term.of, term.name, site.arguments, node.id)
                self.flows[Result(term)] += model.results
                models.append(model)
        for model in models:
            for target, values in model.stores:
                self.store(target, values, node, site.within)
            for result in model.results:
                if isinstance(result, This):
                    self.walk.objects.update((node.id, -node.id))
            self.callbacks += (
                CallSite(node, site.within, called_back.callees, called_back.arguments)
                for called_back in model.callbacks
            )

    def _define_property(self, site: CallSite, node: Node) -> None:
        match site.callees:
            case [Member(Name(_, "Object" | "Reflect"), "defineProperty")] if len(site.arguments) > 2:
                name = key_of(arguments_of(node)[1]) or ELEMENT
                values = tuple(Member(term, "value") for term in site.arguments[2])
                for term in site.arguments[0]:
                    self.store(Member(term, name), values, node, site.within)

    def passed(
        self, function: int, site: CallSite, skipped: int = 0
    ) -> Iterator[tuple[Name | Member, tuple[Term, ...], int]]:
        """Yield each parameter of the function, the values that the call passes in it, and their number.

        The first `skipped` arguments have no parameter; if `APPLIED`, the second one is an array of all.
        """
        names = self.parameters.get(function, [])
        rest = self.rests.get(function)
        if skipped == APPLIED:
            for values in site.arguments[1:2]:
                for number, name in enumerate(names):
                    if name is not None:
                        yield name, tuple(Member(term, str(number)) for term in values), 1
            return
        for number in range(skipped, len(site.arguments)):
            values = site.arguments[number]
            at = number - skipped
            is_spread = site.spread is not None and number >= site.spread
            for index in range(at, len(names)) if is_spread else (at,):
                if rest is not None and index >= len(names) - 1:
                    yield Member(rest, ELEMENT if is_spread else str(index - len(names) + 1)), values, number
                elif index < len(names):
                    name = names[index]
                    if name is not None:
                        yield name, values, number

    def _parameters(self, node: Node) -> None:
        self.parameters[node.id] = names = []
        for number, parameter in enumerate(parameters_of(node)):
            left, default = pattern_of(parameter)
            # An argument for a pattern has no name in the program.
            name = self.terms.name(left) if left.type == "identifier" else Name(node.id, f"*{number}*")
            names.append(name)
            if node.id in self.setters:
                self.store(name, (self.setters[node.id],), node, node.id)
            if default is not None:
                self.store(name, self.terms.of(default), default, node.id)
            held: Name | This = name
            if left.type == "rest_pattern":
                held = self.rests[node.id] = This(left.id)
                self.walk.objects.add(left.id)
            for targets, part, passed in self.targets(left, [held]):
                self.written.add(part.id)
                if left.type != "identifier":
                    for target in targets:
                        self.store(target, passed, part, node.id)

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
                if node not in self.written:
                    uses = self._called if node in self.callees else self._passed_on
                    uses.add(self.links.name(self.walk.names[node]))
        return name in self._called and name not in self._passed_on

    def exports(self, function: int) -> bool:
        """Return whether the declaration of the function stands in an `export`."""
        parent = self.walk.functions[function].parent
        return parent is not None and parent.type == "export_statement"

    def is_node(self, name: Name) -> bool:
        """Return whether the name is imported from one of Node's own modules."""
        return self.modules.get(name, "").removeprefix("node:") in NODE


def _numbered(pattern: Node) -> Iterator[tuple[int, Node]]:
    """Yield the elements of an array pattern, each with its number."""
    number = 0
    for child in pattern.children:
        if child.type == ",":
            number += 1
        elif child.is_named and child.type != "comment":
            yield number, child


def _is_declared_memory(node: Node) -> bool:
    kind = node.child_by_field_name("type")
    return kind is not None and text_of(kind).lstrip(": ") == "WebAssembly.Memory"
