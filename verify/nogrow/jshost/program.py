"""Collect everything that is known of a program before the flow in its functions is analysed."""

from typing import TYPE_CHECKING

from nogrow.errors import ModuleError
from nogrow.jshost.call_effects import CallEffects
from nogrow.jshost.constraints import Constraints
from nogrow.jshost.lifetimes import Lifetime
from nogrow.jshost.points_to import PointsTo
from nogrow.jshost.scopes import Scopes
from nogrow.jshost.syntax import Walk
from nogrow.jshost.terms import Binding

if TYPE_CHECKING:
    from tree_sitter import Node


# The time to look up a name grows with the depth.
DEEPEST_SCOPES = 2_000


class Program:
    """The results of the flow-insensitive analyses, each computed from those before it."""

    def __init__(self, root: "Node") -> None:
        """Analyse the tree below `root`, which has no errors; raise `ModuleError` if it is too entangled."""
        scopes = Scopes.of(root)
        if scopes.deepest > DEEPEST_SCOPES:
            raise ModuleError("too deeply nested to be analysed")
        self.constraints = Constraints(Walk(root, scopes))
        self.points_to = PointsTo(self.constraints)
        self.call_effects = CallEffects(self.constraints, self.points_to)
        self.lifetime = Lifetime(self.constraints, self.points_to, self.call_effects)
        self._reads: dict[int, list[tuple[Binding, Node]]] = {}
        for node, function in self.constraints.walk.reads:
            if node.id not in self.constraints.written:
                name = self.constraints.terms.name(node)
                if name in self.lifetime.stores:
                    self._reads.setdefault(function, []).append((name, node))

    def seen_within(self, function: int) -> list[tuple[Binding, "Node"]]:
        """Return the views of an outer function that `function` reads, if it runs only within that one."""
        return [
            (binding, node)
            for binding, node in self._reads.get(function, ())
            if self.lifetime.home(binding) not in (function, None)
            and self.lifetime.runs_within(function, self.lifetime.home(binding))
        ]
