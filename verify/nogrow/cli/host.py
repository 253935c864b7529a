"""`nogrow host`: find views in JavaScript host code that are kept across calls into the module."""

import click

from nogrow.cli.options import Colour, Format, Output, reporting
from nogrow.cli.output import emit, plain
from nogrow.cli.progress import progress
from nogrow.errors import UsageError
from nogrow.report.result import exit_code


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE.js...")
@reporting
@click.pass_context
def host(
    ctx: click.Context, files: tuple[str, ...], outputs: tuple[Output, ...], quiet: bool, colour: Colour
) -> None:
    """Find views of a memory that host code keeps across calls that may grow it.

    JavaScript (.js, .mjs, .cjs) and TypeScript (.ts, .mts, .cts) are read. Exit code 1 means a
    finding, 4 that a file could not be judged.
    """
    if any(output.format is Format.HTML for output in outputs):
        raise UsageError("--format html: that page is about modules; host code has the other formats")
    from nogrow.pipeline.check_host_code import inspect

    with progress() as watch:
        report = inspect(files, watch)
    emit(report, outputs, colour, plain(quiet))
    ctx.exit(exit_code(report))
