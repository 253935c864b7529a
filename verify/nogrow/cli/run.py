"""Define `nogrow run`, which runs the scenarios of the contract or searches for inputs that grow memory."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nogrow.cli.options import Prefixes, common, with_sources
from nogrow.cli.output import Colour, Output, emit, text_renderer
from nogrow.errors import UsageError
from nogrow.report.escaping import printable
from nogrow.report.exit_code import ExitCode, Outcome
from nogrow.report.formats import Format

if TYPE_CHECKING:
    from nogrow.api.run import Searched

_INDENT = "   "


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
    debug_info: str | None,
    prefixes: Prefixes,
) -> None:
    """Run the contract's scenarios in wasmtime and watch the memory.

    Without PATH, the scenarios of every artifact are run. Where a step grows the memory, its call stack is
    shown, with source lines if the module has debug information. A run is evidence, not proof: another input
    may still grow the memory.
    """
    from nogrow.api.run import run as run_scenarios
    from nogrow.api.run import search as search_inputs

    if not search:
        report = run_scenarios(paths, contract=contract_path, debug_info=debug_info, path_prefixes=prefixes)
        if not report.artifacts:
            click.echo("nogrow: nothing to run: the contract has no scenario", err=True)
        emit(report, outputs, colour, text_renderer(quiet))
        ctx.exit(report.exit_code)
    if any(output.format is not Format.TEXT for output in outputs):
        raise UsageError("--search has no format but text")
    report, searched = search_inputs(
        paths, seconds=seconds, contract=contract_path, debug_info=debug_info, path_prefixes=prefixes
    )
    if not report.artifacts:
        click.echo("nogrow: nothing to search: give a PATH", err=True)
    for found in searched:
        for line in _lines(found, seconds):
            click.echo(line)
    ctx.exit(ExitCode.KEPT if report.outcome is Outcome.BROKEN else report.exit_code)


def _lines(found: "Searched", seconds: float) -> Iterator[str]:
    from nogrow.contract.toml_text import spelled, spelled_host
    from nogrow.report.scenario_text import scenario as lines

    path = printable(found.path)
    subject = path if found.entry is None else f"{path}: `{printable(found.entry)}`"
    tries = f"{found.tries:,} tries"
    if found.why_not is not None:
        yield f"{subject}: {printable(found.why_not)}"
    elif found.scenario is None or found.result is None:
        yield f"{subject}: no growth found in {tries} and {seconds:g} seconds; this proves nothing"
        if found.reached:
            names = printable(", ".join(found.reached))
            yield f"{_INDENT}tries ended where they called an import without a stub: {names}"
    else:
        yield f"{subject}: grows the memory, found in {tries}:"
        shown = lines(found.result, found.sources)
        yield from (_INDENT + line for line in (*spelled(found.scenario).split("\n"), *shown))
        if needed := spelled_host(found.added):
            yield f"{_INDENT}The [[artifact]] of this scenario also needs:"
            yield from (_INDENT + line for line in needed)
