"""`nogrow run`: run the scenarios of the contract."""

from pathlib import Path

import click

from nogrow.cli.options import Colour, Output, common, contract_at
from nogrow.cli.output import emit, plain
from nogrow.report.result import exit_code


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@common
@click.pass_context
def run(
    ctx: click.Context,
    paths: tuple[str, ...],
    contract_path: Path | None,
    outputs: tuple[Output, ...],
    quiet: bool,
    colour: Colour,
) -> None:
    """Run the contract's scenarios in wasmtime and watch the memory.

    Without PATH, run those of every artifact. A module is called, not judged: what it did not do
    is evidence, never proof.
    """
    contract = contract_at(contract_path)
    from nogrow.check import check as check_all
    from nogrow.contract.select import targets
    from nogrow.run.scenario import run as run_scenario

    chosen = targets(contract, paths)
    if not paths:
        chosen = tuple(target for target in chosen if target.clause.scenarios)
    report = check_all(contract, chosen, run=run_scenario)
    if not report.artifacts:
        click.echo("nogrow: nothing to run: the contract has no scenario", err=True)
    emit(report, outputs, colour, plain(quiet))
    ctx.exit(exit_code(report))
