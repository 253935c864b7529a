"""Define `nogrow run`, which runs the scenarios of the contract."""

from pathlib import Path

import click

from nogrow.cli.options import Colour, Format, Output, Prefixes, common, contract_at, with_sources
from nogrow.cli.output import emit, plain
from nogrow.errors import UsageError
from nogrow.report.result import ExitCode, Outcome, exit_code


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
    debug_info: Path | None,
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
    if debug_info is not None and len(chosen) > 1:
        raise UsageError(f"--debug-info needs a single module, and {len(chosen)} are run")
    wanted = Wanted(None if debug_info is None else str(debug_info), prefixes)
    if search:
        from nogrow.cli.search import found, judged

        if any(output.format is not Format.TEXT for output in outputs):
            raise UsageError("--search has no format but text")
        report = judged(contract, chosen)
        lines = list(found(report, chosen, seconds, wanted))
        for line in lines or ["nogrow: nothing to search: give a PATH"]:
            click.echo(line, err=not lines)
        ctx.exit(ExitCode.KEPT if report.outcome is Outcome.BROKEN else exit_code(report))
    report = check_all(contract, chosen, run=run_scenario, source=wanted, own_process=True)
    if not report.artifacts:
        click.echo("nogrow: nothing to run: the contract has no scenario", err=True)
    emit(report, outputs, colour, plain(quiet))
    ctx.exit(exit_code(report))
