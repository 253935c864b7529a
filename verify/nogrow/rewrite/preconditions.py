"""This module refuses to seal where unknown code may grow, or where the copy cannot be instantiated."""

from collections.abc import Iterator, Sequence

from nogrow.analysis.cross_module_growth import Growth
from nogrow.analysis.judgement import EntryKind, Judgement
from nogrow.errors import ModuleError
from nogrow.rewrite.rewrite import Mode
from nogrow.rewrite.trial_instantiation import failure
from nogrow.wasm.linking import Linking
from nogrow.wasm.model import Kind, MemoryType

TRIED = "a start function can reach a memory.grow: the copy was instantiated as a test and did not trap"


def require_known_links(before: Linking, after: Linking, mode: Mode) -> None:
    """Raise `ModuleError` if code outside of the component may grow, or if the copy cannot be linked."""
    if before.unclear is not None:
        raise ModuleError(f"not sealed, because unknown code may grow a memory: {before.unclear}")
    if not mode.sets_limits:
        return
    for number, module in enumerate(before.modules):
        for item in module.imported(Kind.MEMORY) if module and before.is_instantiated(number) else ():
            if not before.served_by(number, item):
                raise ModuleError(
                    f"not sealed: core module {number} imports memory {item.index} ({item.label}) from "
                    f"outside of the component, so {mode.value} cannot set its limits; use deny or trap"
                )
    broken = sorted(set(_unfit(after)) - set(_unfit(before)))
    if broken:
        number, index = broken[0]
        raise ModuleError(
            f"not sealed: core module {number} could no longer import memory {index}, because the limits "
            "would not match the import; use fewer --pages"
        )


def _unfit(linking: Linking) -> Iterator[tuple[int, int]]:
    """Yield core module and index of each imported memory whose limits the defined memory does not match."""
    defined: dict[tuple[int, int], list[MemoryType]] = {}
    modules = [(number, module) for number, module in enumerate(linking.modules) if module]
    for number, module in modules:
        for index, memory in enumerate(module.memories):
            if not memory.imported:
                defined.setdefault(linking.memory(number, index), []).append(memory)
    for number, module in modules:
        for index, memory in enumerate(module.memories):
            served = defined.get(linking.memory(number, index), []) if memory.imported else []
            if not all(_fits(definition, memory) for definition in served):
                yield number, index


def _fits(memory: MemoryType, wanted: MemoryType) -> bool:
    """Return whether `memory`, at its minimum size, matches an import of the type `wanted`."""
    if memory.minimum < wanted.minimum:
        return False
    return wanted.maximum is None or (memory.maximum is not None and memory.maximum <= wanted.maximum)


def require_start(
    before: bytes,
    after: bytes,
    judgements: Sequence[Judgement],
    linking: Linking | None,
    *,
    starts: bool = False,
) -> str | None:
    """Return a note if a start function can grow and the copy did not trap in it, None if none can grow.

    Raises `ModuleError` if the copy `after` traps in it, or if that cannot be tested, unless it `starts` in a
    scenario.
    """
    if before == after or not _grows_at_start(judgements, linking):
        return None
    component = linking is not None
    reason = failure(before, component=component)
    if reason is not None and starts:
        return None
    if reason is not None:
        raise ModuleError(
            "not sealed: a start function can grow the memory, and nogrow cannot test whether the copy traps "
            f"there, because FILE itself fails with imports that trap: {reason}"
        )
    reason = failure(after, component=component)
    if reason is not None:
        raise ModuleError(f"not sealed: a start function grows the memory, and fails in the copy: {reason}")
    return TRIED


def _grows_at_start(judgements: Sequence[Judgement], linking: Linking | None) -> bool:
    if linking is not None:
        return Growth(linking, judgements, lambda number, label: False).at_start()
    return any(
        judgement.entries[index].kind is EntryKind.START
        for judgement in judgements
        for index, verdict in enumerate(judgement.verdict_table.verdicts)
        if verdict.grows
    )
