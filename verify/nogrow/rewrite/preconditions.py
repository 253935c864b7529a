"""Refuses what can't be sealed right: growth that is out of reach, and copies that can't be instantiated."""

from collections.abc import Iterator, Sequence

from nogrow.analysis.cross_module_growth import Growth
from nogrow.analysis.judgement import EntryKind, Judgement
from nogrow.errors import ModuleError
from nogrow.rewrite.rewrite import Mode
from nogrow.rewrite.trial_instantiation import failure
from nogrow.wasm.linking import Linking
from nogrow.wasm.model import Kind, MemoryType

TRIED = "a start function can reach a growth: the copy was instantiated, and did not trap"


def require_known_links(before: Linking, after: Linking, mode: Mode) -> None:
    """Raise `ModuleError` where code outside of the component may grow, or where the copy can't be linked."""
    if before.unclear is not None:
        raise ModuleError(f"not sealed, because code that is not known may grow a memory: {before.unclear}")
    if mode is not Mode.CAP:
        return
    for number, module in enumerate(before.modules):
        for item in module.imported(Kind.MEMORY) if module and before.is_instantiated(number) else ():
            if not before.served_by(number, item):
                raise ModuleError(
                    f"not sealed: core module {number} imports memory {item.index} ({item.label}) from "
                    "outside of the component, where cap can't cap it; use deny or trap"
                )
    broken = sorted(set(_unfit(after)) - set(_unfit(before)))
    if broken:
        number, index = broken[0]
        raise ModuleError(
            f"not sealed: core module {number} could not import memory {index} any more, because its limits "
            "are not those that it asks for; use fewer --pages"
        )


def _unfit(linking: Linking) -> Iterator[tuple[int, int]]:
    """The imported memories, by core module and index, whose limits are not met by what serves them."""
    defined: dict[tuple[int, int], list[MemoryType]] = {}
    modules = [(number, module) for number, module in enumerate(linking.modules) if module]
    for number, module in modules:
        for index, memory in enumerate(module.memories):
            if not memory.imported:
                defined.setdefault(linking.memory(number, index), []).append(memory)
    for number, module in modules:
        for index, memory in enumerate(module.memories):
            served = defined.get(linking.memory(number, index), []) if memory.imported else []
            if not all(_fits(one, memory) for one in served):
                yield number, index


def _fits(memory: MemoryType, wanted: MemoryType) -> bool:
    """Whether an import of the type `wanted` takes a memory that has just its minimum."""
    if memory.minimum < wanted.minimum:
        return False
    return wanted.maximum is None or (memory.maximum is not None and memory.maximum <= wanted.maximum)


def require_start(
    before: bytes, after: bytes, judgements: Sequence[Judgement], linking: Linking | None
) -> str | None:
    """Return a note if a start function that can grow was tried, None where there is none.

    Raise `ModuleError` where the copy `after` traps in it, or where that can't be found out.
    """
    if before == after or not _grows_at_start(judgements, linking):
        return None
    component = linking is not None
    why = failure(before, component=component)
    if why is not None:
        raise ModuleError(
            "not sealed: a start function can grow the memory, and whether the copy traps there can't be "
            f"tried, because with imports that trap FILE itself fails: {why}"
        )
    why = failure(after, component=component)
    if why is not None:
        raise ModuleError(f"not sealed: a start function grows the memory, and in the copy it fails: {why}")
    return TRIED


def _grows_at_start(judgements: Sequence[Judgement], linking: Linking | None) -> bool:
    if linking is not None:
        return Growth(linking, judgements, lambda number, label: False).at_start()
    return any(
        judgement.entries[place].kind is EntryKind.START
        for judgement in judgements
        for place, verdict in enumerate(judgement.verdict_table.verdicts)
        if verdict.grows
    )
