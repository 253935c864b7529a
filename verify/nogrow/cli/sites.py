"""Define `nogrow sites`, which lists the grow sites of a module."""

from pathlib import Path

import click

from nogrow.api.inputs import contract_at
from nogrow.cli.options import Colour, Output, common
from nogrow.cli.output import emit
from nogrow.report.exit_code import ExitCode, Outcome
from nogrow.report.formats import Format


@click.command()
@click.argument("file")
@common
@click.pass_context
def sites(
    ctx: click.Context,
    file: str,
    contract_path: Path | None,
    outputs: tuple[Output, ...],
    quiet: bool,
    colour: Colour,
) -> None:
    """List the memory.grow instructions of FILE.

    The exit code is 4 if FILE could not be judged, 3 if it does not exist, else 0, whatever the contract
    says. The JSON format is the report of `check`.
    """
    contract = contract_at(contract_path)
    from nogrow.analysis.proof import judge
    from nogrow.contract.select import targets
    from nogrow.pipeline.all_files import check as check_all
    from nogrow.report.text import render_sites

    lists_paths = any(output.format is not Format.TEXT for output in outputs)
    report = check_all(
        contract, targets(contract, (file,)), judge=judge, lists_paths=lists_paths, require_host_code=False
    )
    emit(report, outputs, colour, render_sites)
    ctx.exit(ExitCode.KEPT if report.outcome is Outcome.BROKEN else report.exit_code)
