"""This module compares a judgement with a lock and reports what has become worse or better."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from nogrow.analysis.entry_identity import HARMLESS, Key, grouped, level_of, paired
from nogrow.analysis.judgement import Entry, EntryKind, Judgement, Verdict, worst
from nogrow.baseline.lock_file import Lock, Pin
from nogrow.contract.patterns import without_number
from nogrow.contract.phrases import counted, entry_name, listed, name_of, unmistakable
from nogrow.contract.violations import Rule, Violation


class Better(NamedTuple):
    """An entry point that is better than pinned; `after` is None if it was removed."""

    name: str
    kind: EntryKind
    before: Verdict
    after: Verdict | None


class Held(NamedTuple):
    """The result of comparing a module with its pin."""

    violations: tuple[Violation, ...]
    better: tuple[Better, ...] = ()
    notes: tuple[str, ...] = ()


class _LockOfFile(Lock):
    """The pins of one file by the paths that reports show."""

    def key(self, path: str) -> str:
        return path


class Pinned(NamedTuple):
    """A lock and the way to apply it.

    `exact` requires the bytes that were pinned. `whole` says that all pinned modules must be checked, not
    only those named on the command line.
    """

    lock: Lock
    exact: bool = False
    whole: bool = False

    def hold(self, path: str, judgement: Judgement, sha256: str | None) -> Held:
        """Compare the module at `path` with its pin."""
        pin = self.lock.pins.get(self.lock.key(path))
        if pin is None:
            return Held((_of_module(f"the module is not in {self.lock.path}; `nogrow pin` adds it"),))
        held = compare(pin, judgement)
        if sha256 == pin.sha256 and held.violations:
            changed = "the trusted imports, the host code or nogrow itself must have changed"
            return held._replace(notes=(f"the module is byte for byte the pinned one; {changed}",))
        if self.exact and sha256 != pin.sha256:
            text = f"the module is not the pinned one: its sha256 is {sha256}, not {pin.sha256}"
            return held._replace(violations=(_of_module(text), *held.violations))
        return held

    def of_file(self, path: str, keys: Mapping[str, Sequence[str]]) -> "Pinned":
        """Return only the pins of the file that reports show as `path`, for use in any working folder.

        `keys` has the keys of the lock by the key of their file.
        """
        lock = self.lock
        file = lock.key(path)
        pins = {path + key.removeprefix(file): lock.pins[key] for key in keys.get(file, ())}
        return self._replace(lock=_LockOfFile(lock.path, pins))

    def missing(self, judged: Iterable[str], broken: Iterable[str]) -> Iterator[tuple[str, Violation]]:
        """Yield the path and the violation of each pinned module that should have been judged and was not.

        `judged` are the paths of the judged modules, `broken` those of the modules that could not be judged.
        """
        keys = {self.lock.key(path) for path in judged}
        files = {without_number(key) for key in keys}
        excused = {without_number(self.lock.key(path)) for path in broken}
        for key in self.lock.pins:
            file = without_number(key)
            if key not in keys and file not in excused and (self.whole or file in files):
                text = f"the module is pinned in {self.lock.path} but was not found"
                yield self.lock.shown(key), _of_module(text)


def compare(pin: Pin, judgement: Judgement) -> Held:
    """Return what is worse and what is better than pinned.

    An entry point that is not pinned must be `absent` or `unreachable`; otherwise renaming an entry point
    would evade the lock.
    """
    violations: list[Violation] = []
    with_sites: list[Entry] = []
    better: list[Better] = []
    for key, before, entry in paired(pin.levels, grouped(judgement), lambda verdict: verdict, level_of):
        after = None if entry is None else level_of(entry)
        if entry is None or after is None:
            if before is not None and before.grows:
                better.append(Better(_name(key), key[0], before, None))
        elif not after.at_most(HARMLESS if before is None else before):
            if after is HARMLESS:
                with_sites.append(entry)
            else:
                violations.append(_worse(entry, before))
        elif before is not None and after is not before:
            better.append(Better(_name(key), key[0], before, after))
    violations.sort(key=lambda violation: -(violation.about.verdict.rank if violation.about else 0))
    floor = worst(map(level_of, judgement.entries), judgement.verdict)
    if with_sites or (not violations and not floor.at_most(pin.level)):
        violations.append(_sites(judgement, with_sites))
    better.sort(key=lambda change: (-change.before.rank, change.kind.value, change.name))
    return Held(tuple(violations), tuple(better))


def _worse(entry: Entry, before: Verdict | None) -> Violation:
    name = f"`{entry_name(entry)}`"
    if entry.kind is EntryKind.ESCAPED and entry.function.name:
        name += f" ({name_of(entry.function)})"
    if before is None:
        may = f"{Verdict.ABSENT.label} or {HARMLESS.label}"
        text = f"{name} is {entry.verdict.label} and not pinned; a new entry point must be {may}"
    else:
        text = f"{name} is {entry.verdict.label}, pinned as {before.label}"
    return Violation(Rule.PIN_BROKEN, text, entry.name, entry)


def _sites(judgement: Judgement, entries: list[Entry]) -> Violation:
    """Return one violation for all entry points that are now unreachable, since the module has changed."""
    sites = counted(len(judgement.sites), "grow site")
    subject = listed([entry_name(entry) for entry in entries]) or "the module"
    verb = "were" if len(entries) > 1 else "was"
    return _of_module(f"{sites} in the module, where {subject} {verb} pinned as absent")


def _of_module(text: str) -> Violation:
    return Violation(Rule.PIN_BROKEN, text)


def _name(key: Key) -> str:
    kind, name = key
    if kind is EntryKind.START:
        return "(start)"
    return unmistakable(name, kind) or ("(nameless)" if kind is EntryKind.ESCAPED else "")
