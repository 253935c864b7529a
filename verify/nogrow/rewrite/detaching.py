"""This module decides how a stressed copy makes the engine detach the buffer of a memory.

A growth by 0 pages does it. Glue that makes new views only when it has grown the memory itself, or is told of
a growth, has to be called as well.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from nogrow.analysis.emscripten_abi import effect_of
from nogrow.analysis.surroundings import Surroundings
from nogrow.errors import ModuleError
from nogrow.wasm.model import Import, Kind, Module

SHARED_PAGES = 64
"""The pages by which a shared memory grows at most, unless the user says another number."""

OLD_GLUE_PAGES = 4096
"""The pages by which Emscripten's glue before version 3.1.29 grows a memory at most: each costs a page."""

TOLD_OF_GROWTH: Mapping[str, int] = {
    "env.emscripten_notify_memory_growth": 0,
    "gojs.runtime.resetMemoryDataView": 0,
    "go.runtime.resetMemoryDataView": 0,
}
"""Imports by which a runtime tells its glue that it has grown the memory, with the argument that it gives."""


class Detaching(NamedTuple):
    """How the buffer of a memory gets detached.

    The memory grows by a page each time, `pages` times at most, or always by 0 pages if that is 0. `grower`
    is an import that grows it to the number of bytes in its argument, as `emscripten_resize_heap` does.
    `told` are imports to call after a growth, each with its argument.
    """

    memory: int
    pages: int = 0
    grower: int | None = None
    told: Sequence[tuple[int, int]] = ()
    notes: Sequence[str] = ()

    @property
    def glue(self) -> frozenset[int]:
        """Return the imports that belong to the growth itself."""
        told = frozenset(function for function, _ in self.told)
        return told if self.grower is None else told | {self.grower}


def told_of_growth(module: Module) -> Sequence[Import]:
    """Return the imports by which a runtime tells its glue that it has grown the memory."""
    return [
        item
        for item in module.imported(Kind.FUNCTION)
        if item.label in TOLD_OF_GROWTH and _signature(module, item) == (("i32",), ())
    ]


def detaching(module: Module, memory: int, surroundings: Surroundings, pages: int) -> Detaching | str:
    """Return how the buffer of `memory` gets detached, or why it is left alone.

    With `pages`, it grows that many times. Raises `ModuleError` where the host grows the memory in a way that
    is not known.
    """
    declared = module.memories[memory]
    grower = _grower(module, surroundings)
    if declared.shared:
        most = pages or SHARED_PAGES
        return Detaching(
            memory,
            most,
            notes=(f"memory {memory} is shared: it grows by a page at each place, {most} times at most",),
        )
    if pages and declared.maximum == declared.minimum:
        return f"memory {memory} cannot grow by a page: it is left alone"
    if grower is None:
        told = told_of_growth(module)
        return Detaching(
            memory,
            pages,
            told=[(item.index, TOLD_OF_GROWTH[item.label]) for item in told],
            notes=[f"{item.label} is called after each growth" for item in told],
        )
    if declared.maximum == declared.minimum:
        return f"memory {memory} cannot grow, and the glue never makes new views: it is left alone"
    if _signature(module, grower) != ((f"i{declared.address_bits}",), ("i32",)):
        raise ModuleError(
            f"not stressed: the import {grower.label} grows memory {memory}, but not in the way of "
            "emscripten_resize_heap"
        )
    return Detaching(
        memory,
        pages,
        grower.index,
        notes=(
            f"{grower.label} is called to detach, so that the glue makes new views as it does in production",
            f"glue of Emscripten before 3.1.29 grows by a page each time, {OLD_GLUE_PAGES:,} times at most",
            "nothing detaches before a call of a callback that the host has put into the table (addFunction)",
        ),
    )


def imports_of_growth(module: Module, surroundings: Surroundings) -> frozenset[int]:
    """Return the imports that belong to a growth, and do not give control to other code of the host."""
    grower = _grower(module, surroundings)
    told = frozenset(item.index for item in told_of_growth(module))
    return told if grower is None else told | {grower.index}


def _grower(module: Module, surroundings: Surroundings) -> Import | None:
    """Return the import by which the module asks the host to grow the memory, None if there is none."""
    asking = [(("i32",), ("i32",)), (("i64",), ("i32",))]
    growers = (item for item in module.imported(Kind.FUNCTION) if _grows(item, surroundings))
    return min(
        growers,
        key=lambda item: (not _is_emscripten(item, surroundings), _signature(module, item) not in asking),
        default=None,
    )


def _grows(item: Import, surroundings: Surroundings) -> bool:
    return item.label in surroundings.growers or _is_emscripten(item, surroundings)


def _is_emscripten(item: Import, surroundings: Surroundings) -> bool:
    """Return whether the import is known, by its name here or in the host code, to be the glue's grower."""
    known = (effect_of(item.field), *surroundings.effects.get(item.label, ()))
    return any(effect is not None and effect.grows for effect in known)


def _signature(module: Module, item: Import) -> tuple[tuple[str | None, ...], tuple[str | None, ...]]:
    kind = module.types.function(module.functions[item.index])
    return tuple(part.name for part in kind.parts), tuple(part.name for part in kind.results)
