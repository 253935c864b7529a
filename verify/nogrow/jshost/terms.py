"""Translate expressions to terms, which name the values that an expression may have."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nogrow.errors import ModuleError
from nogrow.jshost.builtins import VIEWS
from nogrow.jshost.nodes import (
    ACCESSES,
    FUNCTIONS,
    TRANSPARENT,
    arguments_of,
    bare,
    key_of,
    operator_of,
    property_of,
    text_of,
)
from nogrow.jshost.scopes import Name, Scopes

if TYPE_CHECKING:
    from tree_sitter import Node

# Longer chains of members and calls have no term.
DEEPEST = 8
# A callee may itself be the result of a call, and so on.
DEEPEST_CALLEE = 50
# A chain of a thousand assignments is visited a thousand times.
MOST_STEPS = 10_000_000


@dataclass(frozen=True, slots=True)
class This:
    """The object of the class, constructor function or object literal `owner`."""

    owner: "int | Name"


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
    """A new WebAssembly.Memory, or a declared one; `fixed` if a growth detaches none of its views."""

    fixed: bool


@dataclass(frozen=True, slots=True)
class Returned:
    """The values that the function may return."""

    function: int


@dataclass(frozen=True, slots=True)
class Object:
    """An object, array or class of this file, identified by its node; only the analysis of glue uses it."""

    node: int


Term = Name | This | Member | Result | Instance | Function | Class | Made | NewMemory | Returned | Object
Binding = Name | Member


def depth(term: Term | None) -> int:
    """Return how many members and calls are in the term."""
    count = 0
    while isinstance(term, Member | Result | Instance):
        term = term.of if isinstance(term, Member | Instance) else term.callee
        count += 1
    return count


class Terms:
    """The terms of a program's expressions; `this_owners` has the owner of each `this`."""

    def __init__(self, scopes: Scopes, root: int, this_owners: Mapping[int, "int | Name"]) -> None:
        """Remember the scopes; `root` is the scope of the whole program."""
        self.scopes = scopes
        self.root = root
        self._this = this_owners
        self._names: dict[int, Name] = {}
        self._steps = self._depth = 0

    def of(self, node: "Node") -> list[Term]:
        """Return the values that the expression `node` may have, each once."""
        self._depth += 1
        if self._depth > DEEPEST_CALLEE:
            raise ModuleError("too deeply nested to be analysed")
        terms = self._terms_of(node)
        self._depth -= 1
        return terms

    def _terms_of(self, node: "Node") -> list[Term]:
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
                callee = part.child_by_field_name("function")
                for of in self.of(bare(callee)) if callee is not None and _short(callee) else ():
                    if depth(of) < DEEPEST:
                        terms[Result(of)] = None
            else:
                stack.extend(_passed_through(part))
        return list(terms)

    def name(self, node: "Node") -> Name:
        """Return the binding that the identifier `node` means."""
        if node.id not in self._names:
            self._names[node.id] = Name(self.scopes.at(node), text_of(node))
        return self._names[node.id]

    def is_global(self, term: Term | None, names: frozenset[str]) -> bool:
        """Return whether the term is one of `names`, not declared in the program."""
        return isinstance(term, Name) and term.scope == self.root and term.name in names

    def _single_term(self, node: "Node") -> Term | None:
        match node.type:
            case "identifier" | "shorthand_property_identifier" | "shorthand_property_identifier_pattern":
                return self.name(node)
            case "this":
                owner = self._this.get(node.id)
                return None if owner is None else This(owner)
            case "member_expression" | "subscript_expression":
                return self.member(node)
            case "object":
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

    def member(self, node: "Node") -> Member | None:
        """Return the member that `node` names by identifiers and constants, None if it has no term."""
        names: list[str] = []
        base_node = node
        while base_node.type in ACCESSES:
            name = property_of(base_node)
            of = base_node.child_by_field_name("object")
            if name is None or of is None or len(names) >= DEEPEST:
                return None if not names else self._chain(None, names)
            names.append(name)
            base_node = bare(of)
        base = None if base_node.type == "object" else self._base_term(base_node)
        return self._chain(base, names)

    def _base_term(self, node: "Node") -> Term | None:
        if node.type == "call_expression":
            callee = node.child_by_field_name("function")
            if callee is None or not _short(callee):
                return None
            terms = self.of(bare(callee))
            return Result(terms[0]) if len(terms) == 1 and depth(terms[0]) < DEEPEST else None
        return self._single_term(node)

    @staticmethod
    def _chain(base: Term | None, names: list[str]) -> Member | None:
        term = base
        for name in reversed(names):
            term = Member(term, name)
        return term if isinstance(term, Member) else None

    def _new(self, node: "Node") -> Term | None:
        constructor = node.child_by_field_name("constructor")
        if constructor is None or not _short(constructor):
            return None
        terms = self.of(bare(constructor))
        if not terms:
            return None
        if any(self.is_global(term, VIEWS) for term in terms):
            return Made(node.id)
        if terms[0] == Member(Name(self.root, "WebAssembly"), "Memory"):
            return NewMemory(_fixed(node))
        return Instance(terms[0]) if depth(terms[0]) < DEEPEST else None

    def _buffer_from(self, node: "Node") -> Term | None:
        """Return a term for `Buffer.from(buffer)`, which is a view as well."""
        callee = node.child_by_field_name("function")
        if callee is None or callee.type != "member_expression":
            return None
        return Made(node.id) if self.member(callee) == Member(Name(self.root, "Buffer"), "from") else None


def _short(node: "Node") -> bool:
    """Return whether a callee is short enough for a term: chains of calls can be as long as the file."""
    for _ in range(2 * DEEPEST):
        inner = node.child_by_field_name("function") or node.child_by_field_name("object")
        inner = inner or (
            node.named_children[0] if node.type in TRANSPARENT and node.named_children else None
        )
        if inner is None:
            return True
        node = inner
    return False


def _fixed(node: "Node") -> bool:
    """Return whether growth detaches no view of the memory: it is shared, or as large as it can be."""
    values: dict[str, str] = {}
    for descriptor in arguments_of(node)[:1]:
        for pair in bare(descriptor).named_children:
            key, value = pair.child_by_field_name("key"), pair.child_by_field_name("value")
            name = key_of(key)
            if name is not None and value is not None:
                values[name] = text_of(value)
    same = "maximum" in values and values.get("initial", values.get("minimum")) == values["maximum"]
    return same or values.get("shared") in ("true", "!0")


def _passed_through(node: "Node") -> Iterator["Node"]:
    """Yield the parts of an expression that its value may come from."""
    parts: dict[str, tuple[str, ...]] = {
        "assignment_expression": ("right",),
        "augmented_assignment_expression": ("right",),
        "ternary_expression": ("consequence", "alternative"),
    }
    if node.type in parts:
        named = (node.child_by_field_name(name) for name in parts[node.type])
        yield from (part for part in named if part is not None)
    elif node.type == "binary_expression":
        if operator_of(node) in ("||", "&&", "??"):
            yield from (child for child in node.named_children if child.type != "comment")
    elif node.type == "sequence_expression":
        yield from node.named_children[-1:]
    elif node.type in TRANSPARENT:
        yield bare(node)
