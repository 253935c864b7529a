"""Define `nogrow diff`, which compares two builds."""

from functools import partial
from pathlib import Path

import click

from nogrow.cli.options import colour_option, contract_option, format_option, with_glue
from nogrow.cli.output import Colour, Output, Render, deliver, print_unjudged
from nogrow.report.exit_code import ExitCode
from nogrow.report.formats import Format

_FORMATS = (Format.TEXT, Format.MARKDOWN, Format.JSON)


@click.command()
@click.argument("old")
@click.argument("new")
@contract_option
@format_option(_FORMATS)
@colour_option
@with_glue
@click.pass_context
def diff(
    ctx: click.Context,
    old: str,
    new: str,
    contract_path: Path | None,
    outputs: tuple[Output, ...],
    colour: Colour,
    glue: tuple[Path, ...],
) -> None:
    """Compare the verdicts of OLD and NEW, entry point by entry point.

    OLD and NEW are modules or JSON reports of nogrow. The contract's trust in NEW's imports applies to OLD's
    as well. The exit code is 0 if nothing is worse, 1 if something is, 2 for wrong usage, 3 if a file does
    not exist, 4 if something could not be judged.
    """
    from nogrow.api.diff import UnjudgedError
    from nogrow.api.diff import diff as compare

    try:
        difference = compare(old, new, contract=contract_path, js=glue)
    except UnjudgedError as error:
        print_unjudged(error.report)
        ctx.exit(ExitCode.NOT_JUDGED)
    from nogrow.difference import as_json, text
    from nogrow.difference.model import Direction

    def render(form: Format, coloured: bool) -> Render:
        match form:
            case Format.JSON:
                return partial(as_json.render, difference)
            case Format.MARKDOWN:
                return partial(text.render_markdown, difference)
            case _:
                return partial(text.render, difference, colour=coloured)

    deliver(outputs, colour, render)
    ctx.exit(ExitCode.BROKEN if difference.direction is Direction.WORSE else ExitCode.KEPT)
