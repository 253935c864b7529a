"""Find out how a call enters the module: through which calls inside the program, and at which exports."""

from collections import defaultdict, deque
from typing import NamedTuple

from nogrow.jshost.call_effects import Effect
from nogrow.jshost.constraints import CallSite
from nogrow.jshost.parse import Node
from nogrow.jshost.program import Program


class Chain(NamedTuple):
    """The calls after the first one that lead into the module, and the exports that the last one calls."""

    through: tuple[Node, ...] = ()
    exports: tuple[str, ...] = ()


class CallChains:
    """The shortest chains of calls from calls of a program into its module."""

    def __init__(self, program: Program) -> None:
        """Group the calls of the program by the function that makes them."""
        self._program = program
        self._calls: dict[int, list[CallSite]] = defaultdict(list)
        for call in program.constraints.calls.values():
            self._calls[call.within].append(call)

    def of(self, node: Node) -> Chain:
        """Return the chain from the call at `node`; an empty one if no call is known to enter the module."""
        effects = self._program.effects
        first = self._program.constraints.calls.get(node.id)
        if first is None:
            return Chain()
        queue: deque[tuple[CallSite, tuple[Node, ...]]] = deque([(first, ())])
        seen: set[int] = set()
        while queue:
            call, through = queue.popleft()
            effect, functions = effects.effect(call)
            if effect is Effect.CERTAIN:
                return Chain(through, tuple(sorted(effects.exports_entered(call))))
            for function in sorted(functions - seen):
                seen.add(function)
                if effects.entering.get(function) is Effect.CERTAIN:
                    queue += [(inner, (*through, inner.node)) for inner in self._calls[function]]
        return Chain()
