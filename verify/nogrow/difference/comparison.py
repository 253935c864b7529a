"""This module pairs the modules of two builds and computes what differs between them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import TypeVar

from nogrow.analysis.assumptions import sentences
from nogrow.analysis.entry_identity import grouped, level_of, paired
from nogrow.analysis.judgement import Entry, EntryKind, Judgement
from nogrow.contract.patterns import without_number
from nogrow.difference.model import Difference, EntryChange, MemoryChange, ModuleDifference, declared
from nogrow.report.model import ArtifactReport
from nogrow.util.demangle import demangle

Artifacts = Sequence[ArtifactReport]
Pair = tuple[ArtifactReport | None, ArtifactReport | None]
_Item = TypeVar("_Item")

NOTHING = Judgement((), (), (), ())


def compare(old: Artifacts, new: Artifacts, notes: Iterable[str] = ()) -> Difference:
    """Return the difference between the artifacts, all of which must be judged."""
    return Difference(tuple(_module(*pair) for pair in pairs(old, new)), tuple(notes))


def pairs(old: Artifacts, new: Artifacts) -> list[Pair]:
    """Return each artifact with its counterpart in the other build, None where it has none.

    Files are paired by path, or else by a file name that is unique on its side. If each side has a single
    file, the two are a pair whatever their names. Core modules of a component are paired by number.
    """
    before, after = _files(old), _files(new)
    names = _paired_names(list(before), list(after))
    paired_artifacts: list[Pair] = []
    for file, new_parts in after.items():
        old_parts = dict(before.get(names.get(file, ""), {}))
        if len(old_parts) == len(new_parts) == 1:
            paired_artifacts.append((next(iter(old_parts.values())), next(iter(new_parts.values()))))
            continue
        paired_artifacts += [(old_parts.pop(number, None), part) for number, part in new_parts.items()]
        paired_artifacts += [(part, None) for part in old_parts.values()]
    removed = [file for file in before if file not in names.values()]
    return paired_artifacts + [(part, None) for file in removed for part in before[file].values()]


def _files(artifacts: Artifacts) -> dict[str, dict[str, ArtifactReport]]:
    """Return the artifacts by file, and within a file by `#NUMBER`, empty for the file itself."""
    files: dict[str, dict[str, ArtifactReport]] = {}
    for artifact in artifacts:
        file = without_number(artifact.path)
        files.setdefault(file, {})[artifact.path.removeprefix(file)] = artifact
    return files


def _paired_names(old: list[str], new: list[str]) -> dict[str, str]:
    """Return the old file by new file, for each new file that has one."""
    if len(old) == len(new) == 1:
        return {new[0]: old[0]}
    same = {file: file for file in new if file in old}
    old_by_name, new_by_name = (
        _unique([(PurePath(file).name, file) for file in side if file not in same]) for side in (old, new)
    )
    return same | {file: old_by_name[name] for name, file in new_by_name.items() if name in old_by_name}


def _unique(named: Sequence[tuple[str | None, _Item]]) -> dict[str, _Item]:
    """Return the items that share their name with no other item, by name."""
    counts = Counter(name for name, _ in named)
    return {name: item for name, item in named if name is not None and counts[name] == 1}


def _module(old: ArtifactReport | None, new: ArtifactReport | None) -> ModuleDifference:
    before = old.judgement if old and old.judgement else NOTHING
    after = new.judgement if new and new.judgement else NOTHING
    was_assumed, now_assumed = (set(sentences(side.assumptions)) for side in (before, after))
    changes, unchanged = _entries(before, after)
    return ModuleDifference(
        old and old.path,
        new and new.path,
        (before.verdict if old else None, after.verdict if new else None),
        bool(old and new and old.sha256 and old.sha256 == new.sha256),
        tuple(sorted(changes, key=_weight)),
        unchanged,
        _memories(before, after),
        (len(before.sites), len(after.sites)),
        tuple(sorted(after.imports - before.imports)),
        tuple(sorted(before.imports - after.imports)),
        tuple(sorted(now_assumed - was_assumed)),
        tuple(sorted(was_assumed - now_assumed)),
    )


def _entries(before: Judgement, after: Judgement) -> tuple[list[EntryChange], int]:
    changed: list[EntryChange] = []
    gone: list[Entry] = []
    new: list[Entry] = []
    unchanged = 0
    for _, old, now in paired(grouped(before), grouped(after), level_of, level_of):
        if old is None:
            new += [now] if now else []
        elif now is None:
            gone.append(old)
        elif old.verdict is not now.verdict or _harmless(old) != _harmless(now):
            changed.append(_change(now, old, now))
        else:
            unchanged += 1
    # An export was renamed if both functions have the same, unique debug name. Function bodies are not
    # compared, because they hold indices that change with every build.
    old_names, new_names = (
        _unique([(_function(entry), entry) for entry in side if entry.kind is EntryKind.EXPORT])
        for side in (gone, new)
    )
    renamed = [(entry, new_names[name]) for name, entry in old_names.items() if name in new_names]
    known = {id(entry) for pair in renamed for entry in pair}
    changed += [_change(now, old, now) for old, now in renamed]
    changed += [_change(entry, entry, None) for entry in gone if id(entry) not in known]
    changed += [_change(entry, None, entry) for entry in new if id(entry) not in known]
    return changed, unchanged


def _change(named: Entry, old: Entry | None, new: Entry | None) -> EntryChange:
    """Return the change from `old` to `new`, under the name of `named`."""
    return EntryChange(
        named.name,
        named.kind,
        old and old.verdict,
        new and new.verdict,
        old.name if old and new and old.name != new.name else None,
        _function(named),
        (bool(old and _harmless(old)), bool(new and _harmless(new))),
    )


def _harmless(entry: Entry) -> bool:
    """Return whether its growth comes before any view exists, or is of a memory that no host sees."""
    return entry.excused or entry.seen is not None


def _function(entry: Entry) -> str | None:
    return demangle(entry.function.name) if entry.function.name else None


def _weight(change: EntryChange) -> tuple[int, int, str, str]:
    worst = max(-1 if verdict is None else verdict.rank for verdict in (change.before, change.after))
    return list(type(change.direction)).index(change.direction), -worst, change.name, change.kind.value


def _memories(before: Judgement, after: Judgement) -> tuple[MemoryChange, ...]:
    old, new = ({memory.index: memory for memory in side.memories} for side in (before, after))
    return tuple(
        MemoryChange(index, old.get(index), new.get(index))
        for index in sorted(old.keys() | new.keys())
        if declared(old.get(index)) != declared(new.get(index))
    )
