"""Say what calls of the exports of modules may do to views, as the verdicts of the modules say."""

from collections.abc import Sequence

from nogrow.analysis.judgement import Entry, EntryKind, Verdict
from nogrow.jshost.model import Exports
from nogrow.report.model import ArtifactReport

_CANNOT_GROW = (Verdict.ABSENT, Verdict.UNREACHABLE, Verdict.TRAP_ONLY)


def exports_of(modules: Sequence[ArtifactReport], *, stale_length: bool = False) -> Exports:
    """Return which exports of the modules cannot grow a memory, as far as all modules are judged.

    Growth of a shared memory detaches no view. It matters if `stale_length`.
    """
    still: dict[str, bool] = {}
    returning: dict[str, bool] = {}
    all_shared, own_memory = not stale_length, True
    for artifact in modules:
        if artifact.judgement is None:
            return Exports()
        seen = [memory for memory in artifact.judgement.memories if memory.visible]
        is_shared = not stale_length and bool(seen) and all(memory.shared for memory in seen)
        all_shared &= is_shared
        own_memory &= not any(memory.imported for memory in artifact.judgement.memories)
        for entry in artifact.judgement.entries:
            name, cannot_grow = entry.name, is_shared or _cannot_detach(entry)
            still[name] = still.get(name, True) and cannot_grow
            only_throws = entry.verdict is Verdict.THROW_ONLY
            returning[name] = returning.get(name, True) and (cannot_grow or only_throws)
    if not modules:
        return Exports()
    throwing = frozenset(name for name in returning if returning[name] and not still[name])
    unmoved = frozenset(name for name in still if still[name])
    return Exports(unmoved, all(still.values()), frozenset(still), throwing, all_shared, own_memory)


def _cannot_detach(entry: Entry) -> bool:
    """Return whether no call of the entry point detaches a view that the host can have."""
    verdict = entry.verdict if entry.seen is None else entry.seen
    return entry.excused or entry.airtight or verdict in _CANNOT_GROW


def growing_exports(modules: Sequence[ArtifactReport]) -> dict[str, tuple[ArtifactReport, Entry]]:
    """Return the exports that may detach views, by name, each with the first module that has it."""
    growing: dict[str, tuple[ArtifactReport, Entry]] = {}
    for artifact in modules:
        for entry in artifact.judgement.entries if artifact.judgement is not None else ():
            if entry.kind is EntryKind.EXPORT and not _cannot_detach(entry):
                growing.setdefault(entry.name, (artifact, entry))
    return growing
