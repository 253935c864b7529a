"""Define the control-flow graph of a function: basic blocks of the events that matter to its views."""

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from nogrow.jshost.terms import Binding

if TYPE_CHECKING:
    from tree_sitter import Node


class EventKind(enum.Enum):
    """The kinds of events: a binding is used, gets a fresh view, gets another value; or a call may grow."""

    USE = 0
    DEF = 1
    KILL = 2
    CALL = 3


class Event(NamedTuple):
    """An event at `node` that affects `binding`; a call affects all bindings."""

    kind: EventKind
    node: "Node"
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

    def add_event(self, kind: EventKind, node: "Node", binding: Binding | None = None) -> None:
        """Add an event; a call may also end in the nearest `catch`."""
        self.blocks[self.here].events.append(Event(kind, node, binding))
        if kind is EventKind.CALL and self.handlers:
            before = self.here
            self.link(before, self.handlers[-1])
            self.go(self.block(before))

    def block(self, *before: int) -> int:
        """Add a block that may follow the blocks `before`, and return its number."""
        self.blocks.append(Block())
        number = len(self.blocks) - 1
        for predecessor in before:
            self.link(predecessor, number)
        return number

    def link(self, before: int, after: int) -> None:
        """Let the block `after` follow the block `before`."""
        self.blocks[before].next.append(after)

    def go(self, block: int) -> None:
        """Add the next events to `block`."""
        self.here = block
