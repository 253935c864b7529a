"""From a clause of the contract and a judgement to what is broken: no files, no output."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from nogrow.analysis.judgement import Entry, Judgement, Memory, Verdict, worst
from nogrow.contract.entry_keys import closeness, key_of, matches
from nogrow.contract.model import ArtifactContract, Expectation, Policy
from nogrow.contract.phrases import counted, entry_name, listed, name_of, shortened
from nogrow.contract.violation import Rule, Violation
from nogrow.util.lazy import LazySequence

RULES = {
    Verdict.TRAP_ONLY: Rule.GROWTH_BEFORE_EXIT,
    Verdict.THROW_ONLY: Rule.GROWTH_BEFORE_EXIT,
    Verdict.CAPPED: Rule.GROWTH_CAPPED,
    Verdict.REACHABLE: Rule.GROWTH_REACHABLE,
}


def violations(contract: ArtifactContract, judgement: Judgement) -> Sequence[Violation]:
    """What `judgement` breaks of `contract`, by rule and then in the order of the entry points.

    Allowing a verdict allows the better ones, and no other. What an `expect` names has that one verdict and
    no other; `allow` and `exports` say nothing of it. Growth in the start function before any view exists
    breaks nothing.
    """
    verdict_table, entries = judgement.verdict_table, judgement.entries
    # By rule: the places of what grows and what may be there, or the violation where it is there already.
    found: defaultdict[str, list[tuple[int, tuple[Verdict, ...]] | Violation]] = defaultdict(list)
    with_sites: list[int] = []
    for place, may in _not_allowed(contract, judgement):
        verdict = verdict_table.seen.get(place, verdict_table.verdicts[place])
        rule = _rule(verdict, may, by_host=place in verdict_table.host_grows)
        if rule is None:
            with_sites.append(place)
        else:
            found[rule.id].append((place, may))
    for violation in (
        *_sites(contract, judgement, with_sites),
        *_imports(contract, judgement),
        *_memories(contract, judgement),
        *_expected(contract, judgement),
    ):
        found[violation.rule.id].append(violation)
    ordered = [one for number in sorted(found) for one in found[number]]

    def at(number: int) -> Violation:
        one = ordered[number]
        return one if isinstance(one, Violation) else _growth(entries[one[0]], one[1])

    return LazySequence(len(ordered), at)


def notes(contract: ArtifactContract, judgement: Judgement) -> tuple[str, ...]:
    """What the contract's author should know although nothing is broken.

    That is an exception for exports which names no entry point: it protects or excuses nothing. And it is
    that there are no views of a memory that can grow.
    """
    unseen = () if contract.conditions.private_memories else _unseen(judgement)
    return *unseen, *(
        f"the contract's exports name `{one.pattern}`, which no entry point matches"
        f"{_hint(one.pattern, judgement)}"
        for one in contract.exports
        if not any(matches(one.pattern, entry) for entry in judgement.entries)
    )


def _unseen(judgement: Judgement) -> Iterator[str]:
    """Say of each memory that the module grows and no host sees that it is one."""
    growing = {site.memory for site in judgement.sites}
    for memory in judgement.memories:
        if memory.index in growing and not memory.visible:
            yield f"memory {memory.index} is neither imported nor exported: no host view of it can exist"


def allowed(contract: ArtifactContract, entry: Entry) -> tuple[Verdict, ...]:
    """The verdicts that the entry point may have.

    A key that can name nothing else wins over globs, a longer glob over a shorter one, of two equally long
    ones the first in the file.
    """
    matching = [one for one in contract.exports if matches(one.pattern, entry)]
    if not matching:
        return contract.allow
    return max(matching, key=lambda one: closeness(one.pattern, entry)).allow


def _hint(pattern: str, judgement: Judgement) -> str:
    """How to name the entry point that reports call as the key is spelled."""
    meant = next((entry for entry in judgement.entries if entry.name == pattern), None)
    return "" if meant is None else f"; the key for `{shortened(meant.name)}` is `{key_of(meant)}`"


def _not_allowed(
    contract: ArtifactContract, judgement: Judgement
) -> Iterator[tuple[int, tuple[Verdict, ...]]]:
    """The places of the entry points whose verdict is not allowed, and what is."""
    verdict_table = judgement.verdict_table
    may, most = contract.allow, worst(contract.allow)
    by_name = contract.exports or contract.expect
    for place, verdict in enumerate(verdict_table.verdicts):
        if by_name:
            entry = judgement.entries[place]
            if any(matches(one.pattern, entry) for one in contract.expect):
                continue
            may = allowed(contract, entry)
            most = worst(may)
        # Of a memory that no host sees there are no views.
        counting = verdict_table.seen.get(place, verdict)
        if not counting.at_most(most) and place not in verdict_table.excused:
            yield place, may


def _rule(verdict: Verdict, may: tuple[Verdict, ...], *, by_host: bool) -> Rule | None:
    """The rule that the verdict breaks, None where it is the presence of grow sites."""
    if by_host:
        return Rule.HOST_GROWS
    if verdict is Verdict.CAPPED_AND_THROW_ONLY:
        throws = Verdict.THROW_ONLY.at_most(worst(may))
        return Rule.GROWTH_CAPPED if throws else Rule.GROWTH_BEFORE_EXIT
    return RULES.get(verdict)


def _growth(entry: Entry, may: tuple[Verdict, ...]) -> Violation:
    name = f"`{entry_name(entry)}`"
    by_host = entry.host_grows is not None
    rule = _rule(entry.verdict, may, by_host=by_host)
    memory = "a memory" if entry.memory is None else f"memory {entry.memory}"
    match rule, entry.verdict:
        case Rule.HOST_GROWS, _ if entry.grower is not None:
            before = " before a trap" if entry.verdict is Verdict.TRAP_ONLY else ""
            grower = f"{shortened(entry.grower)} grows {memory}{before}"
            what = f"reaches the import `{entry.host_grows}`, behind which {grower}"
        case Rule.HOST_GROWS, _:
            what = f"reaches the import `{entry.host_grows}`, which makes the host grow {memory}"
        case _, Verdict.TRAP_ONLY:
            what = f"can grow {memory} before it traps"
        case _, Verdict.THROW_ONLY:
            what = f"can grow {memory} before an exception leaves it"
        case _, Verdict.CAPPED_AND_THROW_ONLY:
            what = (
                f"can grow {memory} before an exception leaves it, and another memory by 0 pages and return"
            )
        case _, Verdict.CAPPED if entry.airtight:
            what = f"can execute a growth of {memory}, which always fails as it is at its maximum"
        case _, Verdict.CAPPED:
            what = f"can grow {memory} by 0 pages and return; that detaches views as well"
        case _:
            what = f"can grow {memory} and return"
    headline = f"{name} {what}; its verdict is {entry.verdict.label}"
    return Violation(rule or Rule.SITE_PRESENT, headline, entry.name, entry, may)


def _sites(contract: ArtifactContract, judgement: Judgement, places: list[int]) -> Iterator[Violation]:
    """Grow sites where there may be none, for the entry points at `places` or for the whole module."""
    sites = judgement.sites
    if not contract.conditions.private_memories:
        unseen = {memory.index for memory in judgement.memories if not memory.visible}
        sites = tuple(site for site in sites if site.memory not in unseen)
    by_module = not judgement.entries and bool(sites)
    if not places and not (by_module and worst(contract.allow) is Verdict.ABSENT):
        return
    count = counted(len(sites), "grow site")
    where = ""
    if sites:
        first = min(sites, key=lambda site: site.offset)
        where = f", the first in {name_of(first.function)} at offset 0x{first.offset:x}"
    names = LazySequence(len(places), lambda place: entry_name(judgement.entries[places[place]]))
    who = f", where {listed(names)} may have none" if names else ""
    headline = f"{count} in the module{where}{who}"
    yield Violation(Rule.SITE_PRESENT, headline, allowed=(Verdict.ABSENT,))


def _imports(contract: ArtifactContract, judgement: Judgement) -> Iterator[Violation]:
    if contract.imports.policy is not Policy.DENY:
        return
    for entry in judgement.entries:
        for name in sorted(set(entry.imports)):
            if not contract.imports.trusts(name):
                message = (
                    f"`{entry_name(entry)}` reaches the import `{shortened(name)}`, "
                    "which the contract does not trust; "
                    "the policy for imports is deny: trust it by name or don't reach it"
                )
                yield Violation(Rule.UNTRUSTED_IMPORT, message, entry.name, entry)


def _memories(contract: ArtifactContract, judgement: Judgement) -> Iterator[Violation]:
    """Holds each memory to the limits: the minimum at least, the maximum declared and at most."""
    limits = contract.memory
    if limits is None:
        return
    if not judgement.memories:
        yield Violation(Rule.MEMORY_LIMITS, "the module has no memory; the contract gives limits for one")
    for memory in judgement.memories:
        least, most = limits.min_pages, limits.max_pages
        if least is not None and memory.min_pages < least:
            yield _limit(memory, "minimum", memory.min_pages, f"at least {_pages(least)}")
        if most is not None and (memory.max_pages is None or memory.max_pages > most):
            yield _limit(memory, "maximum", memory.max_pages, f"at most {_pages(most)}")


def _limit(memory: Memory, which: str, pages: int | None, wanted: str) -> Violation:
    declared = f"declares no {which}" if pages is None else f"has a {which} of {_pages(pages)}"
    size = "" if memory.page_size == 65536 else f" (a page has {memory.page_size} bytes here)"
    message = f"memory {memory.index} {declared}; allowed: {wanted}{size}"
    return Violation(Rule.MEMORY_LIMITS, message)


def _pages(count: int) -> str:
    return counted(count, "page")


def _expected(contract: ArtifactContract, judgement: Judgement) -> Iterator[Violation]:
    for one in contract.expect:
        matching = [entry for entry in judgement.entries if matches(one.pattern, entry)]
        if not matching:
            hint = _hint(one.pattern, judgement)
            message = f"no such entry point: `{one.pattern}`, expected to be {one.verdict.label}{hint}"
            yield Violation(Rule.CONTROL_LOST, message, one.pattern)
        for entry in matching:
            if entry.verdict is not one.verdict:
                yield _lost(entry, one)


def _lost(entry: Entry, one: Expectation) -> Violation:
    found = f"`{entry_name(entry)}` is {entry.verdict.label}"
    advice = "the module has changed, or the check no longer sees what it does"
    headline = f"{found}, expected {one.verdict.label}; {advice}"
    return Violation(Rule.CONTROL_LOST, headline, entry.name, entry)
