"""Define `nogrow explain`, which shows why an entry point can grow the memory and what to change."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from nogrow.cli.options import (
    Colour,
    Format,
    Output,
    Prefixes,
    common,
    contract_at,
    glue_in,
    with_glue,
    with_sources,
)
from nogrow.cli.output import emit
from nogrow.errors import UsageError
from nogrow.report.result import ArtifactReport, ExitCode, Outcome, Report, exit_code

if TYPE_CHECKING:
    from nogrow.analysis.judgement import Judgement
    from nogrow.explain.explain import Explained


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
    debug_info: Path | None,
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
    from nogrow.pipeline.check import check as check_all
    from nogrow.pipeline.read_ahead import ReadAhead

    path, number = _split(file)
    chosen = targets(contract, (path,))
    if len(chosen) > 1:
        raise UsageError(f"{file}: expected a single file, got {len(chosen)}")
    read_ahead = ReadAhead(chosen[0].path, validate=True) if chosen[0].found else None
    whole = any(output.format is not Format.TEXT for output in outputs)
    report = check_all(contract, chosen, judge=judge, glue=glue_in(glue), read_ahead=read_ahead, whole=whole)
    report = _narrowed(report, None if number is None else f"{chosen[0].path}#{number}")
    parts: list[Explained] = []
    if read_ahead is not None:
        data = read_ahead.data()
        parts = [
            _explained(artifact, artifact.judgement, data, entry, debug_info, prefixes)
            for artifact in report.artifacts
            if artifact.judgement is not None
        ]
        parts = _asked_for(report, parts, entry)

    def as_text(report: Report, stream: TextIO, colour: bool) -> None:
        from nogrow.report import text
        from nogrow.report.escaping import printable
        from nogrow.report.explain_text import Options, render
        from nogrow.report.summary import NOT_VALIDATED, why_unvalidated
        from nogrow.source.excerpt import excerpt
        from nogrow.source.quote import Quotable

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
    ctx.exit(ExitCode.KEPT if report.outcome is Outcome.BROKEN else exit_code(report))


def _split(file: str) -> tuple[str, int | None]:
    """Return the file, and the number of a core module in it if the path names one."""
    from nogrow.contract.paths import split_number

    path, number = split_number(file)
    # An existing file wins, even if its name ends like the number of a core module.
    return (file, None) if number is None or os.path.lexists(file) else (path, number)


def _narrowed(report: Report, part: str | None) -> Report:
    """Return the report on the core module at the path `part`, on all of them for None."""
    if part is None:
        return report
    artifacts = tuple(artifact for artifact in report.artifacts if artifact.path == part)
    # A component that can't be read has no core modules, but a report that says why.
    unjudged = tuple(artifact for artifact in report.artifacts if artifact.judgement is None)
    return Report(report.contract, artifacts or unjudged or (ArtifactReport(part),))


def _explained(
    artifact: ArtifactReport,
    judgement: "Judgement",
    data: bytes,
    name: str | None,
    debug_info: Path | None,
    prefixes: Prefixes,
) -> "Explained":
    from nogrow.explain.explain import Explained, chosen, explanations, growing, names_of
    from nogrow.explain.toolchain import toolchain_of
    from nogrow.source.lookup import Wanted, find_sources
    from nogrow.util.demangle import demangle

    start, end = _bounds(artifact.path, data)
    module = data[start:end]
    entries = chosen(judgement, name)
    offsets = {step.offset for entry in entries for step in entry.witness}
    wanted = Wanted(None if debug_info is None else str(debug_info), prefixes)
    sources, note = find_sources(artifact.path, module, start, offsets, wanted)
    labels = (*judgement.imports, *names_of(judgement).values())
    toolchain = toolchain_of(module, labels)
    return Explained(
        artifact.path,
        judgement,
        toolchain,
        tuple(explanations(judgement, entries, sources, demangle, toolchain)),
        tuple(entry for entry in entries if not entry.witness),
        growing(judgement),
        name is not None,
        artifact.growers,
        artifact.notes if note is None else (*artifact.notes, note),
    )


def _bounds(path: str, data: bytes) -> tuple[int, int]:
    """Return the first and last offset, in bytes of the file, of the core module that reports call `path`."""
    from nogrow.wasm.sections import is_component

    if not is_component(data):
        return 0, len(data)
    from nogrow.wasm.component import core_modules

    module = core_modules(data)[int(path.rpartition("#")[2])]
    return module.start, module.end


def _asked_for(report: Report, parts: "list[Explained]", name: str | None) -> "list[Explained]":
    """Return the parts with an entry point of that name; raises `UsageError` if there is none."""
    if name is None or not parts:
        return parts
    matching = [part for part in parts if part.explanations or part.harmless]
    if matching:
        return matching
    from difflib import get_close_matches

    names = {entry.name for part in parts for entry in part.judgement.entries}
    near = get_close_matches(name, names, n=3)
    hint = f"; did you mean {', '.join(near)}?" if near else f"; it has {len(names)}"
    raise UsageError(f"{parts[0].path}: no entry point `{name}`{hint}")
