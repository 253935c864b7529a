"""Find out for each core module of a component what the others may do behind its imports."""

from collections.abc import Callable
from typing import NamedTuple

from nogrow.analysis.cross_module_growth import Growth, served
from nogrow.analysis.judgement import Judgement
from nogrow.analysis.surroundings import NOT_LINKED, Linked
from nogrow.errors import ModuleError
from nogrow.wasm.linking import read_linking


class Linkage(NamedTuple):
    """What the component around a core module says of its imports.

    `alone` is the judgement of the module without what grows behind them, None where there is none.
    """

    linked: Linked = NOT_LINKED
    alone: Judgement | None = None


def linkages(
    data: bytes,
    count: int,
    judge: Callable[[int, Linked], Judgement],
    trusts: Callable[[int, str], bool],
) -> list[Linkage]:
    """Return for each of the `count` core modules of a component what the others may do behind its imports.

    `judge` judges the module of a number. `trusts` says whether the contract vouches for an import of that
    module by its exact name. Raises `ModuleError` where there is too much to follow.
    """
    linking = read_linking(data)
    alone: list[Judgement | None] = []
    for number in range(count):
        try:
            alone.append(judge(number, Linked(served(linking, number))))
        except ModuleError:
            # The error is reported when the module's turn comes; the others have to expect any growth of it.
            alone.append(None)
    growth = Growth(linking, alone, trusts)
    return [Linkage(growth.linked(number), judgement) for number, judgement in enumerate(alone)]
