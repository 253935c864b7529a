"""Define `nogrow run`, which runs the scenarios of the contract or searches for inputs that grow memory."""

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nogrow.api.check import require_single_module
from nogrow.api.inputs import contract_at
from nogrow.cli.options import Colour, Output, Prefixes, common, with_sources
from nogrow.cli.output import emit, text_renderer
from nogrow.errors import UsageError
from nogrow.report.escaping import printable
from nogrow.report.exit_code import ExitCode, Outcome
from nogrow.report.formats import Format
from nogrow.report.model import Report

if TYPE_CHECKING:
    from nogrow.contract.model import Scenario
    from nogrow.contract.select import Target
    from nogrow.source.lookup import Wanted

_INDENT = "   "


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--search", is_flag=True, help="Search for inputs that make an entry point grow.")
@click.option(
    "--budget",
    "seconds",
    metavar="SECONDS",
    type=click.FloatRange(0, min_open=True),
    default=10,
    show_default=True,
    help="The time to search for each entry point.",
)
@with_sources
@common
@click.pass_context
def run(
    ctx: click.Context,
    paths: tuple[str, ...],
    search: bool,
    seconds: float,
    contract_path: Path | None,
    outputs: tuple[Output, ...],
    quiet: bool,
    colour: Colour,
    debug_info: str | None,
    prefixes: Prefixes,
) -> None:
    """Run the contract's scenarios in wasmtime and watch the memory.

    Without PATH, the scenarios of every artifact are run. Where a step grows the memory, its call stack is
    shown, with source lines if the module has debug information. A run is evidence, not proof: another input
    may still grow the memory.
    """
    contract = contract_at(contract_path)
    from nogrow.contract.select import targets
    from nogrow.pipeline.all_files import check as check_all
    from nogrow.scenarios.runner import run as run_scenario
    from nogrow.source.lookup import Wanted

    chosen = targets(contract, paths)
    if not paths and not search:
        chosen = tuple(target for target in chosen if any(clause.scenarios for clause in target.clauses))
    require_single_module(debug_info, len(chosen))
    wanted = Wanted(debug_info, prefixes)
    if not search:
        report = check_all(contract, chosen, run=run_scenario, source=wanted, own_process=True)
        if not report.artifacts:
            click.echo("nogrow: nothing to run: the contract has no scenario", err=True)
        emit(report, outputs, colour, text_renderer(quiet))
        ctx.exit(report.exit_code)
    if any(output.format is not Format.TEXT for output in outputs):
        raise UsageError("--search has no format but text")
    if find_spec("hypothesis") is None:
        raise UsageError("--search needs hypothesis: pip install 'nogrow[search]'")
    from nogrow.analysis.proof import judge

    report = check_all(contract, chosen, judge=judge)
    lines = list(_searched(report, chosen, seconds, wanted))
    for line in lines or ["nogrow: nothing to search: give a PATH"]:
        click.echo(line, err=not lines)
    ctx.exit(ExitCode.KEPT if report.outcome is Outcome.BROKEN else report.exit_code)


def _searched(report: Report, chosen: "Sequence[Target]", seconds: float, wanted: "Wanted") -> Iterator[str]:
    """Search inputs for each exported function that is `reachable` or `capped`, and yield the results.

    The search takes up to `seconds` for each function.
    """
    from nogrow.analysis.judgement import EntryKind, Verdict
    from nogrow.contract.phrases import headline
    from nogrow.contract.toml_text import spelled
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
        data, clause = read(artifact.path), clauses[artifact.path]
        for name in entries:
            function = f"{path}: `{printable(name)}`"
            try:
                result = search(data, name, clause.scenarios, clause.host, seconds)
            except GuestError as error:
                yield f"{function}: not searched: {printable(str(error))}"
                continue
            tries = f"{result.tries:,} tries"
            if result.scenario is None:
                yield f"{function}: no growth found in {tries} and {seconds:g} seconds; this proves nothing"
                continue
            yield f"{function}: grows the memory, found in {tries}:"
            shown = _run_lines(artifact.path, data, result.scenario, wanted)
            yield from (_INDENT + line for line in (*spelled(result.scenario).split("\n"), *shown))


def _run_lines(path: str, data: bytes, scenario: "Scenario", wanted: "Wanted") -> Iterator[str]:
    from nogrow.report.scenario_text import scenario as lines
    from nogrow.scenarios.runner import run
    from nogrow.source.lookup import find_sources

    result = run(data, scenario)
    offsets = {step.offset for step in result.grew_at.backtrace} if result.grew_at else set()
    yield from lines(result, find_sources(path, data, 0, offsets, wanted).frames)
