"""Run the scenarios of a contract, or search for inputs that grow the memory: what `nogrow run` does."""

from collections.abc import Iterable, Iterator, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

from nogrow.analysis.judgement import EntryKind, Verdict
from nogrow.api.check import require_single_module, wanted
from nogrow.api.inputs import StrPath, contract_at, paths_of
from nogrow.contract.model import Host
from nogrow.errors import UsageError
from nogrow.report.model import ArtifactReport, Report
from nogrow.source.model import Frames

if TYPE_CHECKING:
    from nogrow.contract.model import ArtifactContract, Scenario
    from nogrow.contract.select import Target
    from nogrow.scenarios.result import ScenarioResult
    from nogrow.source.lookup import Wanted

Prefixes = Mapping[str, str] | Iterable[tuple[str, str]]


class Searched(NamedTuple):
    """The result of the search for one entry point, or the reason why there was none.

    `entry` is None where the whole module was not searched; `why_not` says why. `scenario` grows the memory;
    `result` and `sources` are those of running it again. `tries` counts the inputs that were tried. `added`
    are the imports that the contract does not have and the search provided; `reached` are those whose stubs
    ended a try.
    """

    path: str
    entry: str | None = None
    why_not: str | None = None
    tries: int = 0
    scenario: "Scenario | None" = None
    result: "ScenarioResult | None" = None
    sources: Frames = {}  # noqa: RUF012
    added: Host = Host()
    reached: tuple[str, ...] = ()


def run(
    paths: StrPath | Iterable[StrPath] = (),
    *,
    contract: StrPath | None = None,
    debug_info: StrPath | None = None,
    path_prefixes: Prefixes = (),
) -> Report:
    """Run the contract's scenarios for the modules at `paths`, or all of them, and return the report.

    The arguments are as in `nogrow.check`. Raises `Error` for wrong ones.
    """
    selected = paths_of(paths, "paths")
    rules = contract_at(contract)
    from nogrow.contract.select import targets
    from nogrow.pipeline.all_files import check
    from nogrow.scenarios.runner import run as run_scenario

    chosen = targets(rules, selected)
    if not selected:
        chosen = tuple(target for target in chosen if any(clause.scenarios for clause in target.clauses))
    require_single_module(debug_info, len(chosen))
    source = wanted(debug_info, path_prefixes)
    return check(rules, chosen, run=run_scenario, source=source, own_process=True)


def search(
    paths: StrPath | Iterable[StrPath] = (),
    *,
    seconds: float = 10,
    contract: StrPath | None = None,
    debug_info: StrPath | None = None,
    path_prefixes: Prefixes = (),
) -> tuple[Report, Iterator[Searched]]:
    """Search inputs that make the entry points grow that can: for up to `seconds` each.

    Returns the report on the modules, and an iterator that searches when it is read. The other arguments are
    as in `nogrow.check`. Raises `Error` for wrong ones.
    """
    selected = paths_of(paths, "paths")
    if find_spec("hypothesis") is None:
        raise UsageError("a search needs hypothesis: pip install 'nogrow[search]'")
    rules = contract_at(contract)
    from nogrow.analysis.proof import judge
    from nogrow.contract.select import targets
    from nogrow.pipeline.all_files import check

    chosen = targets(rules, selected)
    require_single_module(debug_info, len(chosen))
    report = check(rules, chosen, judge=judge)
    return report, _searched(report, chosen, seconds, wanted(debug_info, path_prefixes))


def _searched(
    report: Report, chosen: "Iterable[Target]", seconds: float, source: "Wanted"
) -> Iterator[Searched]:
    clauses = {target.path: target.clause for target in chosen}
    for artifact in report.artifacts:
        if artifact.judgement is None:
            reasons = [violation.headline for violation in artifact.violations] or ["no such module"]
            yield Searched(artifact.path, why_not=f"not searched: {reasons[0]}")
        elif artifact.path not in clauses:
            yield Searched(artifact.path, why_not="not searched: it is part of a component")
        else:
            yield from _in_module(artifact, clauses[artifact.path], seconds, source)


def _in_module(
    artifact: ArtifactReport, clause: "ArtifactContract", seconds: float, source: "Wanted"
) -> Iterator[Searched]:
    from nogrow.contract.phrases import headline
    from nogrow.scenarios.argument_search import search as search_arguments
    from nogrow.scenarios.errors import GuestError
    from nogrow.wasm.file import read

    path, judgement = artifact.path, artifact.judgement
    entries = [
        entry.name
        for entry in (judgement.entries if judgement is not None else ())
        if entry.kind is EntryKind.EXPORT and entry.seen is None and Verdict.CAPPED.at_most(entry.verdict)
    ]
    if judgement is not None and not entries:
        reason = "it is proved that no exported function can grow the memory and return"
        if judgement.resting.assumptions:
            reason = headline(judgement)
        yield Searched(path, why_not=f"nothing to search: {reason}")
    data = read(path)
    for name in entries:
        try:
            found = search_arguments(data, name, clause.scenarios, clause.host, seconds)
        except GuestError as error:
            yield Searched(path, name, f"not searched: {error}")
            continue
        if found.scenario is None:
            yield Searched(path, name, tries=found.tries, added=found.added, reached=found.reached)
        else:
            again = Searched(path, name, tries=found.tries, scenario=found.scenario, added=found.added)
            yield _run_again(again, data, source)


def _run_again(found: Searched, data: bytes, source: "Wanted") -> Searched:
    """Return the search with the result of its scenario, and the source lines of the growth."""
    from nogrow.scenarios.runner import run as run_scenario
    from nogrow.source.lookup import find_sources

    if found.scenario is None:
        return found
    result = run_scenario(data, found.scenario)
    offsets = {step.offset for step in result.grew_at.backtrace} if result.grew_at else set()
    sources = find_sources(found.path, data, 0, offsets, source).frames
    return found._replace(result=result, sources=sources)
