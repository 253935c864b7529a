"""What the component around a core module says of its imports: made in `crossing.py`, read by the prover."""

from collections.abc import Mapping
from typing import NamedTuple


class Linked(NamedTuple):
    """What is known of a core module's imports from the component around it, by `module.field`.

    `served` are those that core modules of the component serve, and nobody else, with their numbers.
    `growing` are those behind which the memory can grow, with who grows it; behind those in `trapping`, only
    a trap can follow.
    """

    served: Mapping[str, frozenset[int]] = {}
    growing: Mapping[str, str] = {}
    trapping: Mapping[str, str] = {}

    @property
    def labels(self) -> Mapping[str, str]:
        """The imports behind which the memory can grow, whatever follows, with who grows it."""
        return {**self.trapping, **self.growing}


NOT_LINKED = Linked()
