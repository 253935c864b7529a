"""`nogrow run --search`: try to make entry points grow that a proof says can."""

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
    """The report that says which entry points to search; raises `UsageError` without hypothesis."""
    if find_spec("hypothesis") is None:
        raise UsageError("--search needs hypothesis: pip install 'nogrow[search]'")
    from nogrow.analysis.verdicts import judge
    from nogrow.pipeline.check import check

    return check(contract, chosen, judge=judge)


def found(report: "Report", chosen: "Sequence[Target]", seconds: float, wanted: "Wanted") -> Iterator[str]:
    """Yield the lines that say what was found, for each entry point that is `reachable` or `capped`.

    Each is searched for `seconds`.
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
            why = [one.headline for one in artifact.violations] or ["no module found"]
            yield f"{path}: nothing is searched: {printable(why[0])}"
            continue
        if artifact.path not in clauses:
            yield f"{path}: a part of a component, which can't be searched"
            continue
        entries = [
            one.name
            for one in artifact.judgement.entries
            if one.kind is EntryKind.EXPORT and one.seen is None and Verdict.CAPPED.at_most(one.verdict)
        ]
        if not entries:
            said = "no exported function can grow the memory and return, by the proof"
            if artifact.judgement.resting.assumptions:
                said = f"nothing to search: {printable(headline(artifact.judgement))}"
            yield f"{path}: {said}"
        data = read(artifact.path)
        for name in entries:
            who = f"{path}: `{printable(name)}`"
            clause = clauses[artifact.path]
            try:
                result = search(data, name, clause.scenarios, clause.host, seconds)
            except GuestError as error:
                yield f"{who}: not searched: {printable(str(error))}"
                continue
            tries = f"{result.tries:,} tries"
            if result.found is None:
                yield f"{who}: no growth found in {tries} and {seconds:g} seconds; that is no proof of none"
                continue
            yield f"{who}: grows the memory, found in {tries}:"
            yield from (INDENT + line for line in spelled(result.found).split("\n"))
            yield from _shown(artifact.path, data, result.found, wanted)


def _shown(path: str, data: bytes, scenario: "Scenario", wanted: "Wanted") -> Iterator[str]:
    from nogrow.report.scenario_text import scenario as lines
    from nogrow.scenarios.runner import run
    from nogrow.source.lookup import find_sources

    result = run(data, scenario)
    offsets = {step.offset for step in result.grew_at.backtrace} if result.grew_at else set()
    yield from (INDENT + line for line in lines(result, find_sources(path, data, 0, offsets, wanted).frames))
