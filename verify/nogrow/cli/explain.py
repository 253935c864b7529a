"""Define `nogrow explain`, which shows why an entry point can grow the memory and what to change."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from nogrow.api.inputs import contract_at, host_code_at
from nogrow.cli.options import Colour, Output, Prefixes, common, with_glue, with_sources
from nogrow.cli.output import emit
from nogrow.errors import UsageError
from nogrow.report.exit_code import ExitCode, Outcome
from nogrow.report.formats import Format
from nogrow.report.model import ArtifactReport, Report

if TYPE_CHECKING:
    from nogrow.explain.explain import Explained
    from nogrow.pipeline.read_ahead import ReadAhead
    from nogrow.source.lookup import Wanted


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
    contract = contract_at(contract_path)
    from nogrow.analysis.proof import judge
    from nogrow.contract.select import targets
    from nogrow.pipeline.read_ahead import ReadAhead

    path, number = _split(file)
    chosen = targets(contract, (path,))
    if len(chosen) > 1:
        raise UsageError(f"{file}: expected a single file, got {len(chosen)}")
    read_ahead = ReadAhead(chosen[0].path, validate=True) if chosen[0].found else None
    from nogrow.pipeline.all_files import check as check_all

    lists_paths = any(output.format is not Format.TEXT for output in outputs)
    report = check_all(
        contract, chosen, judge=judge, glue=host_code_at(glue), read_ahead=read_ahead, lists_paths=lists_paths
    )
    report = _narrowed(report, None if number is None else f"{chosen[0].path}#{number}")
    parts: list[Explained] = []
    if read_ahead is not None and any(artifact.judgement for artifact in report.artifacts):
        from nogrow.source.lookup import Wanted

        parts = _explained(report, read_ahead, entry, Wanted(debug_info, prefixes))

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
        quotable, folder = Quotable([new for _, new in prefixes]), str(Path(path).parent)
        options = Options(lambda frame: excerpt(*frame[1:], quotable, folder), colour=colour, full=full)
        render(parts, stream, options)

    emit(report, outputs, colour, as_text)
    ctx.exit(ExitCode.KEPT if report.outcome is Outcome.BROKEN else report.exit_code)


def _split(file: str) -> tuple[str, int | None]:
    """Return the file, and the number of a core module in it if the path names one."""
    from nogrow.contract.patterns import split_number

    path, number = split_number(file)
    # An existing file wins, even if its name ends like the number of a core module.
    return (file, None) if number is None or os.path.lexists(file) else (path, number)


def _narrowed(report: Report, part: str | None) -> Report:
    """Return the report on the core module at the path `part` only, or unchanged if `part` is None."""
    if part is None:
        return report
    artifacts = tuple(artifact for artifact in report.artifacts if artifact.path == part)
    # A component that can't be read has no core modules, but a report that says why.
    unjudged = tuple(artifact for artifact in report.artifacts if artifact.judgement is None)
    return Report(report.contract, artifacts or unjudged or (ArtifactReport(part),))


def _explained(
    report: Report, read_ahead: "ReadAhead", name: str | None, wanted: "Wanted"
) -> "list[Explained]":
    """Return the explanations for each module of the report.

    Raises `UsageError` if none of them has an entry point `name`.
    """
    from nogrow.explain.explain import Explained, chosen, explanations, growing, names_of
    from nogrow.explain.toolchain import toolchain_of
    from nogrow.pipeline.core_modules import modules_in
    from nogrow.source.lookup import find_sources
    from nogrow.util.demangle import demangle

    modules = {module.path: module for module in modules_in(read_ahead.path, read_ahead.data())}
    parts: list[Explained] = []
    for artifact in report.artifacts:
        judgement = artifact.judgement
        if judgement is None:
            continue
        module, entries = modules[artifact.path], chosen(judgement, name)
        offsets = {offset for entry in entries for step in entry.witness for offset in step.offsets}
        sources, note = find_sources(artifact.path, module.data, module.start, offsets, wanted)
        toolchain = toolchain_of(module.data, (*judgement.imports, *names_of(judgement).values()))
        part = Explained(
            artifact.path,
            judgement,
            toolchain,
            tuple(explanations(judgement, entries, sources, demangle, toolchain)),
            tuple(entry for entry in entries if not entry.witness),
            len(growing(judgement)),
            name is not None,
            artifact.growers,
            artifact.notes if note is None else (*artifact.notes, note),
        )
        parts.append(part)
    if name is None:
        return parts
    matching = [part for part in parts if part.explanations or part.harmless]
    if matching:
        return matching
    from difflib import get_close_matches

    names = {entry.name for part in parts for entry in part.judgement.entries}
    near = get_close_matches(name, names, n=3)
    hint = f"; did you mean {', '.join(near)}?" if near else f"; it has {len(names)}"
    raise UsageError(f"{parts[0].path}: no entry point `{name}`{hint}")
