"""Define `nogrow sites`, which lists the grow sites of a module."""

from pathlib import Path

import click

from nogrow.cli.options import common
from nogrow.cli.output import Colour, Output, emit
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
    from nogrow.api.sites import sites as grow_sites
    from nogrow.report.text import render_sites

    lists_paths = any(output.format is not Format.TEXT for output in outputs)
    report = grow_sites(file, contract=contract_path, list_paths=lists_paths)
    emit(report, outputs, colour, render_sites)
    ctx.exit(ExitCode.KEPT if report.outcome is Outcome.BROKEN else report.exit_code)
