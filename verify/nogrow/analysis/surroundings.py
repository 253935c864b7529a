"""Define what is known about a module from its contract, its host code and its component."""

from collections.abc import Mapping
from typing import NamedTuple

from nogrow.analysis.emscripten_abi import NO_EFFECTS, Effects
from nogrow.analysis.judgement import NO_CONDITIONS, Conditions, Step


class Linked(NamedTuple):
    """What the component around a core module says about its imports, by `module.field`.

    `served` has the imports that only core modules of the component serve, each with the numbers of these
    modules. `growing` has the imports behind which the memory can grow, each with the name of the grower.
    Behind the imports in `trapping` it can grow as well, but only a trap can follow. `steps` lead from an
    import to the growth in another module.
    """

    served: Mapping[str, frozenset[int]] = {}
    growing: Mapping[str, str] = {}
    trapping: Mapping[str, str] = {}
    steps: Mapping[str, tuple[Step, ...]] = {}

    @property
    def labels(self) -> Mapping[str, str]:
        """Return the imports behind which the memory can grow, whatever follows, with the growers' names."""
        return {**self.trapping, **self.growing}


NOT_LINKED = Linked()


class Surroundings(NamedTuple):
    """All that a proof takes from outside of the module, beside the trust in imports.

    `growers` are imports that grow the memory although their names don't say so; `effects` says what other
    imports do. `conditions` come from the contract, `linked` from the component around the module.
    """

    growers: frozenset[str] = frozenset()
    conditions: Conditions = NO_CONDITIONS
    linked: Linked = NOT_LINKED
    effects: Effects = NO_EFFECTS


NOTHING_KNOWN = Surroundings()
