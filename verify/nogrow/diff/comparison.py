"""Two lists of judged artifacts to their difference."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import PurePath

from nogrow.analysis.assumptions import sentences
from nogrow.analysis.entry_identity import grouped, level_of, paired
from nogrow.analysis.judgement import Entry, EntryKind, Judgement, Memory
from nogrow.contract.clause_lines import without_number
from nogrow.diff.model import Difference, EntryChange, MemoryChange, ModuleDifference
from nogrow.report.result import ArtifactReport
from nogrow.util.demangle import demangle

Artifacts = Sequence[ArtifactReport]
Pair = tuple[ArtifactReport | None, ArtifactReport | None]

NOTHING = Judgement((), (), (), ())


def compare(old: Artifacts, new: Artifacts, notes: Iterable[str] = ()) -> Difference:
    """What differs between the artifacts, all of which are judged."""
    return Difference(tuple(_module(*pair) for pair in pairs(old, new)), tuple(notes))


def pairs(old: Artifacts, new: Artifacts) -> list[Pair]:
    """Each artifact with the one that it was.

    A file is known by its path, or else by a name that no other file of its side has; one file on each side
    are a pair whatever they are called. Within a component, modules are known by their numbers.
    """
    before, after = _files(old), _files(new)
    names = _paired_names(list(before), list(after))
    found: list[Pair] = []
    for file in after:
        parts = dict(before.get(names.get(file, ""), {}))
        mine = after[file]
        if len(parts) == len(mine) == 1:
            found.append((next(iter(parts.values())), next(iter(mine.values()))))
            continue
        found += [(parts.pop(number, None), one) for number, one in mine.items()]
        found += [(one, None) for one in parts.values()]
    gone = [file for file in before if file not in names.values()]
    return found + [(one, None) for file in gone for one in before[file].values()]


def _files(artifacts: Artifacts) -> dict[str, dict[str, ArtifactReport]]:
    """The artifacts by file and by what follows it in their paths."""
    files: dict[str, dict[str, ArtifactReport]] = {}
    for one in artifacts:
        file = without_number(one.path)
        files.setdefault(file, {})[one.path.removeprefix(file)] = one
    return files


def _paired_names(old: list[str], new: list[str]) -> dict[str, str]:
    """The old file of each new one that has one."""
    if len(old) == len(new) == 1:
        return {new[0]: old[0]}
    same = {file: file for file in new if file in old}
    left = {side: _unique([one for one in files if one not in same]) for side, files in ((0, old), (1, new))}
    return same | {file: left[0][name] for name, file in left[1].items() if name in left[0]}


def _unique(files: list[str]) -> dict[str, str]:
    """The files whose names no other has, by name."""
    counts = Counter(PurePath(file).name for file in files)
    return {PurePath(file).name: file for file in files if counts[PurePath(file).name] == 1}


def _module(old: ArtifactReport | None, new: ArtifactReport | None) -> ModuleDifference:
    before = old.judgement if old and old.judgement else NOTHING
    after = new.judgement if new and new.judgement else NOTHING
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
        tuple(sorted(_assumed(after) - _assumed(before))),
        tuple(sorted(_assumed(before) - _assumed(after))),
    )


def _assumed(judgement: Judgement) -> set[str]:
    return set(sentences(judgement.assumptions))


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
    renamed = _renamed(gone, new)
    known = {id(one) for pair in renamed for one in pair}
    changed += [_change(now, old, now) for old, now in renamed]
    changed += [_change(one, one, None) for one in gone if id(one) not in known]
    changed += [_change(one, None, one) for one in new if id(one) not in known]
    return changed, unchanged


def _renamed(gone: list[Entry], new: list[Entry]) -> list[tuple[Entry, Entry]]:
    """Exports of another name whose functions have one debug name that no other such function has.

    Not by what is in the function: its code holds indices, which move with every build.
    """
    old, now = _by_function(gone), _by_function(new)
    return [(old[name], now[name]) for name in old if name in now]


def _by_function(entries: list[Entry]) -> dict[str, Entry]:
    exports = [(_function(one), one) for one in entries if one.kind is EntryKind.EXPORT]
    counts = Counter(name for name, _ in exports)
    return {name: one for name, one in exports if name is not None and counts[name] == 1}


def _change(one: Entry, old: Entry | None, new: Entry | None) -> EntryChange:
    """The change from `old` to `new`, under the name of `one`."""
    return EntryChange(
        one.name,
        one.kind,
        old and old.verdict,
        new and new.verdict,
        old.name if old and new and old.name != new.name else None,
        _function(one),
        (bool(old and _harmless(old)), bool(new and _harmless(new))),
    )


def _harmless(entry: Entry) -> bool:
    """Whether its growth is before any view, or of a memory that no host sees."""
    return entry.excused or entry.seen is not None


def _function(entry: Entry) -> str | None:
    return demangle(entry.function.name) if entry.function.name else None


def _weight(change: EntryChange) -> tuple[int, int, str, str]:
    worst = max(-1 if one is None else one.rank for one in (change.before, change.after))
    return list(type(change.direction)).index(change.direction), -worst, change.name, change.kind.value


def _memories(before: Judgement, after: Judgement) -> tuple[MemoryChange, ...]:
    old, new = ({one.index: one for one in side.memories} for side in (before, after))
    return tuple(
        MemoryChange(index, old.get(index), new.get(index))
        for index in sorted(old.keys() | new.keys())
        if _declared(old.get(index)) != _declared(new.get(index))
    )


def _declared(memory: Memory | None) -> object:
    return memory and (memory.imported, memory.shared, memory.page_size, memory.min_pages, memory.max_pages)
