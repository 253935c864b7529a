"""Define `nogrow host`, which finds views that JavaScript host code keeps across calls."""

import click

from nogrow.cli.options import Colour, Output, reporting, with_views
from nogrow.cli.output import emit, progress, text_renderer
from nogrow.report.exit_code import exit_code


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE.js...")
@click.option(
    "--module",
    "modules",
    multiple=True,
    metavar="FILE",
    help="A module that belongs to the code; repeatable.",
)
@with_views
@reporting
@click.pass_context
def host(
    ctx: click.Context,
    files: tuple[str, ...],
    outputs: tuple[Output, ...],
    quiet: bool,
    colour: Colour,
    strict: bool,
    stale_length: bool,
    modules: tuple[str, ...],
) -> None:
    """Find memory views that host code keeps across calls that may grow the memory.

    FILE is JavaScript (.js, .mjs, .cjs) or TypeScript (.ts, .mts, .cts). Files that import each other are
    one program. The exit code is 1 if a view is found, 4 if a file could not be judged.
    """
    from nogrow.pipeline.cached_views import inspect

    with progress() as watch:
        report = inspect(files, watch, strict=strict, stale_length=stale_length, modules=modules)
    emit(report, outputs, colour, text_renderer(quiet))
    ctx.exit(exit_code(report))
