"""Judges the core modules of a component with what the others may do behind their imports."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from nogrow.errors import ModuleError
from nogrow.part import Part
from nogrow.proof.judgement import Judgement
from nogrow.proof.linked import NOT_LINKED, Growth, Linked, served
from nogrow.wasm.component import read_component
from nogrow.wasm.decode import decode
from nogrow.wasm.linking import Linking
from nogrow.wasm.model import Module


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
    linking = linking_of(data, parts)
    alone: list[Judgement | None] = []
    for number, part in enumerate(parts):
        try:
            alone.append(judge(part, Linked(served(linking, number))))
        except ModuleError:
            # It is reported when its turn comes; the others have to expect anything of it.
            alone.append(None)
    growth = Growth(linking, alone, lambda number, label: trusts(parts[number], label))
    return [Linkage(growth.linked(number), judgement) for number, judgement in enumerate(alone)]


def linking_of(data: bytes, parts: Sequence[Part]) -> Linking:
    """Return how the core modules `parts` of the component `data` are linked."""
    return Linking(read_component(data), [_decoded(part.data) for part in parts])


def _decoded(data: bytes) -> Module | None:
    try:
        return decode(data)
    except ModuleError:
        return None
