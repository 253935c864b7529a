"""Translate expressions to terms, which name the values that an expression may have."""

from dataclasses import dataclass

from nogrow.errors import ModuleError
from nogrow.jshost.builtins import RETURNS_ELEMENT, SAME_ELEMENTS, VIEWS
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
from nogrow.jshost.syntax import ELEMENT, Name, Owner, Walk

# Longer chains of members and calls have no term.
DEEPEST = 8
# A callee may itself be the result of a call, and so on.
DEEPEST_CALLEE = 50
# A chain of a thousand assignments is visited a thousand times.
MOST_STEPS = 10_000_000


@dataclass(frozen=True, slots=True)
class This:
    """The object of the class, constructor function or object literal `owner`."""

    owner: Owner


@dataclass(frozen=True, slots=True)
class Member:
    """The property `name` of `of`; None is an unknown object."""

    of: "Term | None"
    name: str


@dataclass(frozen=True, slots=True)
class Result:
    """The result of calling `callee`."""

    callee: "Term"


@dataclass(frozen=True, slots=True)
class Instance:
    """The object that `new of` creates."""

    of: "Term"


@dataclass(frozen=True, slots=True)
class Function:
    """A function of this file, identified by its node."""

    node: int


@dataclass(frozen=True, slots=True)
class Class:
    """A class of this file, identified by the node of its body."""

    node: int


@dataclass(frozen=True, slots=True)
class Made:
    """A typed array or DataView that is created in this file."""

    node: int


@dataclass(frozen=True, slots=True)
class NewMemory:
    """A new WebAssembly.Memory, or a declared one; `fixed` if a growth detaches none of its views.

    It is `shared` if its views keep their old length instead.
    """

    fixed: bool
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Returned:
    """The values that the function may return."""

    function: int


@dataclass(frozen=True, slots=True)
class Temporary:
    """The value of the expression `node`, that of `binding` if it names one; `text` is its source."""

    node: int
    binding: "Name | Member | None"
    text: str


Term = Name | This | Member | Result | Instance | Function | Class | Made | NewMemory | Returned
Binding = Name | Member
Holder = Binding | Temporary


def depth(term: Term | None) -> int:
    """Return how many members and calls are in the term."""
    count = 0
    while isinstance(term, Member | Result | Instance):
        term = term.of if isinstance(term, Member | Instance) else term.callee
        count += 1
    return count


class Terms:
    """The terms of a program's expressions."""

    def __init__(self, walk: Walk, links: Links) -> None:
        """Start without terms; the trees of `walk` are those of the whole program."""
        self._walk = walk
        self._links = links
        # What CommonJS modules export instead of their own object.
        self.exported: dict[int, list[Term]] = {}
        self._names: dict[int, Name] = {}
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
                results = (Result(of) for of in self._called(part) if depth(of) < DEEPEST)
                terms |= dict.fromkeys(self.required(part) or results)
                terms |= dict.fromkeys(self._element_returned(part))
            else:
                stack.extend(value_parts(part))
        self._depth -= 1
        return list(terms)

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
        if node.id not in self._names:
            self._names[node.id] = self._links.name(self._walk.scopes.name(node))
        return self._names[node.id]

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
        scope = self._walk.scopes.name(callee)
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
        name = self._walk.scopes.name(of)
        return None if self._walk.scopes.declares(name) else name.scope

    def _single_term(self, node: Node) -> Term | None:
        if node.type in ("identifier", "member_expression"):
            root = self.own_exports(node)
            if root is not None:
                return This(root)
        match node.type:
            case "identifier" | "shorthand_property_identifier" | "shorthand_property_identifier_pattern":
                return self.name(node)
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
        terms = self._called(node)
        return Result(terms[0]) if len(terms) == 1 and depth(terms[0]) < DEEPEST else None

    def _new(self, node: Node) -> Term | None:
        terms = self._called(node)
        if not terms:
            return None
        if any(self.is_global(term, VIEWS) for term in terms):
            return Made(node.id)
        if self.is_member(terms[0], "WebAssembly", "Memory"):
            return _memory(node)
        return Instance(terms[0]) if depth(terms[0]) < DEEPEST else None

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
