"""Judges the core modules of a component with what the others may do behind their imports."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from nogrow.analysis.cross_module_growth import Growth, served
from nogrow.analysis.judgement import Judgement
from nogrow.analysis.surroundings import NOT_LINKED, Linked
from nogrow.errors import ModuleError
from nogrow.pipeline.core_modules import Part
from nogrow.wasm.linking import read_linking


class Linkage(NamedTuple):
    """What the component around a core module says of its imports.

    `alone` is the judgement of the module without what grows behind them, None where there is none.
    """

    linked: Linked = NOT_LINKED
    alone: Judgement | None = None


def linkages(
    data: bytes,
    parts: Sequence[Part],
    judge: Callable[[Part, Linked], Judgement],
    trusts: Callable[[Part, str], bool],
) -> list[Linkage]:
    """Return for each core module of the component `data` what the others may do behind its imports.

    `judge` judges one of them. `trusts` says of an import whether the contract vouches for it by its exact
    name. Raises `ModuleError` where there is too much to follow.
    """
    linking = read_linking(data)
    alone: list[Judgement | None] = []
    for number, part in enumerate(parts):
        try:
            alone.append(judge(part, Linked(served(linking, number))))
        except ModuleError:
            # It is reported when its turn comes; the others have to expect anything of it.
            alone.append(None)
    growth = Growth(linking, alone, lambda number, label: trusts(parts[number], label))
    return [Linkage(growth.linked(number), judgement) for number, judgement in enumerate(alone)]
