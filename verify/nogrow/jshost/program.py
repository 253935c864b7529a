"""All that is known of a program before its flow is followed."""

from typing import TYPE_CHECKING

from nogrow.errors import ModuleError
from nogrow.jshost.call_effects import Enters
from nogrow.jshost.constraints import Facts
from nogrow.jshost.lifetimes import Lifetime
from nogrow.jshost.points_to import Kinds
from nogrow.jshost.scopes import Scopes
from nogrow.jshost.syntax import Walk
from nogrow.jshost.terms import Binding

if TYPE_CHECKING:
    from tree_sitter import Node


# The time to look up a name grows with them.
DEEPEST_SCOPES = 2_000


class Program:
    """The tables of a program, made one from the other."""

    def __init__(self, root: "Node") -> None:
        """`root` is the root of a tree without errors; raises `ModuleError` for what is too entangled."""
        scopes = Scopes.of(root)
        if scopes.deepest > DEEPEST_SCOPES:
            raise ModuleError("too deeply nested to be followed")
        self.facts = Facts(Walk(root, scopes))
        self.kinds = Kinds(self.facts)
        self.enters = Enters(self.facts, self.kinds)
        self.lifetime = Lifetime(self.facts, self.kinds, self.enters)
        self._reads: dict[int, list[tuple[Binding, Node]]] = {}
        for node, function in self.facts.walk.reads:
            if node.id not in self.facts.written:
                name = self.facts.terms.name(node)
                if name in self.lifetime.stores:
                    self._reads.setdefault(function, []).append((name, node))

    def seen_within(self, function: int) -> list[tuple[Binding, "Node"]]:
        """The views of an outer function that `function` reads, if it runs only while that does."""
        return [
            (binding, node)
            for binding, node in self._reads.get(function, ())
            if self.lifetime.home(binding) not in (function, None)
            and self.lifetime.runs_within(function, self.lifetime.home(binding))
        ]
