"""Translate expressions to terms, which name the values that an expression may have."""

from collections.abc import Sequence

from nogrow.errors import ModuleError
from nogrow.jshost.builtins import (
    COLLECTIONS,
    REFERENCES,
    RETURNS_ELEMENT,
    SAME_ELEMENTS,
    VIEWS,
    WRAPPERS,
    words,
)
from nogrow.jshost.library import HAVING_FUNCTIONS, Model, function
from nogrow.jshost.modules import Links, required
from nogrow.jshost.parse import (
    ACCESSES,
    FUNCTIONS,
    TRANSPARENT,
    Node,
    arguments_of,
    bare,
    callee_of,
    fields,
    key_of,
    property_of,
    text_of,
    value_parts,
)
from nogrow.jshost.scopes import Name
from nogrow.jshost.syntax import ELEMENT, Walk
from nogrow.jshost.term import (
    DEEPEST,
    Class,
    Function,
    Instance,
    Made,
    Member,
    NewMemory,
    Result,
    Term,
    This,
    depth,
)

_INSTANTIATE = ("instantiate", "instantiateStreaming")
# A callee may itself be the result of a call, and so on.
DEEPEST_CALLEE = 50
# A chain of a thousand assignments is visited a thousand times.
MOST_STEPS = 10_000_000
_CLASSES = words("abstract_class_declaration class_declaration")


class Terms:
    """The terms of a program's expressions."""

    def __init__(self, walk: Walk, links: Links) -> None:
        """Start without terms; the trees of `walk` are those of the whole program."""
        self._walk = walk
        self._links = links
        # What CommonJS modules export instead of their own object.
        self.exported: dict[int, list[Term]] = {}
        self._classes = {walk.names[node.id] for node, _ in walk.nodes if node.type in _CLASSES}
        self.collections: set[int] = set()
        """The nodes that create arrays, sets and maps."""
        self.instances: set[int] = set()
        """The nodes that create instances of modules."""
        # The results of calls of built-in functions.
        self._results: dict[int, list[Term]] = {}
        self._steps = self._depth = 0

    def of(self, node: Node) -> list[Term]:
        """Return the values that the expression `node` may have, each once."""
        self._depth += 1
        if self._depth > DEEPEST_CALLEE:
            raise ModuleError("too deeply nested to be analysed")
        terms: dict[Term, None] = {}
        stack = [node]
        while stack:
            part = stack.pop()
            self._steps += 1
            if self._steps > MOST_STEPS:
                raise ModuleError("too many values are passed on to be analysed")
            term = self._single_term(part)
            if term is not None:
                terms[term] = None
            elif part.type == "call_expression":
                terms |= dict.fromkeys(self._returned(part))
                terms |= dict.fromkeys(self._element_returned(part))
            elif part.type == "new_expression" and self._refers(part):
                stack.extend(arguments_of(part)[:1])
            else:
                stack.extend(value_parts(part))
        self._depth -= 1
        return list(terms)

    def _returned(self, node: Node) -> list[Term]:
        """Return the results of a call: those of a built-in function or a file, else of what it calls."""
        if node.id in self._results:
            return self._results[node.id]
        callees = [term for term in self._called(node) if depth(term) < DEEPEST]
        if any(self.is_member(callees[0], "WebAssembly", name) for name in _INSTANTIATE if callees):
            self.instances.add(node.id)
            return [Instance(callees[0], node.id)]
        built_in = self.built_in(callees, node)
        if built_in is None:
            return self.required(node) or [Result(callee) for callee in callees]
        self._results[node.id] = list(built_in.results)
        return self._results[node.id]

    def built_in(self, callees: Sequence[Term], node: Node) -> Model | None:
        """Return the model of what the call does, if it calls a function of a built-in object."""
        match callees:
            case [Member(Name() as of, name)] if self.is_global(of, HAVING_FUNCTIONS):
                arguments = tuple(tuple(self.of(argument)) for argument in arguments_of(node))
                return function(of.name, name, arguments, node.id)
        return None

    def elements(self, node: Node) -> list[Term]:
        """Return the values that an iteration over `node` may have."""
        node = bare(node)
        callee = node.child_by_field_name("function") if node.type == "call_expression" else None
        if callee is not None and property_of(callee) in SAME_ELEMENTS:
            of = callee.child_by_field_name("object")
            is_built_in = of is not None and of.type == "identifier" and text_of(of) in ("Array", "Object")
            held = arguments_of(node)[:1] if is_built_in else [of] if of is not None else []
            return [term for each in held for term in self.elements(each)]
        return [Member(term, ELEMENT) for term in self.of(node) if depth(term) < DEEPEST]

    def _element_returned(self, node: Node) -> list[Term]:
        callee = node.child_by_field_name("function")
        if callee is None or callee.type != "member_expression" or property_of(callee) not in RETURNS_ELEMENT:
            return []
        member = self.member(callee)
        return [] if member is None or member.of is None else [Member(member.of, ELEMENT)]

    def _called(self, node: Node) -> list[Term]:
        """Return the terms of what a call or `new` calls, none if it is too long."""
        callee = callee_of(node)
        return [] if callee is None or not _short(callee) else self.of(bare(callee))

    def name(self, node: Node) -> Name:
        """Return the binding that the identifier `node` means."""
        return self._links.name(self._walk.names[node.id])

    def _named(self, name: Name) -> Name | Member:
        """Return the term of a name; in Emscripten's glue, `_f` is the function `f` of the module."""
        is_export = name.name.startswith("_") and name.scope in self._links.in_glue
        if is_export and not self._walk.scopes.declares(name):
            return Member(Name(name.scope, "Module"), name.name)
        return name

    def is_global(self, term: Term | None, names: frozenset[str]) -> bool:
        """Return whether the term is one of `names`, not declared in the program."""
        return isinstance(term, Name) and term.scope in self._walk.roots and term.name in names

    def is_member(self, term: Term | None, of: str, name: str) -> bool:
        """Return whether the term is the property `name` of the global `of`."""
        return isinstance(term, Member) and term.name == name and self.is_global(term.of, frozenset((of,)))

    def required(self, node: Node) -> list[Term]:
        """Return what a call of `require` returns, if it is a file of the program."""
        name = required(node)
        callee = node.child_by_field_name("function")
        if name is None or callee is None:
            return []
        scope = self._walk.names[callee.id]
        target = self._links.target(scope.scope, name) if scope.scope in self._walk.roots else None
        return [] if target is None else self.module(target)

    def module(self, root: int) -> list[Term]:
        """Return the object of what the file exports."""
        return self.exported.get(root) or [This(root)]

    def own_exports(self, node: Node) -> int | None:
        """Return the file whose CommonJS exports `node` names, if it has any."""
        of = node.child_by_field_name("object")
        if node.type == "member_expression" and of is not None and of.type == "identifier":
            named = property_of(node) == "exports" and text_of(of) == "module"
        else:
            of, named = node, node.type == "identifier" and text_of(node) == "exports"
        if not named or of is None or len(self._walk.roots) < 2:
            return None
        name = self._walk.names[of.id]
        return None if self._walk.scopes.declares(name) else name.scope

    def _single_term(self, node: Node) -> Term | None:
        if node.type in ("identifier", "member_expression"):
            root = self.own_exports(node)
            if root is not None:
                return This(root)
        match node.type:
            case "identifier" | "shorthand_property_identifier" | "shorthand_property_identifier_pattern":
                return self._named(self.name(node))
            case "this":
                owner = self._walk.this_owners.get(node.id)
                return None if owner is None else This(owner)
            case "member_expression" | "subscript_expression":
                return self.member(node)
            case "object" | "array":
                return This(node.id)
            case "class":
                body = node.child_by_field_name("body")
                return None if body is None else Class(body.id)
            case "new_expression":
                return self._new(node)
            case "call_expression":
                return self._buffer_from(node)
            case kind if kind in FUNCTIONS:
                return Function(node.id)
        return None

    def member(self, node: Node) -> Member | None:
        """Return the member that `node` names by identifiers and constants, None if it has no term."""
        names: list[str] = []
        term: Term | None = None
        while node.type in ACCESSES:
            name, of = property_of(node), node.child_by_field_name("object")
            if of is None or len(names) >= DEEPEST:
                break
            names.append(ELEMENT if name is None else name)
            node = bare(of)
            root = self.own_exports(node)
            if root is not None:
                term = This(root)
                break
        else:
            term = None if node.type == "object" else self._base_term(node)
        for name in reversed(names):
            term = Member(term, name)
        return term if isinstance(term, Member) else None

    def _base_term(self, node: Node) -> Term | None:
        if node.type != "call_expression":
            return self._single_term(node)
        modules = self.required(node)
        if modules:
            return modules[0]
        elements = self._element_returned(node)
        if elements:
            return elements[0]
        terms = self._returned(node)
        return terms[0] if len(terms) == 1 and depth(terms[0]) < DEEPEST else None

    def _new(self, node: Node) -> Term | None:
        terms = self._called(node)
        if not terms:
            return None
        if any(self.is_global(term, VIEWS | WRAPPERS) for term in terms):
            return Made(node.id)
        if self.is_global(terms[0], REFERENCES):
            return None
        if self._is_type_of_view(terms[0], node):
            return Made(node.id)
        if self.is_global(terms[0], COLLECTIONS):
            self.collections.add(node.id)
            self._walk.objects.add(node.id)
            return This(node.id)
        if self.is_member(terms[0], "WebAssembly", "Memory"):
            return _memory(node)
        if self.is_member(terms[0], "WebAssembly", "Instance"):
            self.instances.add(node.id)
            return Instance(terms[0], node.id)
        return Instance(terms[0]) if depth(terms[0]) < DEEPEST else None

    def created(self, node: Node) -> list[Term]:
        """Return what `new` creates, none if that only stands for its argument."""
        return [] if self._refers(node) else self.of(node)

    def _refers(self, node: Node) -> bool:
        """Return whether `new` creates an object that stands for its argument."""
        return any(self.is_global(term, REFERENCES) for term in self._called(node)[:1])

    def _is_type_of_view(self, term: Term, node: Node) -> bool:
        """Return whether a variable that is named as no class makes an object of a `buffer`."""
        first = [bare(argument) for argument in arguments_of(node)[:1]]
        return (
            any(each.type in ACCESSES and property_of(each) == "buffer" for each in first)
            and isinstance(term, Name)
            and self._walk.scopes.declares(term)
            and (term.name[:1].islower() or term.name.endswith("Array"))
            and term not in self._classes
            and term not in self._links.imports
        )

    def _buffer_from(self, node: Node) -> Term | None:
        """Return a term for `Buffer.from(buffer)`, which is a view as well."""
        callee = node.child_by_field_name("function")
        if callee is None or callee.type != "member_expression":
            return None
        return Made(node.id) if self.is_member(self.member(callee), "Buffer", "from") else None


def _short(node: Node) -> bool:
    """Return whether a callee is short enough for a term: chains of calls can be as long as the file."""
    for _ in range(2 * DEEPEST):
        inner = fields(node, "function", "object") or (
            node.named_children if node.type in TRANSPARENT else []
        )
        if not inner:
            return True
        node = inner[0]
    return False


def _memory(node: Node) -> NewMemory:
    """Return the memory that is created: its growth detaches no view if it is shared or has its full size."""
    values = {
        key_of(pair.child_by_field_name("key")): text_of(value)
        for descriptor in arguments_of(node)[:1]
        for pair in bare(descriptor).named_children
        for value in fields(pair, "value")
    }
    same = "maximum" in values and values.get("initial", values.get("minimum")) == values["maximum"]
    shared = values.get("shared") in ("true", "!0")
    return NewMemory(same or shared, shared and not same)
