"""Define `nogrow diff`, which compares two builds."""

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nogrow.cli.options import (
    Colour,
    Format,
    Output,
    colour_option,
    contract_at,
    contract_option,
    format_option,
    glue_in,
    with_glue,
)
from nogrow.cli.output import Render, deliver, print_unjudged
from nogrow.errors import UsageError
from nogrow.report.exit_code import ExitCode, Outcome
from nogrow.report.model import ArtifactReport, Report
from nogrow.wasm.file import is_there

if TYPE_CHECKING:
    from nogrow.contract.model import Contract

_FORMATS = (Format.TEXT, Format.MARKDOWN, Format.JSON)
_BEFORE_JSON = b"\xef\xbb\xbf \t\r\n"

_Artifacts = tuple[ArtifactReport, ...]


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
    contract = contract_at(contract_path)
    missing = [path for path in (old, new) if not is_there(path)]
    if missing:
        click.echo(f"nogrow: nothing to compare: no such file: {', '.join(missing)}", err=True)
        ctx.exit(ExitCode.NOTHING)
    is_report = {path: _is_report(path) for path in (old, new)}
    modules = _judged([path for path in (old, new) if not is_report[path]], new, contract, glue)
    from nogrow.report.as_json import load

    sides = [load(Path(path)) if is_report[path] else modules[path] for path in (old, new)]
    notes: list[str] = []
    if is_report[old] and not is_report[new]:
        sides[0], notes = _narrowed(sides[0], old, new)
    elif is_report[new] and not is_report[old]:
        sides[1], notes = _narrowed(sides[1], new, old)
    code = _print_unfit(sides, old, new)
    if code is not None:
        ctx.exit(code)
    from nogrow.difference import as_json, text
    from nogrow.difference.comparison import compare
    from nogrow.difference.model import Direction
    from nogrow.report.summary import NOT_VALIDATED

    before, after = ([artifact for artifact in side if artifact.judgement is not None] for side in sides)
    notes += [f"{artifact.path}: {NOT_VALIDATED}" for artifact in (*before, *after) if artifact.unvalidated]
    difference = compare(before, after, notes)

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


def _is_report(path: str) -> bool:
    """Return whether the file is a report, by its content and not by its name."""
    if not os.path.isfile(path):  # noqa: PTH113
        raise UsageError(f"{path}: expected a module or a JSON report: not a regular file")
    try:
        with Path(path).open("rb") as file:
            return file.read(64).lstrip(_BEFORE_JSON).startswith(b"{")
    except OSError as error:
        raise UsageError(f"{path}: can't be read: {error.strerror}") from error


def _judged(
    paths: Sequence[str], new: str, contract: "Contract | None", glue: Sequence[Path]
) -> dict[str, _Artifacts]:
    """Judge the modules, trusting the same imports in all of them, and return the artifacts of each."""
    if not paths:
        return {}
    from nogrow.analysis.proof import judge
    from nogrow.contract.select import targets
    from nogrow.pipeline.all_files import check

    (target,) = targets(contract, (new if new in paths else paths[0],))
    read = glue_in(glue)
    return {
        path: check(None, (target._replace(path=path),), judge=judge, glue=read).artifacts for path in paths
    }


def _narrowed(report: _Artifacts, path: str, module: str) -> tuple[_Artifacts, list[str]]:
    """Return the report's artifacts of the file `module`, and a note with the number of other files."""
    from nogrow.contract.patterns import without_number

    files = list(dict.fromkeys(without_number(artifact.path) for artifact in report))
    if len(files) < 2:
        return report, []
    name = Path(module).name
    same = [module] if module in files else [file for file in files if Path(file).name == name]
    if len(same) != 1:
        raise UsageError(f"{path}: expected one module {name} in the report; it has {len(same)}")
    note = f"{path} has {len(files) - 1} other modules, which are left out"
    return tuple(artifact for artifact in report if without_number(artifact.path) == same[0]), [note]


def _print_unfit(sides: Sequence[_Artifacts], old: str, new: str) -> ExitCode | None:
    """Print why the sides can't be compared and return the exit code; return None if they can."""
    refused = tuple(artifact for side in sides for artifact in side if artifact.outcome is Outcome.NOT_JUDGED)
    if refused:
        print_unjudged(Report(None, refused))
        return ExitCode.NOT_JUDGED
    for side, path in zip(sides, (old, new), strict=True):
        if not any(artifact.judgement for artifact in side):
            click.echo(f"nogrow: nothing to compare: no core module in {path}", err=True)
            return ExitCode.NOTHING
    return None
