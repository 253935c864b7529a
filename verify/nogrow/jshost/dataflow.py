"""Find the uses of views that a call may have detached: a forward data-flow analysis of one function.

It runs on the function's control-flow graph: basic blocks of the events that matter to its views.
"""

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from nogrow.errors import ModuleError
from nogrow.jshost.parse import Node
from nogrow.jshost.terms import Binding

# A function that takes more steps is too entangled to be analysed in reasonable time.
MOST_STEPS = 10_000_000

# The state of each binding that holds a view: attached, or detached by the call at a node. A binding without
# a state holds no view. `OUTLIVES` stands for all calls before the function's own.
ATTACHED = None
OUTLIVES = 0
State = dict[Binding, Node | int | None]


class EventKind(enum.Enum):
    """The kinds of events: a binding is used, gets a fresh view, gets another value; or a call may grow."""

    USE = 0
    DEF = 1
    KILL = 2
    CALL = 3


class Event(NamedTuple):
    """An event at `node` that affects `binding`; a call affects all bindings."""

    kind: EventKind
    node: Node
    binding: Binding | None = None


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

    def add_event(self, kind: EventKind, node: Node, binding: Binding | None = None) -> None:
        """Add an event; a call may also end in the nearest `catch`."""
        self.blocks[self.here].events.append(Event(kind, node, binding))
        if kind is EventKind.CALL and self.handlers:
            before = self.here
            self.link(before, self.handlers[-1])
            self.go(self.block(before))

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


class StaleUse(NamedTuple):
    """A use of `binding` at `node` after `call`; None is any call before the function's own."""

    binding: Binding
    node: Node
    call: Node | None


def stale_uses(graph: Graph, outliving: Iterable[Binding]) -> Iterator[StaleUse]:
    """Yield the uses of views that are detached on some path.

    Views in the bindings `outliving` may be detached from the start. Raises `ModuleError` if the graph is too
    large to be analysed.
    """
    before: list[State | None] = [None] * len(graph.blocks)
    before[0] = dict.fromkeys(outliving, OUTLIVES)
    queue, steps = [0], 0
    while queue:
        number = queue.pop()
        state = dict(before[number] or {})
        steps += len(graph.blocks[number].events) + len(state)
        if steps > MOST_STEPS:
            raise ModuleError("a function is too large to be analysed: split it")
        for _ in _transfer(graph.blocks[number], state):
            pass
        for following in graph.blocks[number].next:
            known = before[following]
            joined = _join(known, state)
            if joined is not known:
                before[following] = joined
                queue.append(following)
    for block, entry_state in zip(graph.blocks, before, strict=True):
        if entry_state is not None:
            yield from _transfer(block, dict(entry_state))


def _transfer(block: Block, state: State) -> Iterator[StaleUse]:
    """Apply the block's events to `state`, and yield its stale uses."""
    for kind, node, binding in block.events:
        if kind is EventKind.CALL:
            for held, detached_by in state.items():
                if detached_by is ATTACHED:
                    state[held] = node
        elif binding is None:
            continue
        elif kind is EventKind.DEF:
            state[binding] = ATTACHED
        elif kind is EventKind.KILL:
            state.pop(binding, None)
        else:
            detached_by = state.get(binding, ATTACHED)
            if detached_by is not ATTACHED:
                yield StaleUse(binding, node, None if isinstance(detached_by, int) else detached_by)


def _join(known: State | None, state: State) -> State:
    """Return the state where two paths meet; `known` itself if `state` adds nothing to it."""
    if known is None:
        return dict(state)
    added = {
        binding: detached_by
        for binding, detached_by in state.items()
        if binding not in known or (known[binding] is ATTACHED and detached_by is not ATTACHED)
    }
    return {**known, **added} if added else known
