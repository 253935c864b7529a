"""Group the expressions of a program that may have the same value: a points-to analysis by unification.

An assignment, a call, and a built-in function that may pass a value on merge the groups on both sides, so an
alias is never missed. A computed key merges all properties of a group into it. An expression that the
analysis does not know has the values of its operands.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from nogrow.jshost.builtins import (
    CODE_FROM_STRINGS,
    COPIES,
    GLOBALS,
    HOLDERS,
    HOOKS,
    IMPLICIT,
    KEEPS_NOTHING,
    OBJECTS,
    PASSES_ON,
    RETURNS_PRIMITIVE,
    WITH_CALLBACK,
    WORLDS,
    words,
)
from nogrow.jshost.groups import RESULT, THIS, Groups
from nogrow.jshost.model import Position
from nogrow.jshost.parse import (
    ACCESSES,
    FUNCTIONS,
    Node,
    arguments_of,
    bare,
    callee_of,
    children_of,
    fields,
    key_of,
    operator_of,
    position_of,
    returned_by,
    sides_of,
    text_of,
)
from nogrow.jshost.scopes import Name, Scopes

_NO_VALUE = words("""
    break_statement class_body class_declaration comment continue_statement debugger_statement do_statement
    else_clause empty_statement export_clause export_specifier export_statement expression_statement
    false finally_clause for_statement if_statement import_statement labeled_statement null number
    program regex statement_block string switch_body switch_case switch_default switch_statement
    template_string true try_statement unary_expression undefined update_expression while_statement
    formal_parameters arguments lexical_declaration variable_declaration import_clause import_specifier
    named_imports namespace_import abstract_class_declaration interface_declaration type_alias_declaration
    type_annotation enum_declaration
""")
_DECLARED = words("function_declaration generator_function_declaration class_declaration")
_CLASSES = words("abstract_class_declaration class class_declaration")
_PROPERTIES = words("pair pair_pattern method_definition field_definition public_field_definition")
_SHORTHANDS = words("shorthand_property_identifier shorthand_property_identifier_pattern")
_CALLS = words("call_expression new_expression")
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,5})\})")
_BY_METHOD = words("apply bind call")


class Aliases:
    """The groups of a program, and which of them its functions call."""

    def __init__(self, root: Node, scopes: Scopes) -> None:
        """Visit the tree below `root`."""
        self.groups = Groups()
        self._root = root.id
        self._scopes = scopes
        self._nodes: dict[int, int] = {}
        self._names: dict[Name, int] = {}
        self._thrown = self.groups.new()
        self._world = self.groups.new()
        # The parts of callees that a call takes care of itself.
        self._direct: set[int] = set()
        # The keys of accesses, whose name is known.
        self._keys: set[int] = set()
        # The groups that each function may call.
        self.called: dict[int, list[int]] = defaultdict(list)
        # Calls of a member `grow`, each with the function around it; None for that of a built-in prototype.
        self.growths: list[tuple[int, Node | None, Position]] = []
        # Functions that run without a call expression: accessors, conversions, iterators, traps of proxies.
        self.implicit: list[int] = []
        # Calls of a property whose name is computed, each with the function around it.
        self.computed: list[tuple[int, Node]] = []
        self.names_grow = False
        # The position of a construct that hides the meaning of names, and its name.
        self.unclear: tuple[Position, str] | None = None
        outside = self._group(root)
        stack = [(root, _Context(root.id, self._world, outside))]
        while stack:
            node, context = stack.pop()
            self._visit(node, context)
            if node.type in FUNCTIONS:
                own = self._group(node)
                if node.type == "arrow_function":
                    context = _Context(node.id, context.this, context.arguments)
                else:
                    context = _Context(node.id, self.groups.field(own, THIS), own)
            elif node.type in _CLASSES:
                stack += self._members(node, context)
                stack.extend((child, context) for child in node.named_children if child.type != "class_body")
                continue
            stack.extend((child, context) for child in node.named_children)
        for name, group in self._names.items():
            if name.scope == root.id and self.groups.has(self._world, name.name):
                self.groups.unify(self.groups.field(self._world, name.name), group)

    def reads_buffer(self, node: Node) -> bool:
        """Return whether the program reads the `buffer` of what `node` may be."""
        group = self.groups.find(self._group(node))
        return "buffer" in self.groups.fields.get(group, {})

    def _group(self, node: Node) -> int:
        if node.id not in self._nodes:
            self._nodes[node.id] = self.groups.new()
        return self._nodes[node.id]

    def _name(self, node: Node) -> int:
        name = self._scopes.name(node)
        if name not in self._names:
            if "\\" in name.name:
                self.unclear = position_of(node), "an escape in a name"
            self._names[name] = self.groups.new()
        return self._names[name]

    def _global(self, node: Node) -> str:
        """Return the name if `node` is an identifier that the program does not declare."""
        name = self._scopes.name(node) if node.type == "identifier" else None
        return "" if name is None or self._scopes.declares(name) else name.name

    def _unify(self, left: Node, *others: Node) -> None:
        for other in others:
            self.groups.unify(self._group(left), self._group(other))

    def _visit(self, node: Node, context: "_Context") -> None:
        groups = self.groups
        match node.type:
            case "identifier":
                self._identifier(node, context)
            case kind if kind in ACCESSES:
                self._access(node)
            case "variable_declarator":
                self._store(node)
            case "assignment_expression" | "augmented_assignment_expression":
                self._unify(node, *fields(node, "left", "right"))
                self._store(node)
            case kind if kind in _CALLS:
                self._call(node, context)
            case "object" | "object_pattern":
                for child in node.named_children:
                    self._property(self._group(node), child)
            case "array" | "array_pattern":
                groups.merge_properties(self._group(node))
                self._unify(node, *(child for child in node.named_children if child.type not in _NO_VALUE))
            case kind if kind in FUNCTIONS:
                self._function(node)
            case "return_statement" | "yield_expression":
                result = groups.field(self._nodes[context.function], RESULT)
                for child in node.named_children:
                    groups.unify(result, self._group(child))
                    self._unify(node, child)
            case kind if kind in _SHORTHANDS:
                groups.unify(self._group(node), self._name(node))
            case "this" | "super":
                groups.unify(self._group(node), context.this)
            case "for_in_statement":
                left, right = sides_of(node)
                if left is not None and right is not None and operator_of(node) != "in":
                    groups.merge_properties(self._group(right))
                    self._unify(left, right)
            case "catch_clause":
                for parameter in fields(node, "parameter"):
                    groups.unify(self._thrown, self._group(parameter))
            case "throw_statement":
                for child in node.named_children:
                    groups.unify(self._thrown, self._group(child))
            case "ternary_expression":
                self._unify(node, *fields(node, "consequence", "alternative"))
            case "binary_expression":
                if operator_of(node) in ("||", "&&", "??"):
                    self._unify(node, *children_of(node))
            case "sequence_expression":
                self._unify(node, *children_of(node)[-1:])
            case "with_statement":
                self.unclear = position_of(node), "a `with` statement"
            case "string" | "template_string" | "property_identifier" if node.id not in self._keys:
                # Escapes are rare, so the name is not read any further.
                text = text_of(node).strip("\"'`")
                self.names_grow |= node.type != "property_identifier" and text == "grow"
                self.names_grow |= "\\" in text and _without_escapes(text) == "grow"
            case kind if kind not in _NO_VALUE and not kind.endswith("_identifier"):
                self._unify(node, *node.named_children)

    def _identifier(self, node: Node, context: "_Context") -> None:
        name, own = self._global(node), self._group(node)
        if name == "arguments":
            self.groups.unify(own, self.groups.mix(context.arguments))
            self.groups.merge_properties(own)
        elif name in WORLDS:
            self.groups.unify(own, self._world)
        elif name in CODE_FROM_STRINGS:
            self._makes_code(own, node)
        elif name in GLOBALS or name in OBJECTS:
            if name not in KEEPS_NOTHING:
                self.groups.absorb(own)
        else:
            self.groups.unify(own, self._name(node))

    def _makes_code(self, group: int, node: Node) -> None:
        """Note that the functions in `group` run code from strings, or return a function that does."""
        groups = self.groups
        for each in (group, groups.field(group, RESULT)):
            groups.functions.setdefault(groups.find(each), set()).add(position_of(node))

    def _access(self, node: Node) -> None:
        groups = self.groups
        of, name = node.child_by_field_name("object"), _key(node)
        if name is not None:
            self._keys.update(key.id for key in fields(node, "property", "index"))
        if of is None or node.id in self._direct or name in HOOKS:
            return
        own, held = self._group(node), self._group(of)
        if name is None:
            groups.merge_properties(held)
            groups.unify(own, held)
        elif name in PASSES_ON:
            groups.absorb(held, [own])
        elif name in _BY_METHOD:
            groups.unify(own, held)
            groups.mix(held)
        elif name == "__proto__":
            groups.unify(own, held)
        else:
            groups.unify(own, groups.field(held, name))
            if name == "grow":
                groups.functions.setdefault(groups.find(own), set()).add(position_of(node))

    def _store(self, node: Node) -> None:
        left, right = sides_of(node)
        if left is None or right is None:
            return
        self._unify(left, right)
        if left.type in ACCESSES:
            name = _key(left)
            if name is None or name in IMPLICIT or self._builtin(left) is not None:
                self.implicit.append(self._group(right))

    def _builtin(self, node: Node) -> list[str] | None:
        """Return the names in `Object.prototype.x`, None for an access of an object of the program."""
        names: list[str] = []
        while node.type in ACCESSES:
            of = node.child_by_field_name("object")
            if of is None:
                return None
            names.insert(0, _key(node) or "")
            node = bare(of)
        name = self._global(node)
        if name in WORLDS and names and names[0] in GLOBALS | OBJECTS:
            return names
        known = name in GLOBALS or name in OBJECTS
        return [name, *names] if known and name not in WORLDS | CODE_FROM_STRINGS else None

    def _property(self, target: int, node: Node) -> None:
        groups = self.groups
        match node.type:
            case kind if kind in _PROPERTIES:
                key = fields(node, "key", "name", "property")
                name = _constant(key[0]) if key else None
                value = self._group(node)
                for part in fields(node, "value"):
                    groups.unify(value, self._group(part))
                if node.type == "method_definition":
                    groups.unify(groups.field(value, THIS), target)
                    kinds = {child.type for child in node.children}
                    if kinds & {"get", "set"}:
                        self.implicit.append(value)
                        value = groups.field(value, RESULT) if "get" in kinds else groups.parameter(value, 0)
                if name is None or name in IMPLICIT:
                    self.implicit.append(value)
                if name is None:
                    groups.merge_properties(target)
                    groups.unify(target, value)
                elif name == "__proto__":
                    groups.unify(target, value)
                else:
                    groups.unify(groups.field(target, name), value)
                    if name == "grow" and node.type == "pair_pattern":
                        groups.functions.setdefault(groups.find(value), set()).add(position_of(node))
            case kind if kind in _SHORTHANDS:
                self._shorthand(target, node)
            case "object_assignment_pattern":
                for left in fields(node, "left"):
                    self._shorthand(target, left)
                    self._unify(left, *fields(node, "right"))
            case _:
                groups.unify(target, self._group(node))

    def _shorthand(self, target: int, node: Node) -> None:
        name, own = text_of(node), self._group(node)
        if name in PASSES_ON and node.type.endswith("pattern"):
            self.groups.absorb(target, [own])
        self.groups.unify(self.groups.field(target, name), own)
        if name == "grow" and node.type.endswith("pattern"):
            self.groups.functions.setdefault(self.groups.find(own), set()).add(position_of(node))

    def _members(self, node: Node, context: "_Context") -> Iterator[tuple[Node, "_Context"]]:
        """Visit the members of a class, and yield each with its context."""
        groups, own = self.groups, self._group(node)
        prototype = groups.field(own, "prototype")
        groups.unify(groups.field(prototype, "constructor"), own)
        groups.unify(groups.field(own, THIS), prototype)
        if node.child_by_field_name("name") is not None and node.type in _DECLARED:
            groups.unify(own, self._name(node))
        for child in node.named_children:
            if child.type == "class_heritage":
                self._unify(node, *child.named_children)
        for body in fields(node, "body"):
            groups.functions.setdefault(groups.find(own), set()).add(body.id)
            self._nodes[body.id] = groups.new()
            for member in body.named_children:
                static = member.type == "class_static_block" or any(
                    child.type == "static" for child in member.children
                )
                holder = own if static else prototype
                if member.type in _PROPERTIES:
                    self._property(holder, member)
                    names = fields(member, "name")
                    if not static and names and text_of(names[0]) == "constructor":
                        groups.unify(own, self._group(member))
                yield member, _Context(context.function if static else body.id, holder, own)

    def _function(self, node: Node) -> None:
        groups, own = self.groups, self._group(node)
        groups.functions.setdefault(groups.find(own), set()).add(node.id)
        if node.type in _DECLARED:
            groups.unify(own, self._name(node))
        elif node.type != "method_definition":
            for name in fields(node, "name"):
                groups.unify(own, self._name(name))
        if any(child.type == "*" for child in node.children):
            self.implicit.append(own)
        parameters = [child for part in fields(node, "parameters") for child in children_of(part)]
        for number, parameter in enumerate(parameters + fields(node, "parameter")):
            if parameter.type == "rest_pattern":
                groups.merge_properties(self._group(parameter))
                groups.unify(groups.mix(own), self._group(parameter))
            else:
                groups.unify(groups.parameter(own, number), self._group(parameter))
        if node.type == "arrow_function":
            for returned in returned_by(node):
                groups.unify(groups.field(own, RESULT), self._group(returned))

    def _call(self, node: Node, context: "_Context") -> None:
        groups = self.groups
        called = callee_of(node)
        if called is None:
            return
        callee, passed = bare(called), arguments_of(node)
        arguments = [argument for argument in passed if argument.type not in _NO_VALUE]
        self.called[context.function] += map(self._group, arguments)
        builtin = self._builtin(callee)
        if builtin is not None:
            self._call_builtin(node, builtin, passed, context)
            return
        own = self._group(callee)
        this: int | None = None
        every = any(argument.type in ("spread_element", "template_substitution") for argument in passed)
        of, name = None, None
        if callee.type == "sequence_expression":
            callee = bare(children_of(callee)[-1])
        if callee.type in ACCESSES:
            of, name = callee.child_by_field_name("object"), _key(callee)
        if callee.type == "super":
            own = groups.field(context.this, "constructor")
        elif of is not None and name in _BY_METHOD and node.type == "call_expression":
            self._direct.add(callee.id)
            own = self._group(of)
            this = self._group(passed[0]) if passed else None
            every |= name == "apply" or (name == "bind" and len(passed) > 1)
            passed = passed[1:]
            if name == "bind":
                groups.unify(self._group(node), own)
        elif of is not None:
            this = self._group(of)
            if name is None:
                self.computed.append((context.function, callee))
                groups.merge_properties(this)
                for other in (own, self._group(node)):
                    groups.unify(this, other)
                if _maybe_builtin(callee):
                    self._pass_on(node, this, arguments)
            elif name in PASSES_ON:
                self._direct.add(callee.id)
                groups.unify(own, groups.field(this, name))
                self._pass_on_by(name, node, this, arguments)
            elif name == "grow":
                self._direct.add(callee.id)
                groups.unify(own, groups.field(this, name))
                self.growths.append((context.function, callee, position_of(callee)))
            elif name == "constructor" and node.type == "call_expression":
                self._makes_code(own, node)
        self.called[context.function].append(own)
        if this is not None:
            groups.unify(groups.field(own, THIS), this)
        for number, argument in enumerate(passed):
            if every:
                groups.merge_properties(self._group(argument))
                groups.unify(groups.mix(own), self._group(argument))
            elif argument.type not in _NO_VALUE:
                groups.unify(groups.parameter(own, number), self._group(argument))
        groups.unify(groups.field(own, RESULT), self._group(node))
        if node.type == "new_expression":
            for field in ("prototype", THIS):
                groups.unify(groups.field(own, field), self._group(node))
            groups.unify(groups.field(self._group(node), "constructor"), own)

    def _pass_on_by(self, name: str, node: Node, this: int, arguments: list[Node]) -> None:
        groups, own = self.groups, self._group(node)
        if name in ("then", "catch", "finally"):
            # A promise is as good as the value that it is resolved to.
            groups.unify(own, this)
            for argument in map(self._group, arguments):
                if name != "finally":
                    groups.unify(groups.parameter(argument, 0), this)
                    groups.unify(groups.parameter(argument, 0), self._thrown)
                groups.unify(groups.field(argument, RESULT), own)
        elif name in WITH_CALLBACK:
            groups.merge_properties(this)
            groups.unify(own, this)
            for argument in map(self._group, arguments):
                groups.unify(groups.mix(argument), this)
                groups.unify(groups.field(argument, RESULT), own)
        else:
            self._pass_on(node, this, arguments)

    def _pass_on(self, node: Node, this: int, arguments: list[Node]) -> None:
        """Let the object hold the arguments, and return any of what it holds."""
        self.groups.merge_properties(this)
        for other in (node, *arguments):
            self.groups.unify(this, self._group(other))

    def _call_builtin(self, node: Node, names: list[str], passed: list[Node], context: "_Context") -> None:
        groups, own = self.groups, self._group(node)
        arguments = list(map(self._group, passed))
        name = names[-2] if names[-1] in _BY_METHOD and len(names) > 1 else names[-1]
        if "grow" in names:
            self.growths.append((context.function, None, position_of(node)))
        if names[0] in KEEPS_NOTHING or name in RETURNS_PRIMITIVE or not passed:
            return
        key = _constant(passed[1]) if name == "defineProperty" and len(passed) == 3 else None
        if key is not None:
            target, descriptor = arguments[0], arguments[2]
            for value in (
                groups.field(descriptor, "value"),
                groups.field(groups.field(descriptor, "get"), RESULT),
            ):
                groups.unify(groups.field(target, key), value)
            groups.unify(own, target)
        elif name in COPIES and (name != "create" or len(passed) == 1):
            for argument in arguments:
                groups.unify(own, argument)
        elif names[0] == "Promise" and names[-1] == "Promise":
            executor = arguments[0]
            for number in (0, 1):
                resolve = groups.parameter(executor, number)
                groups.unify(groups.parameter(resolve, 0), own if number == 0 else self._thrown)
        elif names[0] in HOLDERS and not any(argument.type in FUNCTIONS for argument in passed):
            self._pass_on(node, own, passed)
        else:
            groups.absorb(own, arguments)


class _Context(NamedTuple):
    """Where a node is: the function around it, and the groups of `this` and of the owner of `arguments`."""

    function: int
    this: int
    arguments: int


def _key(node: Node) -> str | None:
    """Return the property that an access names, None if it is computed."""
    key = node.child_by_field_name("property") or node.child_by_field_name("index")
    return None if key is None else _constant(key)


def _maybe_builtin(callee: Node) -> bool:
    """Return whether the computed name of a callee may be that of a built-in method."""
    return all(key.type not in ("binary_expression", "template_string") for key in fields(callee, "index"))


def _without_escapes(text: str) -> str:
    return _ESCAPE.sub(lambda escape: chr(int(escape[escape.lastindex or 1], 16)), text)


def _constant(node: Node) -> str | None:
    """Return the property that a key names, None if it is computed or has escapes."""
    if node.type == "computed_property_name" and node.named_children:
        node = node.named_children[0]
    if node.type == "template_string" and all(
        child.type == "string_fragment" for child in node.named_children
    ):
        name: str | None = text_of(node)[1:-1]
    else:
        name = key_of(node)
    return None if name is None or "\\" in name or "\n" in name else name
