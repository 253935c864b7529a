"""This module defines the rules that a module or its host code can break.

It also decides what a judgement breaks of a contract's clause.
"""

import enum
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from nogrow.analysis.assumptions import REFERENCES, TABLE_PREFIX
from nogrow.analysis.judgement import Entry, EntryKind, Judgement, Memory, Verdict, Verdicts, worst
from nogrow.contract.model import ArtifactContract
from nogrow.contract.patterns import key_of, matches
from nogrow.contract.phrases import counted, entry_name, labels, listed, name_of, path_of, shortened
from nogrow.jshost.model import CachedView, Grower
from nogrow.source.model import Frames
from nogrow.util.lazy import LazySequence


class Rule(enum.Enum):
    """A rule by its id; users depend on the ids, so they never change."""

    GROWTH_REACHABLE = "NG001"
    GROWTH_BEFORE_EXIT = "NG002"
    GROWTH_CAPPED = "NG003"
    SITE_PRESENT = "NG004"
    UNTRUSTED_IMPORT = "NG005"
    HOST_GROWS = "NG006"
    MEMORY_LIMITS = "NG007"
    CONTROL_LOST = "NG008"
    SCENARIO_FAILED = "NG009"
    NOT_JUDGED = "NG010"
    PIN_BROKEN = "NG011"
    CACHED_VIEW = "NG012"
    STALE_LENGTH = "NG013"

    @property
    def id(self) -> str:
        """Return the id, for example `NG001`."""
        return self.value

    @property
    def label(self) -> str:
        """Return the rule's name, for example `growth-reachable`."""
        return self.name.lower().replace("_", "-")


RULES = {
    Verdict.TRAP_ONLY: Rule.GROWTH_BEFORE_EXIT,
    Verdict.THROW_ONLY: Rule.GROWTH_BEFORE_EXIT,
    Verdict.CAPPED: Rule.GROWTH_CAPPED,
    Verdict.REACHABLE: Rule.GROWTH_REACHABLE,
}

GROWTH = frozenset((*RULES.values(), Rule.HOST_GROWS))
"""The rules on what entry points may do to memories."""


class Entered(NamedTuple):
    """The entry point of the artifact `module` that host code calls; its witness leads to the growth.

    `sources` explain the steps of the witness, as those of the module's own report do. `growers` say where
    the host grows the memory, if the witness ends before that.
    """

    module: str
    entry: Entry
    sources: Frames
    growers: tuple[Grower, ...]


class Violation(NamedTuple):
    """A broken rule.

    `headline` says in one sentence what is wrong. `entry` is the entry point's name in the contract or the
    module, None if the violation is about the whole module. `about` is the entry point if the module has it;
    its witness explains the violation. `allowed` are the verdicts that it may have, empty if the rule is not
    about allowed verdicts. `view` is the cached view in host code, if the rule is about one, and `entered` is
    the entry point that host code calls meanwhile, if it is known.
    """

    rule: Rule
    headline: str
    entry: str | None = None
    about: Entry | None = None
    allowed: tuple[Verdict, ...] = ()
    view: CachedView | None = None
    entered: Entered | None = None

    @property
    def message(self) -> str:
        """Return the headline, the witness in short form, and the allowed verdicts."""
        entry = self.about if self.entered is None else self.entered.entry
        where = "path" if self.entered is None else f"path in {self.entered.module}"
        path = f"; {where}: {path_of(entry.witness)}" if entry and entry.witness else ""
        allowed = f"; allowed: {labels(self.allowed)}" if self.allowed else ""
        return f"{self.headline}{path}{allowed}"


_EFFECTS = {
    Verdict.TRAP_ONLY: "before it traps",
    Verdict.THROW_ONLY: "before an exception leaves it",
    Verdict.CAPPED: "by 0 pages and return; that detaches views as well",
    Verdict.CAPPED_AND_THROW_ONLY: "before an exception leaves it, and another memory by 0 pages and return",
}


def violations(contract: ArtifactContract, judgement: Judgement) -> Sequence[Violation]:
    """Return the violations of `contract`, ordered by rule and then by entry point.

    Allowing a verdict allows the better ones and no other. An entry point that `expect` names must have
    exactly that verdict; `allow` and `exports` do not apply to it. Growth in the start function before any
    view exists breaks nothing.
    """
    verdict_table = judgement.verdict_table
    # The violations by rule. Those of entry points are numbers: they are made when somebody looks at them.
    found: defaultdict[str, list[int | Violation]] = defaultdict(list)
    with_sites: list[int] = []
    # No host has views of a memory that it cannot see.
    counting, by_host = verdict_table.counting, verdict_table.host_grows
    indices, allowed_verdicts = _not_allowed(contract, judgement, counting)
    for rule, broken_by in _by_rule(indices, allowed_verdicts, counting, set(by_host)).items():
        if rule is None:
            with_sites = broken_by
        else:
            found[rule.value] += broken_by
    for violation in (
        *_sites(contract, judgement, with_sites),
        *_imports(contract, judgement),
        *_memories(contract, judgement),
        *_expected(contract, judgement),
    ):
        found[violation.rule.id].append(violation)
    ordered = [item for rule_id in sorted(found) for item in found[rule_id]]
    shared = frozenset(memory.index for memory in judgement.memories if memory.shared)
    return _Violations(ordered, judgement.entries, allowed_verdicts, shared)


def _by_rule(
    indices: list[int], may: "_Allowed", counting: Verdicts, by_host: Collection[int]
) -> dict[Rule | None, list[int]]:
    """Return the entry points at `indices` by the rule that they break, in their order."""
    # There can be a hundred thousand, and few different combinations of what decides on the rule.
    groups: defaultdict[tuple[int, bool, tuple[Verdict, ...]], list[int]] = defaultdict(list)
    for index in indices:
        groups[counting.codes[index], index in by_host, may.at(index)].append(index)
    by_rule: defaultdict[Rule | None, list[int]] = defaultdict(list)
    for (_, hosted, verdicts), group in groups.items():
        by_rule[_rule(counting[group[0]], verdicts, by_host=hosted)] += group
    return {rule: sorted(group) for rule, group in by_rule.items()}


class _Allowed(NamedTuple):
    """The verdicts that entry points may have, by their indices; `default` are those of all others."""

    default: tuple[Verdict, ...]
    by_index: Mapping[int, tuple[Verdict, ...]]

    def at(self, index: int) -> tuple[Verdict, ...]:
        return self.by_index.get(index, self.default)


class _Violations(LazySequence[Violation]):
    """Violations, of which those of entry points are made of their indices when somebody reads them."""

    __slots__ = ("_allowed", "_entries", "_ordered", "_shared")

    def __init__(
        self,
        ordered: "Sequence[int | Violation]",
        entries: Sequence[Entry],
        may: _Allowed,
        shared: frozenset[int],
    ) -> None:
        """`shared` are the shared memories."""
        # A method would refer back to the violations, and keep their module alive until garbage is collected.
        super().__init__(len(ordered), partial(_violation, ordered, entries, may, shared))
        self._ordered = ordered
        self._entries = entries
        self._allowed = may
        self._shared = shared

    def of_entries(self) -> dict[int, int]:
        """Return the index of the violation of each entry point that is not made yet."""
        return {item: index for index, item in enumerate(self._ordered) if not isinstance(item, Violation)}

    def __reduce__(self) -> tuple[object, ...]:
        return _Violations, (self._ordered, self._entries, self._allowed, self._shared)


def _violation(
    ordered: "Sequence[int | Violation]",
    entries: Sequence[Entry],
    may: _Allowed,
    shared: frozenset[int],
    number: int,
) -> Violation:
    item = ordered[number]
    if isinstance(item, Violation):
        return item
    entry = entries[item]
    return _growth(entry, may.at(item), shared=entry.memory in shared)


def growth_violations(found: Sequence[Violation], judgement: Judgement) -> dict[int, int]:
    """Return for each entry point that breaks a rule by growing a memory, the index of that violation.

    The keys are the numbers of the entry points. Of several violations, the first counts.
    """
    if isinstance(found, _Violations):
        return found.of_entries()
    about = [
        (violation.about.kind, violation.about.name) if violation.rule in GROWTH and violation.about else None
        for violation in found
    ]
    if not any(about):
        return {}
    numbers = {key: number for number, key in enumerate(judgement.keys)}
    indices: dict[int, int] = {}
    for index, key in enumerate(about):
        if key is not None and key in numbers:
            indices.setdefault(numbers[key], index)
    return indices


def violations_of_all(clauses: Sequence[ArtifactContract], judgement: Judgement) -> Sequence[Violation]:
    """Return the violations of all clauses, sorted by rule, each of them once."""
    first, *others = clauses
    if not others:
        return violations(first, judgement)
    broken: list[Violation] = []
    for clause in clauses:
        broken += (violation for violation in violations(clause, judgement) if violation not in broken)
    return sorted(broken, key=lambda violation: violation.rule.id)


def notes(contract: ArtifactContract, judgement: Judgement) -> Iterator[str]:
    """Yield hints for the contract's author that are not violations.

    They name memories that can grow although no host can have views of them, and exceptions in `exports`
    that match no entry point.
    """
    growing = {site.memory for site in judgement.sites}
    for memory in judgement.memories if not contract.conditions.private_memories else ():
        if memory.index in growing and not memory.visible:
            yield f"memory {memory.index} is neither imported nor exported: no host view of it can exist"
    for pattern, _ in contract.exports:
        if not any(matches(pattern, *key) for key in judgement.keys):
            hint = _hint(pattern, judgement)
            yield f"the contract's exports name `{pattern}`, which no entry point matches{hint}"


def allowed(contract: ArtifactContract, kind: EntryKind, name: str) -> tuple[Verdict, ...]:
    """Return the verdicts that the entry point of a kind and name may have.

    An exact key wins over globs, a longer glob over a shorter one, and the first in the file over others of
    the same length.
    """
    matching = [allowance for allowance in contract.exports if matches(allowance.pattern, kind, name)]
    if not matching:
        return contract.allow
    exact = key_of(kind, name)
    return max(matching, key=lambda allowance: (allowance.pattern == exact, len(allowance.pattern))).allow


def _hint(pattern: str, judgement: Judgement) -> str:
    """Return a hint with the right key if the pattern is an entry point's name as reports show it."""
    meant = next((entry for entry in judgement.entries if entry.name == pattern), None)
    if meant is None:
        return ""
    return f"; the key for `{shortened(meant.name)}` is `{key_of(meant.kind, meant.name)}`"


def _not_allowed(
    contract: ArtifactContract, judgement: Judgement, counting: Verdicts
) -> tuple[list[int], "_Allowed"]:
    """Return the entry points whose verdict, in `counting`, is not allowed, and the verdicts that are."""
    excused = judgement.verdict_table.excused
    if not contract.exports and not contract.expect:
        worst_allowed = worst(contract.allow)
        indices = counting.where(lambda verdict: not verdict.at_most(worst_allowed))
        return [index for index in indices if index not in excused], _Allowed(contract.allow, {})
    allowances: dict[int, tuple[Verdict, ...]] = {}
    for index, key in enumerate(judgement.keys):
        if index not in excused and not any(matches(pattern, *key) for pattern, _ in contract.expect):
            may = allowed(contract, *key)
            if not counting[index].at_most(worst(may)):
                allowances[index] = may
    return list(allowances), _Allowed(contract.allow, allowances)


def _rule(verdict: Verdict, may: tuple[Verdict, ...], *, by_host: bool) -> Rule | None:
    """Return the rule that the verdict breaks, None if it is the rule on the presence of grow sites."""
    if by_host:
        return Rule.HOST_GROWS
    if verdict is Verdict.CAPPED_AND_THROW_ONLY:
        throws = Verdict.THROW_ONLY.at_most(worst(may))
        return Rule.GROWTH_CAPPED if throws else Rule.GROWTH_BEFORE_EXIT
    return RULES.get(verdict)


def _growth(entry: Entry, may: tuple[Verdict, ...], *, shared: bool) -> Violation:
    rule = _rule(entry.verdict, may, by_host=entry.host_grows is not None)
    memory = "a memory" if entry.memory is None else f"memory {entry.memory}"
    memory = f"the shared {memory}" if shared else memory
    if entry.host_grows is not None and entry.grower is not None:
        before = " before a trap" if entry.verdict is Verdict.TRAP_ONLY else ""
        grower = f"{shortened(entry.grower)} grows {memory}{before}"
        effect = f"reaches the import `{entry.host_grows}`, behind which {grower}"
    elif entry.host_grows is not None:
        effect = f"reaches the import `{entry.host_grows}`, which makes the host grow {memory}"
    elif entry.verdict is Verdict.CAPPED and entry.airtight:
        effect = f"can execute a growth of {memory}, which always fails as it is at its maximum"
    else:
        effect = f"can grow {memory} {_EFFECTS.get(entry.verdict, 'and return')}"
        if shared and entry.verdict is Verdict.CAPPED:
            effect = f"can grow {memory} by 0 pages and return, which leaves all views as they are"
        elif shared and entry.verdict is Verdict.REACHABLE:
            effect += ", which makes the host's views too short"
    headline = f"`{entry_name(entry)}` {effect}; its verdict is {entry.verdict.label}"
    return Violation(rule or Rule.SITE_PRESENT, headline, entry.name, entry, may)


def _sites(contract: ArtifactContract, judgement: Judgement, indices: list[int]) -> Iterator[Violation]:
    """Yield the violation for grow sites that the entry points at `indices`, or the module, may not have."""
    sites = judgement.sites
    if not contract.conditions.private_memories:
        unseen = {memory.index for memory in judgement.memories if not memory.visible}
        sites = tuple(site for site in sites if site.memory not in unseen)
    by_module = not judgement.entries and bool(sites)
    if not indices and not (by_module and worst(contract.allow) is Verdict.ABSENT):
        return
    headline = f"{counted(len(sites), 'grow site')} in the module"
    if sites:
        first = min(sites, key=lambda site: site.offset)
        headline += f", the first in {name_of(first.function)} at offset 0x{first.offset:x}"
    if indices:
        names = LazySequence(len(indices), lambda number: entry_name(judgement.entries[indices[number]]))
        headline += f", where {listed(names)} may have none"
    yield Violation(Rule.SITE_PRESENT, headline, allowed=(Verdict.ABSENT,))


def _imports(contract: ArtifactContract, judgement: Judgement) -> Iterator[Violation]:
    if not contract.imports.denied:
        return
    for entry in judgement.entries:
        for name in sorted(set(entry.imports)):
            if not contract.imports.trusts(name):
                reached, advice = _untrusted(entry, name)
                message = (
                    f"`{entry_name(entry)}` {reached}, which the contract does not trust; "
                    f"the policy for imports is deny: add {advice}"
                )
                yield Violation(Rule.UNTRUSTED_IMPORT, message, entry.name, entry)


def _untrusted(entry: Entry, name: str) -> tuple[str, str]:
    """Return how the entry point reaches the host's functions of this name, and how to avoid that."""
    shown = f"`{shortened(name)}`"
    if name == REFERENCES:
        return f"can call {shown} that the host hands in", f"{shown} to `trusted`, or don't call them"
    imported = any(
        item.table and item.table.imported and item.table.name == name for item in entry.assumptions
    )
    if imported or name.startswith(TABLE_PREFIX):
        table = f"the imported table {shown}" if imported else shown
        return (
            f"can call the host's functions in {table}",
            f"{shown} to `trusted`, or don't call through the table",
        )
    return f"reaches the import {shown}", "the name to `trusted`, or don't call the import"


def _memories(contract: ArtifactContract, judgement: Judgement) -> Iterator[Violation]:
    """Yield a violation for each limit that a memory breaks; a maximum must also be declared."""
    if contract.memory is None:
        return
    minimum, maximum = contract.memory
    if not judgement.memories:
        yield Violation(Rule.MEMORY_LIMITS, "the module has no memory, but the contract sets limits for one")
    for memory in judgement.memories:
        if minimum is not None and memory.min_pages < minimum:
            yield _limit(memory, "minimum", memory.min_pages, f"at least {counted(minimum, 'page')}")
        if maximum is not None and (memory.max_pages is None or memory.max_pages > maximum):
            yield _limit(memory, "maximum", memory.max_pages, f"at most {counted(maximum, 'page')}")


def _limit(memory: Memory, limit: str, pages: int | None, bound: str) -> Violation:
    declared = f"declares no {limit}" if pages is None else f"has a {limit} of {counted(pages, 'page')}"
    size = "" if memory.page_size == 65536 else f" (a page has {memory.page_size} bytes here)"
    return Violation(Rule.MEMORY_LIMITS, f"memory {memory.index} {declared}; allowed: {bound}{size}")


def _expected(contract: ArtifactContract, judgement: Judgement) -> Iterator[Violation]:
    advice = "the module has changed, or the check no longer recognizes its growth"
    for pattern, verdict in contract.expect:
        numbers = (number for number, key in enumerate(judgement.keys) if matches(pattern, *key))
        matching = [judgement.entries[number] for number in numbers]
        if not matching:
            hint = _hint(pattern, judgement)
            message = f"no such entry point: `{pattern}`, expected to be {verdict.label}{hint}"
            yield Violation(Rule.CONTROL_LOST, message, pattern)
        for entry in matching:
            if entry.verdict is not verdict:
                found = f"`{entry_name(entry)}` is {entry.verdict.label}, expected {verdict.label}"
                yield Violation(Rule.CONTROL_LOST, f"{found}; {advice}", entry.name, entry)
