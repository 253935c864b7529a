"""Build the control flow of branches, loops, jumps and inlined functions."""

from collections.abc import Callable, Iterator, Sequence

from nogrow.jshost.dataflow import Graph
from nogrow.jshost.parse import Node, children_of, fields, operator_of, text_of
from nogrow.jshost.term import Holder

Visit = Iterator[Node]


class Jumps(Graph):
    """A graph with the visits of all nodes whose parts are not evaluated one after the other."""

    def __init__(self) -> None:
        """Start with an empty graph."""
        super().__init__()
        # The statements around that `break` and `continue` may leave: their labels, the block behind, the
        # block that `continue` leads to, and whether only a jump with a label leaves them.
        self._targets: list[tuple[set[str], int, int | None, bool]] = []
        self._labels: set[str] = set()
        self._ends: list[int] = []
        # The `finally` clauses around, each with the number of targets outside of it.
        self._finalizers: list[tuple[Node, int]] = []
        # For each `try` around, the bindings whose use throws if they are detached; its handler renews them.
        self.guarded: list[frozenset[Holder]] = []

    def wait(self, node: Node) -> None:
        """Add a wait, during which other code may run."""
        raise NotImplementedError

    def iterate(self, node: Node) -> None:
        """Let the variables of an iteration hold what the elements hold."""
        raise NotImplementedError

    def made_again(self, node: Node) -> frozenset[Holder]:
        """Return the bindings with views whose methods throw if detached, and that a handler makes again."""
        raise NotImplementedError

    def leave_to(self, block: int) -> None:
        """Let `return` outside inlined functions lead to `block`."""
        self._ends.append(block)

    def needs_memory(self, node: Node) -> bool:
        """Return whether the condition of `node` is only false if there is no memory, and so no view."""
        raise NotImplementedError

    def hold(self, values: Sequence[Node]) -> Callable[[], None]:
        """Return what adds a use of the values, which have just been evaluated."""
        raise NotImplementedError

    def fails(self, node: Node) -> bool:
        """Return whether no caller goes on after the `return` statement `node`."""
        raise NotImplementedError

    def visit_condition(self, node: Node) -> Visit:
        """Visit the condition of `node`, whose own value is only tested."""
        raise NotImplementedError

    def enter(self, function: Node) -> Visit:
        """Visit the parameters of a function."""
        raise NotImplementedError

    def call_back(self, function: Node) -> None:
        """Visit the end of a function that a built-in function has called."""
        raise NotImplementedError

    def either(self, node: Node) -> Visit:
        """Visit `if` or `?:`."""
        yield from self.visit_condition(node)
        fork = self.here
        ends = []
        for name in ("consequence", "alternative"):
            without_memory = name == "alternative" and self.needs_memory(node)
            self.go(self.block() if without_memory else self.block(fork))
            yield from fields(node, name)
            ends.append(self.here)
        self.go(self.block(*ends))

    def repeat(self, node: Node) -> Visit:
        """Visit a loop: its body runs any number of times, that of `do` at least once."""
        yield from fields(node, "initializer", "right")
        # Each iteration takes an element of the value that is evaluated once.
        is_iteration = node.type == "for_in_statement" and operator_of(node) == "of"
        take_element = self.hold(fields(node, "right") if is_iteration else [])
        again, after = self.block(), self.block()
        head = self.block(self.here, again)
        self.go(head)
        if node.type != "do_statement":
            yield from self.visit_condition(node)
            self.link(self.here, after)
            # The body does not run where the loop ends.
            self.go(self.block(self.here))
        if any(child.type == "await" for child in node.children):
            self.wait(node)
        self.iterate(node)
        self._enter(after, again)
        yield from fields(node, "body")
        self._targets.pop()
        self.link(self.here, again)
        self.go(again)
        take_element()
        yield from fields(node, "increment")
        if node.type == "do_statement":
            yield from self.visit_condition(node)
            self.link(self.here, after)
        if self.here != again:
            self.link(self.here, head)
        self.go(after)

    def _enter(self, after: int, again: int | None) -> None:
        """Let `break` lead to the block `after`, and `continue` to the block `again`."""
        self._targets.append((self._labels, after, again, False))
        self._labels = set()

    def switch(self, node: Node) -> Visit:
        """Visit `switch`: any case may be the first to run, and each falls through to the next."""
        yield from fields(node, "value")
        fork, after = self.here, self.block()
        self._enter(after, None)
        self.go(self.block())
        for case in (case for body in fields(node, "body") for case in children_of(body)):
            self.go(self.block(fork, self.here))
            yield from case.named_children
        self._targets.pop()
        self.link(self.here, after)
        self.link(fork, after)
        self.go(after)

    def attempt(self, node: Node) -> Visit:
        """Visit `try`: any call in it may end in the handler."""
        caught = self.block(self.here)
        handlers, finalizers = fields(node, "handler"), fields(node, "finalizer")
        self._finalizers += ((each, len(self._targets)) for each in finalizers)
        self.handlers.append(caught)
        self.go(self.block(self.here))
        self.guarded.append(self.made_again(node))
        yield from fields(node, "body")
        self.guarded.pop()
        self.handlers.pop()
        end = self.here
        self.go(caught)
        thrown = self.block() if finalizers else None
        if thrown is not None and handlers:
            self.handlers.append(thrown)
        for handler in handlers:
            yield from fields(handler, "body")
        if thrown is not None and handlers:
            self.handlers.pop()
        del self._finalizers[len(self._finalizers) - len(finalizers) :]
        if thrown is None:
            self.go(self.block(end, self.here))
            return
        self.link(self.here, end if handlers else thrown)
        # The clause runs before the exception goes on.
        self.go(thrown)
        for final in finalizers:
            yield from final.named_children
        if self.handlers:
            self.link(self.here, self.handlers[-1])
        self.go(self.block(end))
        for final in finalizers:
            yield from final.named_children

    def leave(self, node: Node) -> Visit:
        """Visit `return` or `throw`."""
        yield from node.named_children
        if node.type == "throw_statement":
            targets = self.handlers
        else:
            targets = [] if self.fails(node) else self._ends
            use = self.hold(node.named_children)
            yield from self._finalize(-1)
            use()
        if targets:
            self.link(self.here, targets[-1])
        self.go(self.block())

    def _finalize(self, target: int) -> Visit:
        """Visit the `finally` clauses that a jump to the target leaves, the inner ones first."""
        around = self._finalizers
        while self._finalizers and self._finalizers[-1][1] > target:
            final = self._finalizers[-1][0]
            self._finalizers = self._finalizers[:-1]
            yield from final.named_children
        self._finalizers = around

    def leap(self, node: Node) -> Visit:
        """Visit `break` or `continue`."""
        label = node.child_by_field_name("label")
        for number, (labels, after, again, named) in reversed(list(enumerate(self._targets))):
            target = after if node.type == "break_statement" else again
            is_left = not named if label is None else text_of(label) in labels
            if target is not None and is_left:
                yield from self._finalize(number)
                self.link(self.here, target)
                break
        self.go(self.block())

    def labelled(self, node: Node) -> Visit:
        """Visit a statement with a label, which belongs to the loop or `switch` behind it."""
        label, body = fields(node, "label", "body")
        if body.type.endswith("_statement") and body.type.split("_")[0] in ("for", "while", "do", "switch"):
            self._labels = self._labels | {text_of(label)}
            yield body
            return
        after = self.block()
        self._targets.append(({text_of(label)}, after, None, True))
        yield body
        self._targets.pop()
        self.link(self.here, after)
        self.go(after)

    def inline(self, node: Node, *, once: bool) -> Visit:
        """Visit a function that is called where it stands: once, or any number of times."""
        before = self.here
        start, end = self.block(before), self.block(*(() if once else (before,)))
        self._ends.append(end)
        targets, self._targets = self._targets, []
        finalizers, self._finalizers = self._finalizers, []
        self.go(start)
        # The exceptions of an asynchronous function end in its promise.
        is_async = any(child.type == "async" for child in node.children)
        self.handlers += [end] if is_async else []
        yield from self.enter(node)
        yield from fields(node, "body")
        if is_async:
            self.handlers.pop()
        self._targets, self._finalizers = targets, finalizers
        self._ends.pop()
        self.link(self.here, end)
        self.go(end)
        if not once:
            self.call_back(node)
            self.link(end, start)
