"""Turn assignments into inclusion constraints: what patterns, variables and properties may hold."""

from collections.abc import Iterator

from nogrow.jshost.builtins import IMPLICIT
from nogrow.jshost.flow_variables import IDENTIFIERS, Access, Context, FlowVariables, constant, key
from nogrow.jshost.inclusion import ITEMS, PROTOTYPE, Variable
from nogrow.jshost.parse import ACCESSES, Node, bare, children_of, fields, sides_of, text_of
from nogrow.jshost.syntax import ELEMENT


class AssignmentFlows(FlowVariables):
    """The constraints of assignments."""

    def _assign_sides(self, node: Node, context: Context) -> None:
        left, right = sides_of(node)
        if left is None or right is None:
            return
        copied = _same_key(left, right)
        if copied is None:
            self._assign(left, self.variable(right), context)
        else:
            # `a[k] = b[k]` gives a property the value of that of the same name.
            self.graph.store(self.variable(copied[0]), PROTOTYPE, self.variable(copied[1]))

    def _assign(self, target: Node, source: Variable, context: Context) -> None:
        """Let the pattern or expression `target` hold what `source` holds."""
        graph = self.graph
        stack = [(target, source)]
        while stack:
            node, source = stack.pop()
            match node.type:
                case kind if kind in IDENTIFIERS:
                    graph.flow(source, self._identifier(node))
                case kind if kind in ACCESSES:
                    for of in fields(node, "object"):
                        name = self._key(node)
                        graph.store(self.variable(of), ELEMENT if name is None else name, source)
                        if is_implicit(name, *fields(node, "index")):
                            self._implicit.append(source)
                case "object_pattern":
                    stack += self._properties_of_pattern(node, source, context)
                case "array_pattern":
                    held = graph.variable()
                    graph.load(source, ITEMS, held)
                    stack += [(child, held) for child in children_of(node)]
                    stack += [
                        (inner, source)
                        for child in children_of(node)
                        if child.type == "rest_pattern"
                        for inner in child.named_children
                    ]
                case "rest_pattern" | "parenthesized_expression":
                    stack += [(child, source) for child in node.named_children[:1]]
                case "assignment_pattern" | "object_assignment_pattern":
                    stack += [(left, source) for left in fields(node, "left")]
                    stack += [
                        (left, self.variable(right))
                        for left in fields(node, "left")
                        for right in fields(node, "right")
                    ]
                case "required_parameter" | "optional_parameter":
                    for pattern in fields(node, "pattern"):
                        stack.append((pattern, source))
                        stack += [(pattern, self.variable(value)) for value in fields(node, "value")]

    def _properties_of_pattern(
        self, node: Node, source: Variable, context: Context
    ) -> Iterator[tuple[Node, Variable]]:
        for child in children_of(node):
            if child.type == "rest_pattern":
                yield child, source
                continue
            held = self.graph.variable()
            named = fields(child, "key", "left")[:1] or [child]
            name = constant(named[0]) if child.type == "pair_pattern" else text_of(named[0])
            if name is None:
                self.graph.load_any(source, held)
            else:
                self.graph.load(source, name, held)
                self.accesses.append(Access(context.function, name, child, source))
            if child.type == "pair_pattern":
                yield from ((value, held) for value in fields(child, "value"))
            elif child.type == "object_assignment_pattern":
                for left in fields(child, "left"):
                    yield left, held
                    yield from ((left, self.variable(right)) for right in fields(child, "right"))
            else:
                yield child, held

    def _key(self, node: Node) -> str | None:
        """Return the property that an access names, None if it is computed and need not be an element."""
        name = key(node)
        if name is None and any(map(self._numbers.is_number, fields(node, "index"))):
            return ITEMS
        return name


def is_implicit(name: str | None, *keys: Node) -> bool:
    """Return whether the language itself calls a function that a property of this name has."""
    if name is not None:
        # The `then` of a thenable only runs after the import has returned.
        return name in IMPLICIT and name != "then"
    return any("Symbol" in text and "ispose" not in text for text in map(text_of, keys))


def _same_key(left: Node, right: Node) -> tuple[Node, Node] | None:
    """Return the objects if both sides are properties of the same computed name, which a variable holds."""
    right = bare(right)
    if left.type != "subscript_expression" or right.type != "subscript_expression":
        return None
    keys = [*fields(left, "index"), *fields(right, "index")]
    if len(keys) != 2 or {key.type for key in keys} != {"identifier"} or text_of(keys[0]) != text_of(keys[1]):
        return None
    return fields(left, "object")[0], fields(right, "object")[0]
