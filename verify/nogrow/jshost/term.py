"""Describe terms, which name the values that an expression may have."""

from dataclasses import dataclass

from nogrow.jshost.interned import Interned
from nogrow.jshost.scopes import Name, Owner

# Longer chains of members and calls have no term.
DEEPEST = 8


@dataclass(frozen=True, slots=True, eq=False)
class This(Interned):
    """The object of the class, constructor function or object literal `owner`."""

    owner: Owner


@dataclass(frozen=True, slots=True, eq=False)
class Member(Interned):
    """The property `name` of `of`; None is an unknown object."""

    of: "Term | None"
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Result(Interned):
    """The result of calling `callee`."""

    callee: "Term"


@dataclass(frozen=True, slots=True, eq=False)
class Instance(Interned):
    """The object that `new of` creates; an instance of a module also has the node that creates it."""

    of: "Term"
    site: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Function(Interned):
    """A function of this file, identified by its node."""

    node: int


@dataclass(frozen=True, slots=True, eq=False)
class Class(Interned):
    """A class of this file, identified by the node of its body."""

    node: int


@dataclass(frozen=True, slots=True, eq=False)
class Made(Interned):
    """A typed array or DataView that is created in this file."""

    node: int


@dataclass(frozen=True, slots=True)
class NewMemory:
    """A new WebAssembly.Memory, or a declared one; `fixed` if a growth detaches none of its views.

    It is `shared` if its views keep their old length instead. Other code creates one that is only `declared`.
    """

    fixed: bool
    shared: bool = False
    declared: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Returned(Interned):
    """The values that the function may return."""

    function: int


@dataclass(frozen=True, slots=True)
class Temporary:
    """The value of the expression `node`, that of `binding` if it names one; `text` is its source."""

    node: int
    binding: "Name | Member | None"
    text: str


@dataclass(frozen=True, slots=True)
class Older:
    """The property `binding` of all objects that its creator made, except the last one."""

    binding: Member


@dataclass(frozen=True, slots=True, eq=False)
class Property(Interned):
    """The property `binding` of the object in `base`, where the program creates more such objects."""

    base: "Term"
    binding: Member


Term = Name | This | Member | Result | Instance | Function | Class | Made | NewMemory | Returned
Binding = Name | Member
# What a finding is about.
Spelled = Binding | Temporary
Holder = Spelled | Older | Property


def depth(term: Term | None) -> int:
    """Return how many members and calls are in the term."""
    count = 0
    while isinstance(term, Member | Result | Instance):
        term = term.of if isinstance(term, Member | Instance) else term.callee
        count += 1
    return count
