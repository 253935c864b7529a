"""`nogrow init`: write a starter contract from what is there."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nogrow.cli.options import DEFAULT_CONTRACT
from nogrow.cli.progress import progress
from nogrow.contract.phrases import counted
from nogrow.errors import UsageError
from nogrow.report.escaping import printable
from nogrow.report.result import ExitCode

if TYPE_CHECKING:
    from nogrow.init.discover import Found
    from nogrow.init.modules import Clause, LeftOut
    from nogrow.report.result import Report

_MOST_SKIPPED = 10


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option(
    "--contract",
    "place",
    metavar="FILE",
    default=DEFAULT_CONTRACT,
    show_default=True,
    type=click.Path(path_type=Path),
    help="The file to write.",
)
@click.option("--force", is_flag=True, help="Write over FILE if it exists.")
@click.pass_context
def init(ctx: click.Context, paths: tuple[str, ...], place: Path, force: bool) -> None:
    """Write a contract that the modules keep today, with comments on what to tighten.

    Modules are looked for in the files and folders PATH, by default the working folder. The exit code is
    4 if one could not be judged, which leaves it out of the contract, 3 if there is none, else 0.
    """
    if os.path.lexists(place) and not force:
        raise UsageError(f"{place} exists: write over it with --force")
    if os.path.lexists(place) and not os.path.isfile(place):  # noqa: PTH113
        raise UsageError(f"{place}: not a regular file")
    from nogrow.analysis.verdicts import judge
    from nogrow.contract.select import targets
    from nogrow.init.discover import discover
    from nogrow.init.draft import draft
    from nogrow.init.modules import Clause, LeftOut, parts
    from nogrow.init.sources import buildable
    from nogrow.pipeline.check import check
    from nogrow.pipeline.find_host_code import beside
    from nogrow.util.atomic_write import write_bytes
    from nogrow.util.background import cores

    found = discover(paths or (".",))
    with progress() as watch:
        chosen = targets(None, found.modules)
        own = beside(chosen)
        report = check(None, chosen, judge=judge, own_glue=own, jobs=cores(), digest=False, watch=watch)
    used = {path: tuple(one.file for one in glue) for path, glue in own.items()}
    written = parts([target.path for target in chosen], report, place.parent, used)
    write_bytes(place, draft(written, buildable(found, place.parent)).encode())
    click.echo(f"{printable(str(place))}: written, {_modules(found)} found")
    for line in (*_lines(written), *_unvalidated(report), *_passed_over(found)):
        click.echo(f"  {printable(line)}")
    click.echo("Next: nogrow check, and tighten what is marked so.")
    if found.problems or any(isinstance(one, LeftOut) and one.is_gap for one in written):
        ctx.exit(ExitCode.NOT_JUDGED)
    if not any(isinstance(one, Clause) for one in written):
        ctx.exit(ExitCode.NOTHING)


def _modules(found: "Found") -> str:
    return counted(len(found.modules), "module")


def _lines(parts: "Sequence[Clause | LeftOut]") -> Iterator[str]:
    from nogrow.contract.headlines import headline
    from nogrow.init.modules import LeftOut

    for one in parts:
        if isinstance(one, LeftOut):
            yield f"left out: {one.path}: {one.reason}"
        else:
            worst = max(one.judgements, key=lambda judgement: judgement.verdict.rank)
            growing = one.inferred.growing
            tighten = f", {counted(growing, 'entry point')} to tighten" if growing else ""
            yield f"{one.path}: {headline(worst)}{tighten}"


def _unvalidated(report: "Report") -> Iterator[str]:
    from nogrow.report.summary import NOT_VALIDATED, why_unvalidated

    for artifact in report.artifacts:
        if artifact.unvalidated:
            yield f"{NOT_VALIDATED}: {artifact.path}: {why_unvalidated(artifact)}"


def _passed_over(found: "Found") -> Iterator[str]:
    yield from found.problems
    if found.skipped:
        more = len(found.skipped) - _MOST_SKIPPED
        rest = f" and {more} more" if more > 0 else ""
        yield f"not looked into: {', '.join(found.skipped[:_MOST_SKIPPED])}{rest}"
