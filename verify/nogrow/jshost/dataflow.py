"""A graph of events to the uses of views that a call may have detached."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from nogrow.errors import ModuleError
from nogrow.jshost.events import Block, Graph, Happens
from nogrow.jshost.terms import Binding

if TYPE_CHECKING:
    from tree_sitter import Node

# A function that asks for more is too entangled to be followed in reasonable time.
MOST_STEPS = 10_000_000

# What each binding holds: a good view, or one that the call at the node may have detached. One that is not
# in there holds none. `OUTLIVES` stands for all calls before the function's own.
GOOD = None
OUTLIVES = 0
Fate = "Node | int | None"


class LateUse(NamedTuple):
    """A use of `binding` at `node` after `call`; None is any call before the function's own."""

    binding: Binding
    node: "Node"
    call: "Node | None"


def late_uses(graph: Graph, outliving: Iterable[Binding]) -> Iterator[LateUse]:
    """The uses that may be too late on some path; those `outliving` the function may be so from the start.

    Raises `ModuleError` where the graph is too large to be followed.
    """
    before: list[dict[Binding, Node | int | None] | None] = [None] * len(graph.blocks)
    before[0] = dict.fromkeys(outliving, OUTLIVES)
    queue, steps = [0], 0
    while queue:
        number = queue.pop()
        state = dict(before[number] or {})
        steps += len(graph.blocks[number].events) + len(state)
        if steps > MOST_STEPS:
            raise ModuleError("a function is too large to be followed: split it")
        for _ in _run(graph.blocks[number], state):
            pass
        for following in graph.blocks[number].next:
            known = before[following]
            merged = _merged(known, state)
            if merged is not known:
                before[following] = merged
                queue.append(following)
    for block, held in zip(graph.blocks, before, strict=True):
        if held is not None:
            yield from _run(block, dict(held))


def _run(block: Block, state: "dict[Binding, Node | int | None]") -> Iterator[LateUse]:
    for what, node, binding in block.events:
        if what is Happens.CALLED:
            for held, fate in state.items():
                if fate is GOOD:
                    state[held] = node
        elif binding is None:
            continue
        elif what is Happens.FILLED:
            state[binding] = GOOD
        elif what is Happens.EMPTIED:
            state.pop(binding, None)
        else:
            fate = state.get(binding, GOOD)
            if fate is not GOOD:
                yield LateUse(binding, node, None if isinstance(fate, int) else fate)


def _merged(
    known: "dict[Binding, Node | int | None] | None", state: "dict[Binding, Node | int | None]"
) -> "dict[Binding, Node | int | None]":
    """What holds after either; `known` itself if `state` adds nothing to it."""
    if known is None:
        return dict(state)
    added = {
        binding: fate
        for binding, fate in state.items()
        if binding not in known or (known[binding] is GOOD and fate is not GOOD)
    }
    return {**known, **added} if added else known
