"""Expressions to terms: what an expression may stand for, as far as it is followed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from nogrow.errors import ModuleError
from nogrow.jshost.builtins import VIEWS
from nogrow.jshost.glue_program import Name, key_of
from nogrow.jshost.scopes import FUNCTIONS, Scopes, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

# Longer chains of members and calls are not followed.
DEEPEST = 8
# What is called may itself be what a call returns, and so on.
DEEPEST_CALLEE = 50
# A chain of a thousand assignments in one is looked through a thousand times.
MOST_STEPS = 10_000_000


@dataclass(frozen=True, slots=True)
class This:
    """The object of a class, of a constructor function, or one written here; known by that."""

    owner: "int | Name"


@dataclass(frozen=True, slots=True)
class Member:
    """The property `name` of `of`; None is what is not followed."""

    of: "Term | None"
    name: str


@dataclass(frozen=True, slots=True)
class Result:
    """What calling `callee` returns."""

    callee: "Term"


@dataclass(frozen=True, slots=True)
class Instance:
    """What `new of` makes."""

    of: "Term"


@dataclass(frozen=True, slots=True)
class Function:
    """A function written here."""

    node: int


@dataclass(frozen=True, slots=True)
class Class:
    """A class written here, known by its body."""

    node: int


@dataclass(frozen=True, slots=True)
class Made:
    """A typed array or DataView made here."""

    node: int


@dataclass(frozen=True, slots=True)
class NewMemory:
    """A new WebAssembly.Memory, or what is declared to be one; `fixed` if growth detaches nothing of it."""

    fixed: bool


@dataclass(frozen=True, slots=True)
class Returned:
    """What the function may return."""

    function: int


Term = Name | This | Member | Result | Instance | Function | Class | Made | NewMemory | Returned
Binding = Name | Member
_PASSED = frozenset(
    (
        *("parenthesized_expression", "await_expression", "spread_element"),
        *("as_expression", "satisfies_expression", "non_null_expression", "type_assertion"),
    )
)


def bare(node: "Node") -> "Node":
    """The expression without parentheses, `await` and type annotations around it."""
    while node.type in _PASSED and node.named_children:
        node = node.named_children[-1 if node.type == "type_assertion" else 0]
    return node


def depth(term: Term | None) -> int:
    """How many members and calls are in the term."""
    count = 0
    while isinstance(term, Member | Result | Instance):
        term = term.of if isinstance(term, Member | Instance) else term.callee
        count += 1
    return count


class Terms:
    """Terms by node; `this_owners` says whose `this` each `this` is."""

    def __init__(self, scopes: Scopes, root: int, this_owners: Mapping[int, "int | Name"]) -> None:
        """`root` is the scope of the whole program."""
        self.scopes = scopes
        self.root = root
        self._this = this_owners
        self._names: dict[int, Name] = {}
        self._steps = self._depth = 0

    def of(self, node: "Node") -> list[Term]:
        """What the expression `node` may stand for, without repetition."""
        self._depth += 1
        if self._depth > DEEPEST_CALLEE:
            raise ModuleError("too deeply nested to be followed")
        found = self._found(node)
        self._depth -= 1
        return found

    def _found(self, node: "Node") -> list[Term]:
        found: dict[Term, None] = {}
        stack = [node]
        while stack:
            one = stack.pop()
            self._steps += 1
            if self._steps > MOST_STEPS:
                raise ModuleError("too many values are passed on to be followed")
            term = self._one(one)
            if term is not None:
                found[term] = None
            elif one.type == "call_expression":
                callee = one.child_by_field_name("function")
                for of in self.of(bare(callee)) if callee is not None and _short(callee) else ():
                    if depth(of) < DEEPEST:
                        found[Result(of)] = None
            else:
                stack.extend(_passed_through(one))
        return list(found)

    def name(self, node: "Node") -> Name:
        """The binding that the identifier `node` means."""
        if node.id not in self._names:
            self._names[node.id] = Name(self.scopes.at(node), text_of(node))
        return self._names[node.id]

    def is_global(self, term: Term | None, names: frozenset[str]) -> bool:
        """Whether the term is one of the global names, which the program does not declare."""
        return isinstance(term, Name) and term.scope == self.root and term.name in names

    def _one(self, node: "Node") -> Term | None:
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
        """The member that `node` names by a plain word or a constant text."""
        names: list[str] = []
        one = node
        while one.type in ("member_expression", "subscript_expression"):
            name = key_of(one.child_by_field_name("property") or one.child_by_field_name("index"))
            of = one.child_by_field_name("object")
            if name is None or of is None or len(names) >= DEEPEST:
                return None if not names else self._chain(None, names)
            names.append(name)
            one = bare(of)
        base = None if one.type == "object" else self._single(one)
        return self._chain(base, names)

    def _single(self, node: "Node") -> Term | None:
        if node.type == "call_expression":
            callee = node.child_by_field_name("function")
            if callee is None or not _short(callee):
                return None
            terms = self.of(bare(callee))
            return Result(terms[0]) if len(terms) == 1 and depth(terms[0]) < DEEPEST else None
        return self._one(node)

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
        """`Buffer.from(buffer)` is a view as well."""
        callee = node.child_by_field_name("function")
        if callee is None or callee.type != "member_expression":
            return None
        return Made(node.id) if self.member(callee) == Member(Name(self.root, "Buffer"), "from") else None


def arguments_of(node: "Node") -> list["Node"]:
    """The arguments of a call."""
    arguments = node.child_by_field_name("arguments")
    if arguments is None:
        return []
    return [one for one in arguments.named_children if one.type != "comment"]


def operator_of(node: "Node") -> str:
    """The operator of a binary or unary expression."""
    operator = node.child_by_field_name("operator")
    return "" if operator is None else operator.type


def _short(node: "Node") -> bool:
    """Whether a callee is followed: chains of calls can be as long as the file."""
    for _ in range(2 * DEEPEST):
        inner = node.child_by_field_name("function") or node.child_by_field_name("object")
        inner = inner or (node.named_children[0] if node.type in _PASSED and node.named_children else None)
        if inner is None:
            return True
        node = inner
    return False


def _fixed(node: "Node") -> bool:
    """Whether `new WebAssembly.Memory(descriptor)` never detaches: shared, or as large as it can be."""
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
    """The parts of an expression that its value may come from."""
    parts: dict[str, tuple[str, ...]] = {
        "assignment_expression": ("right",),
        "augmented_assignment_expression": ("right",),
        "ternary_expression": ("consequence", "alternative"),
    }
    if node.type in parts:
        found = (node.child_by_field_name(name) for name in parts[node.type])
        yield from (one for one in found if one is not None)
    elif node.type == "binary_expression":
        if operator_of(node) in ("||", "&&", "??"):
            yield from (one for one in node.named_children if one.type != "comment")
    elif node.type == "sequence_expression":
        yield from node.named_children[-1:]
    elif node.type in _PASSED:
        yield bare(node)
