"""Apply all clauses of a contract that are about one core module, where the strictest of them decides."""

from collections.abc import Callable, Collection, Sequence

from nogrow.analysis.judgement import Conditions, Judgement
from nogrow.contract.model import ArtifactContract
from nogrow.contract.violations import Rule, Violation, violations
from nogrow.scenarios.result import ScenarioOutcome, ScenarioResult

Clauses = Sequence[ArtifactContract]


def conditions_of(clauses: Clauses) -> Conditions:
    """Return the strictest conditions that any of the clauses sets."""
    every = [clause.conditions for clause in clauses]
    return Conditions(*map(any, zip(*every, strict=True)))


def trusted_by_all(clauses: Clauses, growing: Collection[str] = frozenset()) -> Callable[[str], bool]:
    """Return a function that says whether all clauses trust an import.

    The imports in `growing` are known to grow the memory, and are trusted by their exact name only.
    """
    every = [clause.imports for clause in clauses]
    return lambda name: all(
        name in imports.trusted or (name not in growing and imports.trusts(name)) for imports in every
    )


def violations_of_all(clauses: Clauses, judgement: Judgement) -> Sequence[Violation]:
    """Return the violations of all clauses, sorted by rule, each of them once."""
    first, *others = clauses
    if not others:
        return violations(first, judgement)
    broken: list[Violation] = []
    for clause in clauses:
        broken += (violation for violation in violations(clause, judgement) if violation not in broken)
    return sorted(broken, key=lambda violation: violation.rule.id)


def failed_scenarios(scenarios: Sequence[ScenarioResult]) -> tuple[Violation, ...]:
    """Return a violation of NG009 for each scenario that failed."""
    return tuple(
        Violation(Rule.SCENARIO_FAILED, f"scenario `{result.name}`: {result.message}")
        for result in scenarios
        if result.outcome is ScenarioOutcome.FAILED
    )


def joined(violations: Sequence[Violation], more: tuple[Violation, ...]) -> Sequence[Violation]:
    """Return `violations` and `more` as one sequence; `violations` stays lazy if there are no more."""
    return (*violations, *more) if more else violations
