"""`nogrow check`: judge modules against the contract."""

from pathlib import Path

import click

from nogrow.cli.options import Colour, Output, common, contract_at
from nogrow.cli.output import emit, plain
from nogrow.report.result import exit_code


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@common
@click.pass_context
def check(
    ctx: click.Context,
    paths: tuple[str, ...],
    contract_path: Path | None,
    outputs: tuple[Output, ...],
    quiet: bool,
    colour: Colour,
) -> None:
    """Judge modules (files, folders, globs) against the contract.

    Without PATH, judge every artifact of the contract. Without a contract, every entry point must
    be absent or unreachable.
    """
    contract = contract_at(contract_path)
    from nogrow.check import check as check_all
    from nogrow.contract.select import targets
    from nogrow.proof.prove import judge

    report = check_all(contract, targets(contract, paths), judge=judge)
    if not report.artifacts:
        click.echo("nogrow: nothing to check: name a PATH, or write nogrow.toml", err=True)
    emit(report, outputs, colour, plain(quiet))
    ctx.exit(exit_code(report))
