"""Define `nogrow host`, which finds views that JavaScript host code keeps across calls."""

import click

from nogrow.api.host import host as find_views
from nogrow.cli.options import reporting, with_views
from nogrow.cli.output import Colour, Output, emit, progress, text_renderer


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
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
    paths: tuple[str, ...],
    outputs: tuple[Output, ...],
    quiet: bool,
    colour: Colour,
    strict: bool,
    stale_length: bool,
    modules: tuple[str, ...],
) -> None:
    """Find memory views that host code keeps across calls that may grow the memory.

    PATH is JavaScript, TypeScript, a page with scripts, a component of Vue or Svelte, a C or C++ source with
    EM_JS or EM_ASM, or a folder with such files; node_modules below a folder is left out. Files that import
    each other are one program. The exit code is 1 if a view is found, 4 if a file could not be judged.
    """
    with progress() as watch:
        report = find_views(paths, modules=modules, strict=strict, stale_length=stale_length, progress=watch)
    emit(report, outputs, colour, text_renderer(quiet))
    ctx.exit(report.exit_code)
