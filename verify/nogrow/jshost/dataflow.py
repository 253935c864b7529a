"""Find the uses of views that a call may have detached: a forward data-flow analysis of one function."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from nogrow.errors import ModuleError
from nogrow.jshost.events import Block, EventKind, Graph
from nogrow.jshost.terms import Binding

if TYPE_CHECKING:
    from tree_sitter import Node

# A function that takes more steps is too entangled to be analysed in reasonable time.
MOST_STEPS = 10_000_000

# The state of each binding that holds a view: attached, or detached by the call at a node. A binding without
# a state holds no view. `OUTLIVES` stands for all calls before the function's own.
ATTACHED = None
OUTLIVES = 0


class StaleUse(NamedTuple):
    """A use of `binding` at `node` after `call`; None is any call before the function's own."""

    binding: Binding
    node: "Node"
    call: "Node | None"


def stale_uses(graph: Graph, outliving: Iterable[Binding]) -> Iterator[StaleUse]:
    """Yield the uses of views that are detached on some path.

    Views in the bindings `outliving` may be detached from the start. Raises `ModuleError` if the graph is too
    large to be analysed.
    """
    before: list[dict[Binding, Node | int | None] | None] = [None] * len(graph.blocks)
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


def _transfer(block: Block, state: "dict[Binding, Node | int | None]") -> Iterator[StaleUse]:
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


def _join(
    known: "dict[Binding, Node | int | None] | None", state: "dict[Binding, Node | int | None]"
) -> "dict[Binding, Node | int | None]":
    """Return the state where two paths meet; `known` itself if `state` adds nothing to it."""
    if known is None:
        return dict(state)
    added = {
        binding: detached_by
        for binding, detached_by in state.items()
        if binding not in known or (known[binding] is ATTACHED and detached_by is not ATTACHED)
    }
    return {**known, **added} if added else known
