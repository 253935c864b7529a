"""`nogrow check`: judge modules against the contract."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from nogrow.cli.options import Colour, Format, Output, common, contract_at
from nogrow.cli.output import emit, plain
from nogrow.cli.progress import progress
from nogrow.report.result import exit_code

if TYPE_CHECKING:
    from nogrow.glue.model import Glue


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@common
@click.option(
    "--glue",
    "glue",
    metavar="FILE.js",
    multiple=True,
    type=click.Path(path_type=Path),
    help="JavaScript glue: find in it the imports behind which the host grows the memory; repeatable.",
)
@click.option(
    "--validate/--no-validate",
    default=None,
    help="Have wasmtime validate the modules as well; by default, those of up to 2 MiB.",
)
@click.option(
    "--jobs",
    "-j",
    metavar="N",
    type=click.IntRange(min=1),
    help="Use up to N processes; by default, as many as there are cores.",
)
@click.pass_context
def check(
    ctx: click.Context,
    paths: tuple[str, ...],
    contract_path: Path | None,
    outputs: tuple[Output, ...],
    quiet: bool,
    colour: Colour,
    glue: tuple[Path, ...],
    validate: bool | None,
    jobs: int | None,
) -> None:
    """Judge modules (files, folders, globs) against the contract.

    Without PATH, judge every artifact of the contract. Without a contract, every entry point must
    be absent or unreachable.
    """
    contract = contract_at(contract_path)
    from nogrow.contract.select import targets

    chosen = targets(contract, paths)
    ahead = None
    if len(chosen) == 1 and chosen[0].found:
        from nogrow.ahead import Ahead

        ahead = Ahead(chosen[0].path)
    from nogrow.background import cores
    from nogrow.check import check as check_all
    from nogrow.proof.prove import judge

    with progress() as watch:
        report = check_all(
            contract,
            chosen,
            judge=ahead.judge if ahead else judge,
            glue=_read(glue),
            validate=validate,
            jobs=1 if ahead else jobs or cores(),
            digest=any(output.format is Format.JSON for output in outputs),
            ahead=ahead,
            watch=watch,
        )
    if not report.artifacts:
        click.echo("nogrow: nothing to check: name a PATH, or write nogrow.toml", err=True)
    emit(report, outputs, colour, plain(quiet))
    ctx.exit(exit_code(report))


def _read(paths: tuple[Path, ...]) -> "list[Glue]":
    if not paths:
        return []
    from nogrow.glue.read import read

    return [read(path) for path in paths]
