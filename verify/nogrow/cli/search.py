"""Search for inputs that make entry points grow, for `nogrow run --search`."""

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

from nogrow.errors import UsageError
from nogrow.report.escaping import printable

if TYPE_CHECKING:
    from nogrow.contract.model import Contract, Scenario
    from nogrow.contract.select import Target
    from nogrow.report.result import Report
    from nogrow.source.lookup import Wanted

INDENT = "   "


def judged(contract: "Contract | None", chosen: "Sequence[Target]") -> "Report":
    """Return the report that says which entry points can grow; raises `UsageError` without hypothesis."""
    if find_spec("hypothesis") is None:
        raise UsageError("--search needs hypothesis: pip install 'nogrow[search]'")
    from nogrow.analysis.proof import judge
    from nogrow.pipeline.check import check

    return check(contract, chosen, judge=judge)


def found(report: "Report", chosen: "Sequence[Target]", seconds: float, wanted: "Wanted") -> Iterator[str]:
    """Yield lines on the search for each exported function that is `reachable` or `capped`.

    Each function is searched for `seconds`.
    """
    from nogrow.analysis.judgement import EntryKind, Verdict
    from nogrow.contract.headlines import headline
    from nogrow.contract.scenario_toml import spelled
    from nogrow.scenarios.argument_search import search
    from nogrow.scenarios.errors import GuestError
    from nogrow.wasm.file import read

    clauses = {target.path: target.clause for target in chosen}
    for artifact in report.artifacts:
        path = printable(artifact.path)
        if artifact.judgement is None:
            reasons = [violation.headline for violation in artifact.violations] or ["no such module"]
            yield f"{path}: not searched: {printable(reasons[0])}"
            continue
        if artifact.path not in clauses:
            yield f"{path}: not searched: it is part of a component"
            continue
        entries = [
            entry.name
            for entry in artifact.judgement.entries
            if entry.kind is EntryKind.EXPORT and entry.seen is None and Verdict.CAPPED.at_most(entry.verdict)
        ]
        if not entries:
            reason = "it is proved that no exported function can grow the memory and return"
            if artifact.judgement.resting.assumptions:
                reason = printable(headline(artifact.judgement))
            yield f"{path}: nothing to search: {reason}"
        data = read(artifact.path)
        for name in entries:
            function = f"{path}: `{printable(name)}`"
            clause = clauses[artifact.path]
            try:
                result = search(data, name, clause.scenarios, clause.host, seconds)
            except GuestError as error:
                yield f"{function}: not searched: {printable(str(error))}"
                continue
            tries = f"{result.tries:,} tries"
            if result.found is None:
                yield f"{function}: no growth found in {tries} and {seconds:g} seconds; this proves nothing"
                continue
            yield f"{function}: grows the memory, found in {tries}:"
            yield from (INDENT + line for line in spelled(result.found).split("\n"))
            yield from _shown(artifact.path, data, result.found, wanted)


def _shown(path: str, data: bytes, scenario: "Scenario", wanted: "Wanted") -> Iterator[str]:
    from nogrow.report.scenario_text import scenario as lines
    from nogrow.scenarios.runner import run
    from nogrow.source.lookup import find_sources

    result = run(data, scenario)
    offsets = {step.offset for step in result.grew_at.backtrace} if result.grew_at else set()
    yield from (INDENT + line for line in lines(result, find_sources(path, data, 0, offsets, wanted).frames))
