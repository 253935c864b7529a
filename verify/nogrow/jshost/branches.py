"""Build the control flow of branches, loops, jumps and inlined functions."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from nogrow.jshost.events import EventKind, Graph
from nogrow.jshost.nodes import text_of

if TYPE_CHECKING:
    from tree_sitter import Node

Visit = Iterator["Node"]


class Jumps:
    """The visits of all nodes whose parts are not evaluated one after the other."""

    def __init__(self, graph: Graph) -> None:
        """Add events to `graph`."""
        self.graph = graph
        # The statements around that `break` and `continue` may leave: their labels, the block behind, the
        # block that `continue` leads to, and whether only a jump with a label leaves them.
        self._targets: list[tuple[set[str], int, int | None, bool]] = []
        self._labels: set[str] = set()
        self._ends: list[int] = []

    def visit_condition(self, node: "Node") -> Visit:
        """Visit the condition of `node`, whose own value is only tested."""
        raise NotImplementedError

    def either(self, node: "Node") -> Visit:
        """Visit `if` or `?:`."""
        yield from self.visit_condition(node)
        fork = self.graph.here
        ends = []
        for name in ("consequence", "alternative"):
            part = node.child_by_field_name(name)
            self.graph.go(self.graph.block(fork))
            if part is not None:
                yield part
            ends.append(self.graph.here)
        self.graph.go(self.graph.block(*ends))

    def repeat(self, node: "Node") -> Visit:
        """Visit a loop: its body runs any number of times, that of `do` at least once."""
        for name in ("initializer", "right"):
            part = node.child_by_field_name(name)
            if part is not None:
                yield part
        again, after = self.graph.block(), self.graph.block()
        head = self.graph.block(self.graph.here, again)
        self.graph.go(head)
        if node.type != "do_statement":
            yield from self.visit_condition(node)
            self.graph.link(self.graph.here, after)
        if any(child.type == "await" for child in node.children):
            self.graph.add_event(EventKind.CALL, node)
        self._targets.append((self._labels, after, again, False))
        self._labels = set()
        body = node.child_by_field_name("body")
        if body is not None:
            yield body
        self._targets.pop()
        self.graph.link(self.graph.here, again)
        self.graph.go(again)
        step = node.child_by_field_name("increment")
        if step is not None:
            yield step
        if node.type == "do_statement":
            yield from self.visit_condition(node)
            self.graph.link(self.graph.here, after)
        if self.graph.here != again:
            self.graph.link(self.graph.here, head)
        self.graph.go(after)

    def switch(self, node: "Node") -> Visit:
        """Visit `switch`: any case may be the first to run, and each falls through to the next."""
        value, body = node.child_by_field_name("value"), node.child_by_field_name("body")
        if value is None or body is None:
            return
        yield value
        fork, after = self.graph.here, self.graph.block()
        self._targets.append((self._labels, after, None, False))
        self._labels = set()
        self.graph.go(self.graph.block())
        for case in body.named_children:
            if case.type != "comment":
                self.graph.go(self.graph.block(fork, self.graph.here))
                yield from case.named_children
        self._targets.pop()
        self.graph.link(self.graph.here, after)
        self.graph.link(fork, after)
        self.graph.go(after)

    def attempt(self, node: "Node") -> Visit:
        """Visit `try`: any call in it may end in the handler."""
        body = node.child_by_field_name("body")
        handler, final = node.child_by_field_name("handler"), node.child_by_field_name("finalizer")
        caught = self.graph.block(self.graph.here)
        self.graph.handlers.append(caught)
        self.graph.go(self.graph.block(self.graph.here))
        if body is not None:
            yield body
        self.graph.handlers.pop()
        ends = [self.graph.here]
        self.graph.go(caught)
        if handler is not None:
            part = handler.child_by_field_name("body")
            if part is not None:
                yield part
        ends.append(self.graph.here)
        self.graph.go(self.graph.block(*ends))
        if final is not None:
            yield from final.named_children

    def leave(self, node: "Node") -> Visit:
        """Visit `return` or `throw`."""
        yield from node.named_children
        if node.type == "throw_statement" and self.graph.handlers:
            self.graph.link(self.graph.here, self.graph.handlers[-1])
        elif node.type == "return_statement" and self._ends:
            self.graph.link(self.graph.here, self._ends[-1])
        self.graph.go(self.graph.block())

    def leap(self, node: "Node") -> Visit:
        """Visit `break` or `continue`."""
        label = node.child_by_field_name("label")
        for labels, after, again, named in reversed(self._targets):
            target = after if node.type == "break_statement" else again
            is_left = not named if label is None else text_of(label) in labels
            if target is not None and is_left:
                self.graph.link(self.graph.here, target)
                break
        self.graph.go(self.graph.block())
        yield from ()

    def labelled(self, node: "Node") -> Visit:
        """Visit a statement with a label, which belongs to the loop or `switch` behind it."""
        label, body = node.child_by_field_name("label"), node.child_by_field_name("body")
        if label is None or body is None:
            return
        if body.type.endswith("_statement") and body.type.split("_")[0] in ("for", "while", "do", "switch"):
            self._labels = self._labels | {text_of(label)}
            yield body
            return
        after = self.graph.block()
        self._targets.append(({text_of(label)}, after, None, True))
        yield body
        self._targets.pop()
        self.graph.link(self.graph.here, after)
        self.graph.go(after)

    def inline(self, node: "Node", *, once: bool) -> Visit:
        """Visit a function that is called where it stands: once, or any number of times."""
        before = self.graph.here
        start, end = self.graph.block(before), self.graph.block(*(() if once else (before,)))
        self._ends.append(end)
        targets, self._targets = self._targets, []
        self.graph.go(start)
        body = node.child_by_field_name("body")
        if body is not None:
            yield body
        self._targets = targets
        self._ends.pop()
        self.graph.link(self.graph.here, end)
        if not once:
            self.graph.link(end, start)
        self.graph.go(end)
