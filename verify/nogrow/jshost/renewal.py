"""Find the bindings that glue code renews itself whenever the memory grows.

The host's half of the growth calls a function that does nothing but make the views again: Emscripten's
`updateMemoryViews`, or an import that the module calls after it has grown, as Go's `resetMemoryDataView`.
"""

import re
from collections.abc import Iterator
from itertools import takewhile

from nogrow.jshost.builtins import EMSCRIPTEN_OPTIONS, HEAPS, METHODS, words
from nogrow.jshost.parse import Node, bare, children_of, fields, sides_of
from nogrow.jshost.points_to import Kind
from nogrow.jshost.program import Program
from nogrow.jshost.syntax import ELEMENT, Name
from nogrow.jshost.term import Binding, Holder, Member, Term, This

# The names of functions that other code calls after the memory has grown, or that get such functions.
_GROWTH = re.compile(r"grow|heap|memory|resiz", re.IGNORECASE)
# Emscripten's glue makes views of this many types together, at least.
A_HEAP = 3
# Its glue reads this many of the options of its module object, also if it is minified.
_SIGNS_OF_EMSCRIPTEN = 2
_ENTRIES = words("method_definition pair shorthand_property_identifier")
_SIMPLE = words("expression_statement lexical_declaration variable_declaration")


class Renewal:
    """The bindings of a program that its glue renews."""

    def __init__(self, program: Program) -> None:
        """Find the functions that renew views and do nothing else."""
        self._program = program
        walk = program.constraints.walk
        self._literals = {node.id: function for node, function in walk.literals}
        self._emscripten = EMSCRIPTEN_OPTIONS.intersection(*[set().union(*walk.members.values())])
        self._renewing = {function for function in program.filled if self._only_renews(function)}
        heaps = {function for function in self._renewing if self._makes_heap(function)}
        growers = {
            program.outermost(call.within)
            for call in program.constraints.calls.values()
            for callee in call.callees
            if isinstance(callee, Member)
            and callee.name == "grow"
            and program.points_to.of(callee.of) & Kind.MEMORY
        }
        grown = {
            function
            for function in self._renewing
            if program.callers.get(function, set()) & growers
            and walk.functions[function].type != "method_definition"
        }
        hooks = {
            function
            for function in self._renewing
            if self._is_import(walk.functions[function]) and self._always_renews(function)
        }
        # What grows the memory for the module renews the views as well.
        served = {function for function in growers if self._is_served(function)}
        self._glue = heaps | grown | hooks | served
        self._listeners = set(self._announced())

    def __contains__(self, binding: Binding) -> bool:
        """Return whether the glue renews the binding."""
        # One more element does not renew the others.
        is_element = isinstance(binding, Member) and binding.name == ELEMENT
        program = self._program
        return not is_element and any(
            binding in program.filled[function] and self._outlives(binding, function)
            for function in self._glue
        )

    def _outlives(self, binding: Binding, function: int) -> bool:
        """Return whether the binding is no variable of the function, and not of an object that it makes."""
        program = self._program
        base: Term | None = binding
        while isinstance(base, Member):
            base = base.of
        if isinstance(base, This) and isinstance(base.owner, int):
            return self._literals.get(base.owner) != function
        home = program.home(base) if isinstance(base, Name) else None
        if isinstance(binding, Member):
            return home != function
        parents = program.constraints.walk.parents
        outer: int | None = parents.get(function)
        while home is not None and outer is not None and outer != home:
            outer = parents.get(outer)
        return home is None or outer == home

    def may_renew(self, binding: Holder) -> bool:
        """Return whether a function that other code may call after each growth renews the binding."""
        return any(binding in self._program.filled[function] for function in self._listeners)

    def _announced(self) -> Iterator[int]:
        """Yield functions that only renew views, which other code named after growth gets."""
        program = self._program
        for call in program.constraints.calls.values():
            named = [each for each in call.callees if isinstance(each, Name | Member)]
            is_outside = named and not any(map(program.points_to.functions, call.callees))
            if is_outside and all(_GROWTH.search(each.name) and each.name not in METHODS for each in named):
                for value in (value for values in call.arguments for value in values):
                    yield from program.points_to.functions(value) & self._renewing

    def _only_renews(self, function: int) -> bool:
        """Return whether the function stores views in bindings that outlive it, and does nothing else."""
        program = self._program
        if function not in program.constraints.walk.functions or program.may_enter(function):
            return False
        if program.waits(function):
            return False
        if (
            function in program.constraints.constructors.values()
            or function in program.constraints.walk.checking
        ):
            return False
        for store in program.stores_of[function]:
            target = program.points_to.find(store.target)
            is_local = isinstance(target, Name) and program.home(target) == function
            if (
                not is_local
                and target not in program.stores
                and not program.points_to.of(target) & Kind.OTHER
            ):
                return False
        return True

    def _always_renews(self, function: int) -> bool:
        """Return whether each call of the function renews all that it ever renews."""
        program = self._program
        bodies = fields(program.constraints.walk.functions[function], "body")
        statements = [each for body in bodies for each in _statements(body)]
        around: set[int | None] = {None}
        parent = program.constraints.walk.parents.get(function)
        while parent is not None:
            around.add(parent)
            parent = program.constraints.walk.parents.get(parent)
        return all(
            any(
                _stores_at_once(statement, store.node)
                for statement in statements
                for store in program.stores[binding]
            )
            for binding in program.filled[function]
            if program.home(binding) in around
        )

    def _makes_heap(self, function: int) -> bool:
        """Return whether the function makes views of many types, or has Emscripten's names for them."""
        program = self._program
        constructors, names = set(), set()
        for binding in program.filled[function]:
            if program.home(binding) == function or (isinstance(binding, Member) and self._is_field(binding)):
                continue
            for store in program.stores[binding]:
                if store.within == function:
                    constructors |= {program.constructor(value) for value in store.values}
                    names.add(binding.name if isinstance(binding, Name | Member) else "")
        if len(names & HEAPS) > 1:
            return True
        is_heap = len(constructors - {""}) >= A_HEAP or bool(names & HEAPS)
        return is_heap and len(self._emscripten) >= _SIGNS_OF_EMSCRIPTEN

    def _is_field(self, member: Member) -> bool:
        return isinstance(member.of, This) and member.of.owner not in self._program.constraints.walk.objects

    def _is_served(self, function: int) -> bool:
        """Return whether the function, or a name that holds it, stands in an object as imports do."""
        program = self._program
        node = program.constraints.walk.functions.get(function)
        if node is None or node.type == "method_definition":
            return False
        if self._is_import(node):
            return True
        name = program.constraints.terms.name
        return any(
            self._is_import(entry) and function in program.points_to.functions(name(entry))
            for entry, _ in program.constraints.walk.entries
        )

    @staticmethod
    def _is_import(value: Node) -> bool:
        """Return whether a function, or a name, stands in an object within an object, as imports do."""
        entry = value if value.type in _ENTRIES else value.parent
        held = None if entry is None or entry.type not in _ENTRIES else entry.parent
        outer = None if held is None or held.type != "object" else held.parent
        return outer is not None and outer.type == "pair"


def _statements(body: Node) -> list[Node]:
    """Return the statements that each call runs: those up to the first that may leave the function."""
    if body.type != "statement_block":
        return [body]
    simple = takewhile(lambda each: each.type in _SIMPLE, children_of(body))
    return [part for each in simple for part in children_of(each)]


def _stores_at_once(expression: Node, value: Node) -> bool:
    """Return whether the expression stores `value` whenever it is evaluated."""
    stack = [bare(expression)]
    while stack:
        node = stack.pop()
        if node.type == "sequence_expression":
            stack += map(bare, children_of(node))
        elif node.type == "assignment_expression":
            right = sides_of(node)[1]
            if right is not None and right.id == value.id:
                return True
            stack += [] if right is None else [bare(right)]
    return False
