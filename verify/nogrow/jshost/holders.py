"""Tell which bindings hold the views that an expression names, and add their uses to the graph."""

from collections.abc import Iterator
from typing import NamedTuple

from nogrow.jshost.branches import Jumps, Visit
from nogrow.jshost.builtins import words
from nogrow.jshost.call_effects import Effect
from nogrow.jshost.dataflow import Event, EventKind
from nogrow.jshost.parse import (
    ACCESSES,
    FUNCTIONS,
    Node,
    bare,
    fields,
    property_of,
    text_of,
)
from nogrow.jshost.points_to import KEPT
from nogrow.jshost.program import Program
from nogrow.jshost.scopes import Name
from nogrow.jshost.term import Binding, Holder, Member, Older, Property, Temporary, Term, This

NAMES = words("identifier shorthand_property_identifier this")
NAMING = ACCESSES | NAMES - {"this"}


class Evaluated(NamedTuple):
    """The value of `node`, which is used later than it is evaluated: the events before, and calls so far."""

    node: Node
    block: int
    events: int
    calls: int


class Holders(Jumps):
    """A graph under construction, with the bindings that the analysis of its function tracks."""

    def __init__(self, program: Program, function: int, tracked: frozenset[Binding]) -> None:
        """Start with an empty graph of `function`."""
        super().__init__()
        self._program = program
        self._function = function
        self._tracked = tracked
        # The properties of objects of which the function, or one that it calls, makes more.
        self._made = program.made.get(function, set()) & tracked
        # The expressions of which an assignment makes a copy, which is no use.
        self._copies: set[int] = set()

    def _tracked_among(self, terms: list[Term]) -> Iterator[Binding]:
        for term in terms:
            for binding in self._program.locations(term):
                if binding in self._tracked:
                    yield binding

    def _holders(self, terms: list[Term]) -> Iterator[Holder]:
        """Yield what holds the views of terms: tracked bindings, or those of certain objects."""
        for term in terms:
            for binding in self._tracked_among([term]):
                yield self._holder(term, binding)

    def _holder(self, term: Term, binding: Binding) -> Holder:
        of = term.of if isinstance(term, Member) else None
        if of is None or binding not in self._made or not isinstance(binding, Member):
            return binding
        base = self._program.points_to.find(of)
        if not isinstance(base, Name | Member | This) or base in self._program.constraints.getters:
            return binding
        if isinstance(base, This) and base.owner in self._program.constraints.walk.objects:
            # A literal is the last object that it has made.
            return binding
        holder = Property(base, binding)
        if not isinstance(base, Name) or self._program.home(base) != self._function:
            self.properties.add(holder)
        return holder

    def _bindings(self, node: Node) -> list[Binding]:
        """Return the tracked bindings that `node` may name."""
        inner = bare(node)
        terms = self._program.constraints.terms.of(inner) if inner.type in NAMING else []
        return list(dict.fromkeys(self._tracked_among(terms)))

    def _binding(self, node: Node) -> Binding | None:
        """Return the first tracked binding that `node` may name, None if it names none."""
        return next(iter(self._bindings(node)), None)

    def _use(self, node: Node) -> None:
        # A callee is no view.
        if node.id in self._copies or node.id in self._program.constraints.callees:
            return
        terms = self._program.constraints.terms.of(bare(node))
        for holder in dict.fromkeys(self._holders(terms)):
            is_guarded = any(holder in guarded for guarded in self.guarded)
            self.use(EventKind.DEF if is_guarded else EventKind.USE, node, holder)
        for older in self._older(terms):
            self.use(EventKind.USE, node, older)

    def _older(self, terms: list[Term]) -> Iterator[Older]:
        for term in terms:
            for binding in self._tracked_among([term]):
                if (
                    isinstance(binding, Member)
                    and isinstance(binding.of, This)
                    and self._program.is_of_many(term)
                ):
                    yield Older(binding)

    def _access(self, node: Node) -> Visit:
        if self._bindings(node):
            yield from self._before(node)
            self._compute(node)
            self._use(node)
            return
        yield from fields(node, "object")
        evaluated = [self._evaluated(base) for base in fields(node, "object")]
        for index in fields(node, "index"):
            yield index
            for value in evaluated:
                self._use_later(value)
        self._compute(node)

    def _before(self, node: Node) -> Visit:
        """Visit what is evaluated before the property that `node` names: calls, and computed names."""
        accesses: list[Node] = []
        base = node
        while base.type in ACCESSES and (inner := fields(base, "object")):
            accesses.append(base)
            base = bare(inner[0])
        if base.type not in NAMES and base.type not in FUNCTIONS:
            yield base
        for access in reversed(accesses):
            yield from fields(access, "index")
            if access.id != node.id:
                self._compute(access)

    def _compute(self, node: Node) -> None:
        """Add the call of the function that computes a property."""
        program = self._program
        getters = (
            program.points_to.getters(node) if property_of(node) in program.constraints.getter_names else ()
        )
        if getters:
            thrown = max(program.effects.entering.get(getter, Effect.NONE) for getter in getters)
            self.call(node, Effect.NONE, tuple(sorted(getters)), thrown=thrown)

    def _evaluated(self, node: Node) -> Evaluated:
        """Note that the value of `node` has just been evaluated."""
        return Evaluated(bare(node), self.here, len(self.blocks[self.here].events), self.calls)

    def _use_later(self, value: Evaluated) -> None:
        """Use a value that was evaluated before, if it is a view and a call came between."""
        if value.calls == self.calls:
            return
        binding = self._binding(value.node)
        terms = self._program.constraints.terms.of(value.node)
        if binding is None and not self._program.points_to.any(terms) & KEPT:
            return
        temporary = Temporary(value.node.id, binding, text_of(value.node))
        self.blocks[value.block].events.insert(value.events, Event(EventKind.DEF, value.node, temporary))
        self.use(EventKind.USE, value.node, temporary)
