"""Define `nogrow explain`, which shows why an entry point can grow the memory and what to change."""

from pathlib import Path
from typing import TextIO

import click

from nogrow.cli.options import Prefixes, common, with_glue, with_sources
from nogrow.cli.output import Colour, Output, emit
from nogrow.report.exit_code import ExitCode, Outcome
from nogrow.report.formats import Format
from nogrow.report.model import Report


@click.command()
@click.argument("file")
@click.argument("entry", required=False)
@common
@click.option("--full", is_flag=True, help="Show every step of the path.")
@with_sources
@with_glue
@click.pass_context
def explain(
    ctx: click.Context,
    file: str,
    entry: str | None,
    contract_path: Path | None,
    outputs: tuple[Output, ...],
    quiet: bool,
    colour: Colour,
    full: bool,
    debug_info: str | None,
    prefixes: Prefixes,
    glue: tuple[Path, ...],
) -> None:
    """Show why ENTRY of FILE can grow the memory, and what to change.

    Without ENTRY, the worst entry points are explained, grouped by cause. FILE#0 is the first core module of
    a component. `explain` never fails a build: the exit code is 0 whatever the verdict, 2 if there is no
    such ENTRY, 3 if there is no such FILE, 4 if FILE can't be judged. The JSON format is the report of
    `check`.
    """
    from nogrow.api.explain import explain as explain_module

    explanations = explain_module(
        file,
        entry,
        contract=contract_path,
        js=glue,
        debug_info=debug_info,
        path_prefixes=prefixes,
        list_paths=any(output.format is not Format.TEXT for output in outputs),
    )
    report = explanations.report

    def as_text(report: Report, stream: TextIO, colour: bool) -> None:
        from nogrow.report import text
        from nogrow.report.escaping import printable
        from nogrow.report.explain_text import Options, render
        from nogrow.report.summary import NOT_VALIDATED, why_unvalidated
        from nogrow.source.quote import Quotable, excerpt

        for artifact in report.artifacts:
            if artifact.judgement is None:
                text.render(Report(report.contract, (artifact,)), stream, colour=colour)
            elif artifact.unvalidated:
                warning = f"{NOT_VALIDATED}: {artifact.path}: {why_unvalidated(artifact)}"
                stream.write(f"{printable(warning)}\n\n")
        quotable = Quotable([new for _, new in prefixes], contents=explanations.contents)
        folder = explanations.folder
        options = Options(lambda frame: excerpt(*frame[1:], quotable, folder), colour=colour, full=full)
        render(explanations.parts, stream, options)

    emit(report, outputs, colour, as_text)
    ctx.exit(ExitCode.KEPT if report.outcome is Outcome.BROKEN else report.exit_code)
