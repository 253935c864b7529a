"""Collect the values in host code, and resolve them to the functions, objects and exports that they may be.

The analysis is flow-insensitive: a name stands for every value that is ever assigned to it. A value too many
does no harm here, but none may be missing: a call may return its arguments, an array stands for its elements,
and an expression of any length is followed.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import TypeVar

from nogrow.jshost.parse import (
    ACCESSES,
    FUNCTIONS,
    Node,
    arguments_of,
    callee_of,
    fields,
    key_of,
    property_of,
    returned_by,
    sides_of,
    text_of,
    value_parts,
)
from nogrow.jshost.scopes import Name, Owner, Scopes
from nogrow.jshost.term import Function, Member, Result, Term, This

T = TypeVar("T")
# A member of this name stands for every member of its object. It is no identifier of JavaScript.
ANY = "*"
# The value of a property whose value is unknown: it stands for no function and no object.
NOTHING = Name(0, "")
_CALLS = ("call", "apply", "bind")


class Values:
    """The assignments, properties and calls of a program, and what its values may be."""

    def __init__(self, root: Node) -> None:
        """Collect the values of the program whose tree has the root `root`."""
        self._root = root.id
        self.scopes = Scopes(root)
        # What is assigned to each name and member, and the properties of each object and class.
        self._assigned: dict[Term, list[Term]] = defaultdict(list)
        self._properties: dict[Owner, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        self._by_name: dict[str, list[Term]] = defaultdict(list)
        self._returned: dict[int, list[Term]] = defaultdict(list)
        self.invoked: dict[int, list[tuple[Term, Node]]] = defaultdict(list)
        self.read_members: set[Member] = set()
        # The constants that are an object literal.
        self.literals: set[Term] = set()
        # The names that the file exports, as an ES module or a CommonJS one.
        self.exported: dict[str, list[Term]] = defaultdict(list)
        self.functions = cache(self._functions)
        self.objects = cache(self._objects)
        self.exports = cache(self._exports)
        self.is_exports = cache(self._is_exports)
        stack = [root]
        while stack:
            node = stack.pop()
            self._take(node)
            stack.extend(node.named_children)
        for named in self._properties.values():
            for name, values in named.items():
                self._by_name[name] += values

    def _take(self, node: Node) -> None:
        match node.type:
            case "variable_declarator" | "assignment_expression" | "augmented_assignment_expression":
                self._assignment(node)
            case "lexical_declaration" if node.children[0].type == "const":
                self.literals |= {
                    self.scopes.name(name)
                    for declarator in node.named_children
                    for name in fields(declarator, "name")
                    if name.type == "identifier"
                    and any(part.type == "object" for part in fields(declarator, "value"))
                }
            case "function_declaration" | "generator_function_declaration":
                self._declare(node, Function(node.id))
            case "class_declaration":
                for body in fields(node, "body"):
                    self._declare(node, This(body.id))
            case "pair" | "shorthand_property_identifier" | "method_definition" | "field_definition":
                self._property(node)
            case "call_expression" | "new_expression":
                self._call(node)
            case "export_statement":
                self._export(node)
            case "arrow_function" | "return_statement":
                is_return = node.type == "return_statement"
                function = self.scopes.function_of(node) if is_return else node.id
                for returned in returned_by(node):
                    self._returned[function] += self.values(returned)
            case kind if kind in ACCESSES:
                member = self.member(node)
                if member is not None:
                    self.read_members.add(member)

    def _declare(self, node: Node, value: Term) -> None:
        if node.child_by_field_name("name") is not None:
            self._assigned[self.scopes.name(node)].append(value)

    def _assignment(self, node: Node) -> None:
        left, right = sides_of(node)
        if left is None or right is None:
            return
        values = self.values(right)
        for target in self.values(left) if values else ():
            if isinstance(target, Name) or (isinstance(target, Member) and target.of is not None):
                self._assigned[target] += values
            match target:
                case Member(Name(_, "exports") | Member(Name(_, "module"), "exports"), name):
                    self.exported[name] += values

    def _export(self, node: Node) -> None:
        exported = []
        for declaration in fields(node, "declaration"):
            for child in declaration.named_children:
                declared = fields(child, "name") if child.type == "variable_declarator" else [child]
                exported += [(name, name) for name in declared if name.type == "identifier"]
        for clause in node.named_children:
            for specifier in clause.named_children if clause.type == "export_clause" else ():
                names = fields(specifier, "name", "alias")
                exported.append((names[-1], names[0]))
        for name, local in exported:
            values = [self.scopes.name(local)] if local.type == "identifier" else []
            self.exported[text_of(name).strip("\"'")] += values

    def _property(self, node: Node) -> None:
        key = fields(node, "key", "name", "property")
        name = key_of(key[0]) if key else text_of(node)
        # `__proto__: x` sets the prototype and is no property.
        if node.parent is None or name is None or (node.type == "pair" and name == "__proto__"):
            return
        values: list[Term]
        match node.type:
            case "method_definition":
                values = [Function(node.id)]
            case "shorthand_property_identifier":
                values = [self.scopes.name(node)]
            case _:
                values = [value for part in fields(node, "value") for value in self.values(part)]
                if node.type == "pair" and not values:
                    values = [NOTHING]
        if values:
            self._properties[node.parent.id][name] += values

    def _call(self, node: Node) -> None:
        callee = callee_of(node)
        passed = [self.values(argument) for argument in arguments_of(node)]
        within = self.scopes.function_of(node)
        invoked = self.invoked[within]
        for values in passed:
            invoked.extend((value, node) for value in values)
        for value in (*self.values(callee), *self._any_member(callee)) if callee is not None else ():
            if isinstance(value, Member) and value.name in _CALLS and value.of is not None:
                value = value.of
            invoked.append((value, node))
            match value:
                case Member(Name(self._root, "Object"), "assign") if passed:
                    for target in passed[0]:
                        if isinstance(target, Name):
                            self._assigned[target] += [each for values in passed[1:] for each in values]

    def values(self, node: Node) -> list[Term]:
        """Return the values that the expression `node` may have."""
        values: list[Term] = []
        stack = [node]
        while stack:
            part = stack.pop()
            match part.type:
                case "identifier":
                    values.append(self.scopes.name(part))
                case kind if kind in ACCESSES:
                    member = self.member(part)
                    if member is not None:
                        values.append(member)
                case "object" | "class_body":
                    values.append(This(part.id))
                    stack.extend(part.named_children)
                case "call_expression" | "new_expression":
                    for callee in fields(part, "function"):
                        values.extend(map(Result, self.values(callee)))
                    stack.extend(arguments_of(part))
                case "assignment_expression" | "augmented_assignment_expression":
                    stack.extend(fields(part, "left", "right"))
                case "class":
                    stack.extend(fields(part, "body"))
                case "array":
                    stack.extend(part.named_children)
                case kind if kind in FUNCTIONS:
                    values.append(Function(part.id))
                case _:
                    stack.extend(value_parts(part))
        return values

    def member(self, node: Node) -> Member | None:
        """Return the member that `node` names by an identifier or a constant."""
        of = node.child_by_field_name("object")
        name = property_of(node)
        if of is None or name is None:
            return None
        while of.type == "parenthesized_expression" and of.named_children:
            of = of.named_children[-1]
        if of.type == "identifier":
            return Member(self.scopes.name(of), name)
        if of.type in ACCESSES:
            return Member(self.member(of), name)
        return Member(Function(of.id) if of.type in FUNCTIONS else None, name)

    def _any_member(self, callee: Node) -> Iterator[Member]:
        """Yield a member for every property of an object, if the callee is one whose name is computed."""
        if callee.type == "member_expression" and key_of(callee.child_by_field_name("property")) in _CALLS:
            callee = callee.child_by_field_name("object") or callee
        of = callee.child_by_field_name("object")
        if callee.type == "subscript_expression" and of is not None and self.member(callee) is None:
            yield from (Member(value, ANY) for value in self.values(of) if isinstance(value, Name))

    def every_field(self) -> Iterator[tuple[Owner, str, Term]]:
        """Yield every field of every object: the object, the field's name, and a value of it."""
        for holder, named in self._properties.items():
            for name, values in named.items():
                yield from ((holder, name, value) for value in values)
        for target, values in self._assigned.items():
            if isinstance(target, Member) and target.of is not None:
                for holder in self.objects(target.of) or (0,):
                    yield from ((holder, target.name, value) for value in values)

    def all_of(self, value: Term) -> set[Term]:
        """Return `value` and all values that it may stand for."""
        return closure([value], self._further)

    def _functions(self, value: Term) -> frozenset[int]:
        """Return the functions that `value` may be."""
        return frozenset(each.node for each in self.all_of(value) if isinstance(each, Function))

    def _objects(self, value: Term) -> frozenset[Owner]:
        """Return the objects that `value` may be."""
        return frozenset(each.owner for each in self.all_of(value) if isinstance(each, This))

    def _is_exports(self, value: Term | None) -> bool:
        """Return whether `value` may be the exports of an instance, and not those of a CommonJS module."""
        return value is not None and any(map(_names_exports, self.all_of(value)))

    def _exports(self, value: Term) -> frozenset[str]:
        """Return the names of the exports of an instance that `value` may be."""
        members = (member for member in self.all_of(value) if isinstance(member, Member))
        return frozenset(member.name for member in members if self.is_exports(member.of))

    def is_of_table(self, value: Term) -> bool:
        """Return whether `value` may be an entry of a table: the result of its `get`."""
        for each in self.all_of(value):
            match each:
                case Result(Member(of, "get")) if of is not None:
                    named = isinstance(of, Name | Member) and "table" in of.name.lower()
                    if named or self.exports(of):
                        return True
        return False

    def _further(self, value: Term) -> list[Term]:
        """Return the values that `value` may stand for in one step."""
        values = self._assigned.get(value, [])
        match value:
            case Member(Name() as of, name) if name == ANY:
                properties = (self._properties.get(held, {}) for held in self._held(of))
                return [each for named in properties for values in named.values() for each in values]
            case Member(None, name):
                return self._by_name.get(name, [])
            # A member of a member has only the values that are assigned by the same spelling.
            case Member(Name() as of, name):
                held_values = (self._properties.get(held, {}).get(name, []) for held in self._held(of))
                return [*values, *(each for values in held_values for each in values)]
            case Result(callee) if not isinstance(callee, Result):
                called = [alias.node for alias in self._aliases(callee) if isinstance(alias, Function)]
                return [each for function in called for each in self._returned.get(function, ())]
        return values

    def _held(self, name: Name) -> set[Owner]:
        """Return the objects that are assigned to `name` itself, or to a name that is assigned to it."""
        return {alias.owner for alias in self._aliases(name) if isinstance(alias, This)}

    def _aliases(self, value: Term) -> set[Term]:
        """Return `value`, and if it is a name, what is assigned to it, directly or by other names."""
        return closure([value], lambda each: self._assigned.get(each, ()) if isinstance(each, Name) else ())


def closure(start: Iterable[T], further: Callable[[T], Iterable[T]]) -> set[T]:
    """Return the elements of `start`, and all that `further` leads to from them."""
    seen = set(start)
    queue = list(seen)
    while queue:
        new = set(further(queue.pop())) - seen
        seen |= new
        queue.extend(new)
    return seen


def _names_exports(value: Term) -> bool:
    if not isinstance(value, Member) or value.name != "exports":
        return False
    return not (isinstance(value.of, Name) and value.of.name == "module")
