"""Find the uses of views that a call may have detached: a forward data-flow analysis of one function.

Calls of other functions of the program have the effects that their summaries say. The analysis runs on the
function's control-flow graph: basic blocks of the events that matter to its views.
"""

import enum
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from nogrow.errors import ModuleError
from nogrow.jshost.call_effects import Effect
from nogrow.jshost.joint_summaries import JointSummaries
from nogrow.jshost.parse import Node
from nogrow.jshost.syntax import Name
from nogrow.jshost.term import Holder, Member, Older, Property, This

# A function that takes more steps is too entangled to be analysed in reasonable time.
MOST_STEPS = 10_000_000
# Stands for a function outside the program.
UNKNOWN = 0


class Held(NamedTuple):
    """The state of a view in a binding: what may have detached it on some path.

    It is attached if `from_entry` is empty and `call` is None.
    """

    from_entry: frozenset[Holder]
    """The bindings that may have held the view when the function was called."""
    effect: Effect = Effect.NONE
    """Whether a call since then may have entered the module."""
    call: Node | None = None
    """That call."""
    most: Effect = Effect.CERTAIN
    """The most that is known of the view from before the call of the function."""

    def at_most(self, effect: Effect) -> "Held":
        """Return the state in which nothing is known for more certain than `effect` says."""
        return self._replace(effect=min(self.effect, effect), most=min(self.most, effect))

    def __or__(self, other: "Held") -> "Held":
        """Return the state where two paths meet: that of the call which is more certain, else the first."""
        adds_entries = not other.from_entry <= self.from_entry or (
            other.from_entry and other.most > self.most
        )
        if other.effect <= self.effect and not adds_entries:
            return self
        further = other if other.effect > self.effect else self
        most = max((each.most for each in (self, other) if each.from_entry), default=Effect.CERTAIN)
        return Held(self.from_entry | other.from_entry, further.effect, further.call, most)


_NOWHERE: frozenset[Holder] = frozenset()
ATTACHED = Held(_NOWHERE)


def detached(effect: Effect, call: Node | None) -> Held:
    """Return the state after a call with the given effect."""
    return Held(_NOWHERE, effect, call if effect else None)


# The state of each binding that holds a view. A binding without a state holds none.
State = dict[Holder, Held]


class EventKind(enum.Enum):
    """The kinds of events.

    A binding is used, gets a fresh view, another value, or what one of several bindings holds; or one of the
    values in it becomes a fresh view, or what another binding holds; or its object is a new one; or there is
    a call, which does not affect the bindings that are its sources.
    """

    USE = 0
    DEF = 1
    KILL = 2
    CALL = 3
    COPY = 4
    ADD = 5
    NEW = 6


class Event(NamedTuple):
    """An event at `node` that affects `binding`; a call affects all bindings."""

    kind: EventKind
    node: Node
    binding: Holder | None = None
    functions: tuple[int, ...] = ()
    effect: Effect = Effect.NONE
    guessed: bool = False
    sources: tuple[Holder, ...] = ()
    waits: bool = False
    """The call is a wait, during which other code may run."""


@dataclass(slots=True)
class Block:
    """A basic block: its events in their order, and the blocks that may follow."""

    events: list[Event] = field(default_factory=list)
    next: list[int] = field(default_factory=list)


class Graph:
    """A control-flow graph under construction; the next event is added to the block `here`."""

    def __init__(self) -> None:
        """Start with one empty block, the entry."""
        self.blocks = [Block()]
        self.here = 0
        self.handlers: list[int] = []
        # How many calls there are so far.
        self.calls = 0
        # The properties of objects in bindings that outlive the function.
        self.properties: set[Property] = set()
        self.exit = self.block()

    def use(self, kind: EventKind, node: Node, binding: Holder, sources: tuple[Holder, ...] = ()) -> None:
        """Add an event of a binding."""
        self.blocks[self.here].events.append(Event(kind, node, binding, sources=sources))

    def call(
        self,
        node: Node,
        effect: Effect,
        functions: tuple[int, ...] = (),
        *,
        guessed: bool = False,
        thrown: Effect | None = Effect.CERTAIN,
        spared: tuple[Holder, ...] = (),
        waits: bool = False,
    ) -> None:
        """Add a call that may enter the module by itself and runs `functions`, which may be `guessed`.

        It does not affect the bindings that are `spared`.

        It may end in the nearest `catch`, with the effect `thrown`; None if it cannot throw.
        """
        event = Event(EventKind.CALL, node, None, functions, effect, guessed, spared, waits)
        self.calls += 1
        if thrown is None or not self.handlers:
            self.blocks[self.here].events.append(event)
            return
        before, handler = self.here, self.handlers[-1]
        # The functions may throw before they renew a view.
        failed = self.block(before)
        self.blocks[failed].events.append(event._replace(functions=(*functions, UNKNOWN), effect=thrown))
        self.link(failed, handler)
        self.go(self.block(before))
        self.blocks[self.here].events.append(event)

    def block(self, *before: int) -> int:
        """Add a block that may follow the blocks `before`, and return its number."""
        self.blocks.append(Block())
        for predecessor in before:
            self.link(predecessor, len(self.blocks) - 1)
        return len(self.blocks) - 1

    def link(self, before: int, after: int) -> None:
        """Let the block `after` follow the block `before`."""
        self.blocks[before].next.append(after)

    def go(self, block: int) -> None:
        """Add the next events to `block`."""
        self.here = block


class Use(NamedTuple):
    """A use of `binding` at `node` in the given state."""

    binding: Holder
    node: Node
    held: Held


class Passed(NamedTuple):
    """The state of `binding` where any of the functions may be called at `node`."""

    functions: tuple[int, ...]
    binding: Holder
    node: Node
    held: Held


class Flow(NamedTuple):
    """The result for one function: the uses of views, the states at calls, and the state at its end."""

    uses: tuple[Use, ...]
    passed: tuple[Passed, ...]
    end: State


def analyse(
    graph: Graph, entry: State, summaries: JointSummaries, maintained: Set[Holder] = _NOWHERE
) -> Flow:
    """Return the uses that are not of an attached view on every path, and the state at the end.

    No code that is known to run while the function waits detaches the views in the bindings `maintained`.
    Raises `ModuleError` if the graph is too large to be analysed.
    """
    calls = _Calls(summaries, maintained)
    before: list[State | None] = [None] * len(graph.blocks)
    before[0] = dict(entry)
    queue, steps = [0], 0
    while queue:
        number = queue.pop()
        state = dict(before[number] or {})
        steps += len(graph.blocks[number].events) + len(state)
        if steps > MOST_STEPS:
            raise ModuleError("a function is too large to be analysed: split it")
        for _ in calls.transfer(graph.blocks[number], state, tell=False):
            pass
        for following in graph.blocks[number].next:
            known = before[following]
            joined = _join(known, state)
            if joined is not known:
                before[following] = joined
                queue.append(following)
    uses: list[Use] = []
    passed: list[Passed] = []
    for block, entry_state in zip(graph.blocks, before, strict=True):
        if entry_state is not None and block.events:
            for result in calls.transfer(block, dict(entry_state), tell=True):
                if isinstance(result, Use):
                    uses.append(result)
                else:
                    passed.append(result)
    return Flow(tuple(uses), tuple(passed), before[graph.exit] or {})


class _Calls:
    def __init__(self, summaries: JointSummaries, maintained: Set[Holder]) -> None:
        self._summaries = summaries
        self._maintained = maintained

    def transfer(self, block: Block, state: State, *, tell: bool) -> Iterator[Use | Passed]:
        """Apply the block's events to `state`; if `tell`, yield the uses of views and the states at calls."""
        for event in block.events:
            kind, node, binding = event[:3]
            if kind is EventKind.CALL:
                yield from self._call(event, state, tell=tell)
            elif binding is None:
                continue
            elif kind is EventKind.DEF:
                state[binding] = ATTACHED
                for holder in state if isinstance(binding, Member) else ():
                    if isinstance(holder, Property) and holder.binding == binding:
                        state[holder] = ATTACHED
            elif kind is EventKind.ADD:
                added = _merged([_held_in(source, state) for source in event.sources])
                state[binding] = state.get(binding, ATTACHED) | added
            elif kind is EventKind.NEW:
                _make_older(state, binding, state.pop(binding, None))
            elif kind is EventKind.COPY:
                state[binding] = _merged([_held_in(source, state) for source in event.sources])
            elif kind is EventKind.KILL:
                state.pop(binding, None)
            elif tell:
                held = _held_in(binding, state)
                if held.from_entry or held.effect:
                    yield Use(binding, node, held)

    def _call(self, event: Event, state: State, *, tell: bool) -> Iterator[Passed]:
        _, node, _, functions, effect, guessed, spared, waits = event
        most = Effect.POSSIBLE if guessed else Effect.CERTAIN
        before = dict(state)
        called = self._summaries.of(functions)
        if tell:
            for binding, held in before.items():
                if binding in called.joints and (held.from_entry or held.effect):
                    yield Passed(functions, binding, node, held)
        outside, inside = detached(effect, node), detached(min(called.entering, most), node)
        doubtful = detached(min(effect, Effect.POSSIBLE), node)
        for binding, held in before.items():
            if tell and waits and isinstance(binding, Name | Member) and held.effect:
                yield Passed((UNKNOWN,), binding, node, held)
            if binding in spared:
                continue
            joint = called.joint(binding)
            after = held
            if effect or not functions:
                # The function that is called may be the one that renews the view.
                renewed = effect is Effect.POSSIBLE and joint is not None and joint.renews
                detaching = doubtful if waits and _binding_of(binding) in self._maintained else outside
                after = (held.at_most(Effect.POSSIBLE) if renewed else held) | detaching
            if functions:
                there = held | inside
                if joint is not None:
                    kept = held if joint.keeps else ATTACHED
                    there = kept | detached(min(joint.detaches, most), node)
                after = after | there if effect else there
            state[binding] = after
        for filled, joint in called.joints.items():
            if joint.fills is not None and filled not in before:
                state[filled] = detached(min(joint.fills, most), node)
            elif joint.replaces is not None:
                replaced = detached(min(joint.replaces, most), node)
                _make_older(state, filled, before[filled] | replaced)


def _held_in(holder: Holder, state: State) -> Held:
    held = state.get(holder)
    if held is None and isinstance(holder, Property):
        held = state.get(holder.binding)
    return ATTACHED if held is None else held


def _make_older(state: State, binding: Holder, held: Held | None) -> None:
    """Let `held` be in the property of an object that is no longer the last that its creator made."""
    if held is not None and isinstance(binding, Member) and isinstance(binding.of, This):
        older = Older(binding)
        state[older] = state.get(older, ATTACHED) | held._replace(from_entry=frozenset())


def _binding_of(holder: Holder) -> Holder:
    return holder.binding if isinstance(holder, Property) else holder


def _merged(states: list[Held]) -> Held:
    merged = ATTACHED
    for held in states:
        merged = merged | held
    return merged


def _join(known: State | None, state: State) -> State:
    """Return the state where two paths meet; `known` itself if `state` adds nothing to it."""
    if known is None:
        return dict(state)
    added = {}
    for binding, held in state.items():
        other = known.get(binding)
        if other is None:
            added[binding] = held
        elif held != other:
            both = other | held
            if both != other:
                added[binding] = both
    return {**known, **added} if added else known
