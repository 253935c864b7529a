"""Define `nogrow stress`, which writes a copy for tests that detaches wherever the memory may have grown."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nogrow.api.stress import stress as stress_module
from nogrow.cli.options import new_file, output_option, with_glue
from nogrow.contract.phrases import counted
from nogrow.report.escaping import printable

if TYPE_CHECKING:
    from nogrow.rewrite.stress import StressedCopy

_MOST_NAMES = 20
_GUARD = "To name the export that detached a view, use `guard` of the npm package nogrow-views."


@click.command()
@click.argument("file")
@output_option
@click.option(
    "--entry",
    "entries",
    metavar="GLOB",
    multiple=True,
    help="Detach only in entry points with such a name; repeatable.",
)
@click.option(
    "--all",
    "every",
    is_flag=True,
    help="Detach in every entry point and before every call of an import, even if the proof excludes growth.",
)
@click.option(
    "--pages",
    metavar="N",
    type=click.IntRange(min=1, max=65_535),
    help="Grow by one page each time instead of 0, N times at most, for hosts that compare sizes to find out "
    "whether the memory has grown.",
)
@with_glue
@click.option("--force", is_flag=True, help="Overwrite OUT if it exists.")
def stress(
    file: str,
    output: Path | None,
    entries: tuple[str, ...],
    every: bool,
    pages: int | None,
    glue: tuple[Path, ...],
    force: bool,
) -> None:
    """Write a copy of FILE for tests, in which memory that may have grown always has.

    Wherever control passes to the host after the memory may have grown, the copy detaches its buffer, so host
    code that keeps a view fails at once. The copy is validated and judged before it is written. Exit code 4
    means that this failed, and that nothing was written.
    """
    target = new_file(Path(file), output, force=force)
    from nogrow.util.atomic_write import write_bytes

    copy = stress_module(file, entries=entries, all=every, pages=pages, js=glue)
    write_bytes(target, copy.data)
    click.echo(f"{printable(str(target))}: {printable(file)} stressed, for tests only")
    for line in _lines(copy, entries):
        click.echo(f"  {printable(line)}")
    if copy.detaching:
        click.echo(f"Use it in place of FILE in your tests. {_GUARD}")


def _lines(copy: "StressedCopy", entries: Sequence[str]) -> Iterator[str]:
    of_all = counted(len(copy.detaching) + len(copy.quiet), "entry point")
    if copy.detaching:
        detach = "detaches" if len(copy.detaching) == 1 else "detach"
        stay = "stays" if len(copy.quiet) == 1 else "stay"
        yield f"{len(copy.detaching)} of {of_all} {detach}: {_listed(copy.detaching)}"
        yield f"{len(copy.quiet)} {stay} quiet: {_listed(copy.quiet)}" if copy.quiet else "none stays quiet"
        places = counted(copy.places, "place")
        yield f"it may detach at {places}: exits of entry points, and calls that may reach an import"
    else:
        chosen = "the entry points that --entry chooses" if entries else of_all
        yield f"none of {chosen} can grow a memory that the host sees: the copy is the same as FILE"
    for note in copy.notes:
        yield f"note: {note}"


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMES
    return ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
