"""Gather the details of the report on one core module: assumptions, notes, offsets, failed scenarios."""

from collections.abc import Callable, Iterator, Sequence

from nogrow.analysis.judgement import Judgement
from nogrow.analysis.surroundings import Linked
from nogrow.contract.phrases import listed
from nogrow.contract.violation import Rule, Violation
from nogrow.jshost.model import Grower
from nogrow.pipeline.clauses import Clauses
from nogrow.scenarios.result import ScenarioOutcome, ScenarioResult

# Of a module with more violations, the others are reported without their places in the source.
MOST_LOCATED = 5_000
# How many imports a note names that another core module serves.
_MOST_SERVED = 8
# All formats but text list the whole path of each entry point. Real modules have some 10,000 steps in all.
MOST_STEPS = 2_000_000
TOO_LONG = f"the paths of its entry points have more than {MOST_STEPS:,} steps in all, too many for a report"


def can_be_listed(judgement: Judgement) -> bool:
    """Return whether the paths of all entry points together have at most `MOST_STEPS` steps."""
    growing = sum(verdict.grows for verdict in judgement.verdict_table.verdicts)
    left = MOST_STEPS
    for entry in judgement.entries if growing > 1 else ():
        left -= len(entry.witness)
        if left < 0:
            return False
    return True


def host_growth(judgement: Judgement, clauses: Clauses, growers: Sequence[Grower]) -> list[str]:
    """Return a sentence for each reached import behind which host code grows a memory of the module."""
    if all(memory.fixed or not memory.visible for memory in judgement.memories):
        return []
    trusted = frozenset.intersection(*(frozenset(clause.imports.trusted) for clause in clauses))
    reached = judgement.imports - trusted
    return [f"host grows: {grower.label}, {grower.place}" for grower in growers if grower.label in reached]


def served_imports(judgement: Judgement, linked: Linked) -> Iterator[str]:
    """Yield notes on the reached imports that other core modules of the component serve."""
    by_modules: dict[frozenset[int], list[str]] = {}
    for label, modules in linked.served.items():
        if label in judgement.imports:
            by_modules.setdefault(modules, []).append(label)
    for modules, labels in sorted(by_modules.items(), key=lambda item: sorted(item[0])):
        numbers = " or ".join(map(str, sorted(modules)))
        yield f"served by core module {numbers} of the component: {listed(sorted(labels), _MOST_SERVED)}"


def offsets_to_locate(
    judgement: Judgement | None, violations: Sequence[Violation], scenarios: Sequence[ScenarioResult]
) -> Callable[[], set[int]]:
    """Return a function that gathers the offsets of the instructions whose source a report shows."""

    def gather() -> set[int]:
        sites = judgement.sites if judgement is not None else ()
        witnesses = (violation.about.witness for violation in violations[:MOST_LOCATED] if violation.about)
        of_violations = (step for witness in witnesses for step in witness[:MOST_LOCATED])
        of_growths = (step for result in scenarios if result.grew_at for step in result.grew_at.backtrace)
        return {site.offset for site in sites} | {step.offset for step in (*of_violations, *of_growths)}

    return gather


def failed_scenarios(scenarios: Sequence[ScenarioResult]) -> tuple[Violation, ...]:
    """Return a violation of NG009 for each scenario that failed."""
    return tuple(
        Violation(Rule.SCENARIO_FAILED, f"scenario `{result.name}`: {result.message}")
        for result in scenarios
        if result.outcome is ScenarioOutcome.FAILED
    )
