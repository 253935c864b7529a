"""Define `nogrow init`, which writes a first contract for the modules of a project."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nogrow.api.inputs import DEFAULT_CONTRACT
from nogrow.cli.output import progress
from nogrow.contract.phrases import counted
from nogrow.errors import UsageError
from nogrow.report.escaping import printable
from nogrow.report.exit_code import ExitCode, Outcome
from nogrow.report.model import Report

if TYPE_CHECKING:
    from nogrow.init.discover import Found
    from nogrow.init.infer_clauses import Clause, LeftOut

_MOST_SKIPPED = 10


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "--contract",
    "contract_path",
    metavar="FILE",
    default=DEFAULT_CONTRACT,
    show_default=True,
    type=click.Path(path_type=Path),
    help="The file to write.",
)
@click.option("--force", is_flag=True, help="Overwrite FILE if it exists.")
@click.pass_context
def init(ctx: click.Context, paths: tuple[str, ...], contract_path: Path, force: bool) -> None:
    """Write a contract that the modules keep today, with comments on what to tighten.

    PATH is a file or folder with modules; the default is the working folder. The exit code is 4 if a module
    could not be judged, which leaves it out of the contract, 3 if there is no module, else 0.
    """
    if os.path.lexists(contract_path):
        if not force:
            raise UsageError(f"{contract_path}: the file exists; use --force to overwrite it")
        if not os.path.isfile(contract_path):  # noqa: PTH113
            raise UsageError(f"{contract_path}: not a regular file")
    from nogrow.api.init import init as draft_contract
    from nogrow.init.infer_clauses import Clause, LeftOut
    from nogrow.util.atomic_write import write_bytes

    with progress() as watch:
        draft = draft_contract(paths, folder=contract_path.parent, progress=watch)
    found = draft.found
    write_bytes(contract_path, draft.text.encode())
    click.echo(f"{printable(str(contract_path))}: written, {counted(len(found.modules), 'module')} found")
    for line in (*_lines(draft.parts, draft.report, found), *draft.left_out):
        click.echo(f"  {printable(line)}")
    click.echo("Next: run `nogrow check`, and tighten the clauses that are marked.")
    if found.problems or any(isinstance(part, LeftOut) and part.is_gap for part in draft.parts):
        ctx.exit(ExitCode.NOT_JUDGED)
    if not any(isinstance(part, Clause) for part in draft.parts):
        ctx.exit(ExitCode.NOTHING)


def _lines(parts: "Sequence[Clause | LeftOut]", report: Report, found: "Found") -> Iterator[str]:
    """Yield a line for each module, with its verdict or why it is left out, and for each problem."""
    from nogrow.contract.phrases import headline
    from nogrow.init.infer_clauses import LeftOut, stale_views
    from nogrow.report.summary import NOT_VALIDATED, why_unvalidated

    for part in parts:
        if isinstance(part, LeftOut):
            yield f"left out: {part.path}: {part.reason}"
        else:
            worst = max(part.judgements, key=lambda judgement: judgement.verdict.rank)
            loose = part.inferred.loose
            tighten = f", {counted(loose, 'entry point')} to tighten" if loose else ""
            yield f"{part.path}: {headline(worst)}{tighten}"
    for artifact in report.artifacts:
        if artifact.host and artifact.outcome is Outcome.NOT_JUDGED:
            yield f"left out of `js`: {artifact.violations[0].headline}"
        elif artifact.host and artifact.violations:
            yield f"{stale_views(artifact)}: `nogrow check` fails until that is fixed"
        if artifact.unvalidated:
            yield f"{NOT_VALIDATED}: {artifact.path}: {why_unvalidated(artifact)}"
    yield from found.problems
    if found.skipped:
        more = len(found.skipped) - _MOST_SKIPPED
        rest = f" and {more} more" if more > 0 else ""
        yield f"skipped folders: {', '.join(found.skipped[:_MOST_SKIPPED])}{rest}"
