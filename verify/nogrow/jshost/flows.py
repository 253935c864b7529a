"""Turn the trees of a program into inclusion constraints: which functions each call may call.

A promise is as good as the value that it is resolved to. A function that is passed to code that is not given
counts as called by whoever passes it, even if that code only calls it later.
"""

from collections.abc import Iterator, Sequence

from nogrow.jshost.assignment_flows import is_implicit
from nogrow.jshost.builtins import words
from nogrow.jshost.call_flows import CallFlows
from nogrow.jshost.flow_variables import IDENTIFIERS, Access, Context, constant
from nogrow.jshost.inclusion import EXPORTS, ITEMS, Call, Code, Value, Variable
from nogrow.jshost.modules import File
from nogrow.jshost.parse import (
    ACCESSES,
    FUNCTIONS,
    TRANSPARENT,
    Node,
    bare,
    children_of,
    fields,
    operator_of,
    returned_by,
    sides_of,
    text_of,
    value_parts,
)
from nogrow.jshost.syntax import ELEMENT

_CALLS = words("call_expression new_expression")
_CLASSES = words("abstract_class_declaration class class_declaration")
_DECLARED = words("function_declaration generator_function_declaration")
_FIELDS = words("field_definition public_field_definition")


class Flows(CallFlows):
    """The solved constraints of a program."""

    def __init__(self, files: Sequence[File], *, references: bool = False) -> None:
        """Collect the constraints, and solve them; raise `ModuleError` where there are too many.

        With `references`, the module may pass what its exports get on to its imports.
        """
        super().__init__(files, references=references)
        roots = [file.root for file in files]
        for root in roots:
            self._visit_all(root)
        for name, node in self._links.defaults:
            self.graph.flow(self.variable(node), self._of_name(name))
        for module in self._modules.values():
            self.graph.escape(module, self._published)
        self._link_globals()
        self._solve()

    def _visit_all(self, root: Node) -> None:
        context = Context(root.id, self._world, self._nothing)
        stack: list[tuple[Node, Context]] = [(root, context)]
        while stack:
            node, context = stack.pop()
            if node.type in FUNCTIONS:
                inner = self._function(node, context)
                stack.extend((child, inner) for child in node.named_children)
            elif node.type in _CLASSES:
                stack += self._class(node, context)
            else:
                self._visit(node, context)
                stack.extend((child, context) for child in node.named_children)

    def _visit(self, node: Node, context: Context) -> None:
        graph = self.graph
        match node.type:
            case kind if kind in ACCESSES:
                self._access(node, context)
            case "variable_declarator":
                self._assign_sides(node, context)
            case "assignment_expression" | "augmented_assignment_expression":
                for side in fields(node, "right"):
                    graph.flow(self.variable(side), self.variable(node))
                if node.type == "augmented_assignment_expression":
                    for side in fields(node, "left"):
                        graph.flow(self.variable(side), self.variable(node))
                self._assign_sides(node, context)
            case kind if kind in _CALLS:
                self._call(node, context)
            case "object":
                self._object(node, context)
            case "array":
                value = graph.array()
                graph.add(self.variable(node), value)
                for child in children_of(node):
                    self._add_element(child, graph.field(value, ITEMS))
            case "return_statement" | "yield_expression":
                if context.function in self._results:
                    for child in node.named_children:
                        graph.flow(self.variable(child), self._results[context.function])
                        if node.type == "yield_expression":
                            graph.flow(self._results[context.function], self.variable(node))
            case "this":
                graph.flow(context.this, self.variable(node))
            case "super":
                graph.flow(context.parent, self.variable(node))
            case "for_in_statement":
                left, right = sides_of(node)
                if left is not None and right is not None and operator_of(node) != "in":
                    items = self._items(self.variable(right))
                    self._assign(left, items, context)
                    # The elements of a map are pairs.
                    for pattern in (part for part in _patterns(left) if part.type == "array_pattern"):
                        for child in children_of(pattern):
                            self._assign(child, items, context)
            case "catch_clause":
                for parameter in fields(node, "parameter"):
                    self._assign(parameter, self._thrown, context)
            case "throw_statement":
                for child in node.named_children:
                    graph.flow(self.variable(child), self._thrown)
            case "import_statement":
                self._import(node)
            case "export_statement":
                self._export(node)
            case kind if kind not in TRANSPARENT:
                for part in value_parts(node):
                    graph.flow(self.variable(part), self.variable(node))

    def _access(self, node: Node, context: Context) -> None:
        name, own = self._key(node), self.variable(node)
        for of in fields(node, "object"):
            base = self.variable(of)
            if name is not None:
                self.graph.load(base, name, own)
            else:
                self.graph.load(base, _prefix(node), own, whole=True)
            self.accesses.append(Access(context.function, ELEMENT if name is None else name, node, base))

    def _object_value(self, node: Node) -> Value:
        value = self.graph.value()
        self.graph.add(self.variable(node), value)
        return value

    def _object(self, node: Node, context: Context) -> None:
        value = self._object_value(node)
        holder = self.graph.variable(value)
        if _is_table(node):
            self.graph.tables.add(value)
        for child in children_of(node):
            self._property(value, holder, child)

    def _property(self, value: Value, holder: Variable, node: Node) -> None:
        """Let the object `value`, which `holder` holds, have the property."""
        graph = self.graph
        if node.type == "spread_element":
            for child in node.named_children:
                graph.flow(self.variable(child), graph.prototype(value))
            return
        if node.type in IDENTIFIERS:
            graph.flow(self.variable(node), graph.field(value, text_of(node)))
            return
        keys = fields(node, "key", "name", "property")
        if not keys:
            return
        name = constant(keys[0])
        field = graph.field(value, ELEMENT if name is None else name)
        held = graph.variable()
        if node.type == "method_definition":
            held = self.variable(node)
            code = self._code(node)
            graph.flow(holder, code.this)
            kinds = {child.type for child in node.children}
            if kinds & {"get", "set"}:
                self.accessors[ELEMENT if name is None else name].append((node.id, value))
                if "get" in kinds:
                    graph.flow(code.result, field)
                elif code.parameters:
                    graph.flow(field, code.parameters[0])
                return
        for part in fields(node, "value"):
            graph.flow(self.variable(part), held)
            if bare(part).type in FUNCTIONS and bare(part).type != "arrow_function":
                graph.flow(holder, self._code(bare(part)).this)
        graph.flow(held, graph.prototype(value) if name == "__proto__" and node.type == "pair" else field)
        if is_implicit(name, keys[0]):
            self._implicit.append(held)

    def _add_element(self, node: Node, elements: Variable) -> None:
        if node.type == "spread_element":
            for child in node.named_children:
                self.graph.flow(self._items(self.variable(child)), elements)
        else:
            self.graph.flow(self.variable(node), elements)

    def _function(self, node: Node, context: Context) -> Context:
        graph, code = self.graph, self._code(node)
        named = fields(node, "name") if node.type != "method_definition" else []
        for name in named:
            declared = self._scopes.name(node if node.type in _DECLARED else name)
            graph.flow(self.variable(node), self._of_name(declared))
        if any(child.type == "*" for child in node.children):
            self.implicit.add(node.id)
        parameters = [child for part in fields(node, "parameters") for child in children_of(part)]
        parameters += fields(node, "parameter")
        inner = Context(node.id, code.this, context.parent)
        if node.type == "arrow_function":
            inner = Context(node.id, context.this, context.parent)
            for returned in returned_by(node):
                graph.flow(self.variable(returned), code.result)
        for parameter, variable in zip(parameters, code.parameters, strict=True):
            if parameter.type == "rest_pattern":
                rest = graph.array()
                graph.flow(code.every, graph.field(rest, ITEMS))
                variable = graph.variable(rest)
            self._assign(parameter, variable, inner)
        return inner

    def _class(self, node: Node, context: Context) -> Iterator[tuple[Node, Context]]:
        """Take the members of a class, and yield their parts, each with its context."""
        graph = self.graph
        value, prototype = graph.value(), graph.value()
        own, instances = graph.variable(value), graph.variable(prototype)
        graph.flow(own, self.variable(node))
        if node.type != "class" or node.child_by_field_name("name") is not None:
            name = (
                self._scopes.name(node)
                if node.type != "class"
                else self._scopes.name(fields(node, "name")[0])
            )
            graph.flow(own, self._of_name(name))
        graph.flow(instances, graph.field(value, "prototype"))
        graph.flow(own, graph.field(prototype, "constructor"))
        parent, parents = self._nothing, graph.variable()
        body_ids = [body.id for body in fields(node, "body")]
        body_id = body_ids[0] if body_ids else node.id
        for heritage in (child for child in node.named_children if child.type == "class_heritage"):
            parent = graph.variable()
            for child in heritage.named_children:
                graph.flow(self.variable(child), parent)
            graph.flow(parent, graph.prototype(value))
            graph.load(parent, "prototype", parents)
            graph.flow(parents, graph.prototype(prototype))
            yield heritage, context
        self.nodes[body_id] = node
        self.functions[value] = body_id
        constructor: Code | None = None
        members = [member for body in fields(node, "body") for member in body.named_children]
        for member in members:
            static = member.type == "class_static_block" or any(
                child.type == "static" for child in member.children
            )
            names = fields(member, "name")
            if (
                member.type == "method_definition"
                and not static
                and names
                and text_of(names[0]) == "constructor"
            ):
                constructor = self._code(member)
                graph.flow(instances, constructor.this)
                self.called[body_id].append((self._value_of(member), self._site(member)))
            elif member.type == "method_definition" or member.type in _FIELDS:
                self._property(value if static else prototype, own if static else instances, member)
            within = context.function if static else body_id
            yield member, Context(within, own if static else instances, own if static else parents)
        code = constructor or Code((), instances, graph.variable(), graph.variable())
        graph.codes[value] = code
        if constructor is None and parent != self._nothing:
            call = Call(
                self._site(node), body_id, parent, code.this, (code.every,), graph.variable(), spread=True
            )
            self._add_call(call)

    def _import(self, node: Node) -> None:
        """Let the names that are imported from a module be its exports."""
        if not any(text_of(source).strip("\"'").endswith(".wasm") for source in fields(node, "source")):
            return
        graph, exports = self.graph, self.graph.variable(EXPORTS)
        for clause in (child for child in node.named_children if child.type == "import_clause"):
            for child in clause.named_children:
                if child.type == "named_imports":
                    for specifier in child.named_children:
                        names = fields(specifier, "name")
                        for local in fields(specifier, "alias", "name")[:1]:
                            graph.load(exports, text_of(names[0]).strip("\"'"), self._identifier(local))
                elif child.type == "namespace_import":
                    for local in child.named_children:
                        graph.flow(exports, self._identifier(local))
                else:
                    graph.flow(exports, self._identifier(child))

    def _export(self, node: Node) -> None:
        """Let the object of what the file exports have the names."""
        exports = self._namespaces[_root_of(node).id]
        is_default = any(child.type == "default" for child in node.children)
        for part in fields(node, "value"):
            self.graph.flow(self.variable(part), self.graph.field(exports, "default"))
        for declaration in fields(node, "declaration"):
            if fields(declaration, "name"):
                named = self._scopes.name(declaration)
                name = "default" if is_default else named.name
                self.graph.flow(self._of_name(named), self.graph.field(exports, name))
            for declared in (part for child in declaration.named_children for part in fields(child, "name")):
                if declared.type == "identifier":
                    field = self.graph.field(exports, text_of(declared))
                    self.graph.flow(self._identifier(declared), field)
        if node.child_by_field_name("source") is None:
            for clause in (child for child in node.named_children if child.type == "export_clause"):
                for specifier in clause.named_children:
                    names = fields(specifier, "name", "alias")
                    if names and names[0].type == "identifier":
                        field = self.graph.field(exports, text_of(names[-1]).strip("\"'"))
                        self.graph.flow(self._identifier(names[0]), field)


def _patterns(left: Node) -> list[Node]:
    """Return the pattern on the left side of a `for of`."""
    return [left, *(part for child in left.named_children for part in (child, *fields(child, "name")))]


def _is_table(node: Node) -> bool:
    """Return whether each property of the object literal may be a function, or an object of functions."""
    kinds = FUNCTIONS | ACCESSES | IDENTIFIERS | {"call_expression", "object"}
    for child in children_of(node):
        values = fields(child, "value") if child.type == "pair" else [child]
        if not all(bare(value).type in kinds for value in values):
            return False
    return True


def _root_of(node: Node) -> Node:
    while node.parent is not None:
        node = node.parent
    return node


def _prefix(node: Node) -> str:
    """Return how the computed name of an access begins: `_` in `Module["_" + name]`."""
    for index in fields(node, "index"):
        while index.type == "binary_expression" and operator_of(index) == "+":
            index = fields(index, "left")[0]
        if index.type == "string":
            return text_of(index)[1:-1]
        if index.type == "template_string" and index.named_children:
            first = index.named_children[0]
            return text_of(first) if first.type == "string_fragment" else ""
    return ""
