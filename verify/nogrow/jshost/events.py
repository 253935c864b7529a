"""A function body to a graph of events: what happens to the views, in the order it happens."""

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from nogrow.jshost.terms import Binding

if TYPE_CHECKING:
    from tree_sitter import Node


class Happens(enum.Enum):
    """What happens."""

    USED = 0
    FILLED = 1
    EMPTIED = 2
    CALLED = 3


class Event(NamedTuple):
    """Something that happens to `binding` at `node`; a call happens to all of them."""

    what: Happens
    node: "Node"
    binding: Binding | None = None


@dataclass(slots=True)
class Block:
    """Events in a row, and the blocks that may follow."""

    events: list[Event] = field(default_factory=list)
    next: list[int] = field(default_factory=list)


class Graph:
    """Blocks, and where the next event goes."""

    def __init__(self) -> None:
        """With one empty block, the start."""
        self.blocks = [Block()]
        self.here = 0
        self.handlers: list[int] = []

    def happens(self, what: Happens, node: "Node", binding: Binding | None = None) -> None:
        """Note an event; a call may also end in the nearest `catch`."""
        self.blocks[self.here].events.append(Event(what, node, binding))
        if what is Happens.CALLED and self.handlers:
            before = self.here
            self.link(before, self.handlers[-1])
            self.go(self.block(before))

    def block(self, *before: int) -> int:
        """A new block that may follow the given ones."""
        self.blocks.append(Block())
        number = len(self.blocks) - 1
        for one in before:
            self.link(one, number)
        return number

    def link(self, before: int, after: int) -> None:
        """Let `after` follow `before`."""
        self.blocks[before].next.append(after)

    def go(self, block: int) -> None:
        """Let the next event happen in `block`."""
        self.here = block
