"""`nogrow seal`: rewrite a module so that it cannot grow."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nogrow.contract.headlines import headline
from nogrow.contract.phrases import counted
from nogrow.errors import UsageError
from nogrow.report.escaping import printable

if TYPE_CHECKING:
    from nogrow.rewrite.comparison import Comparison

_MODES = ("cap", "deny", "trap")
_MOST_ENTRIES = 20
_OUT_OF_MEMORY = (
    "now fails, as if there were no more memory: malloc answers null, "
    "and most Rust, Go and C++ code traps or aborts."
)
_REFUSED = {
    "cap": f"A growth by more than 0 pages {_OUT_OF_MEMORY}",
    "deny": f"Every growth {_OUT_OF_MEMORY}",
    "trap": "The guest now traps where it would grow; its instance should not be used after that.",
}


@click.command()
@click.argument("file")
@click.option(
    "-o",
    "--output",
    "output",
    metavar="OUT",
    type=click.Path(path_type=Path),
    help="The file to write; one that exists is kept, unless --force says otherwise.",
)
@click.option(
    "--mode",
    type=click.Choice(_MODES),
    required=True,
    help="cap: each memory's maximum becomes its minimum. deny: every memory.grow answers -1. "
    "trap: every memory.grow traps.",
)
@click.option(
    "--pages",
    metavar="N",
    type=click.IntRange(min=0),
    help="With cap: raise the minimum to N of the memory's pages first.",
)
@click.option("--in-place", is_flag=True, help="Write over FILE itself.")
@click.option("--force", is_flag=True, help="Write over OUT.")
def seal(file: str, output: Path | None, mode: str, pages: int | None, in_place: bool, force: bool) -> None:
    """Write a copy of FILE, a module or component, that cannot grow its memory.

    The copy is validated and judged before it is written. Exit code 4 means that it could not be,
    and that nothing was written.
    """
    place = _place(Path(file), output, in_place=in_place, force=force)
    from nogrow.rewrite.comparison import compare
    from nogrow.rewrite.rewrite import Mode, sealed
    from nogrow.util.atomic_write import write_bytes
    from nogrow.wasm.file import read
    from nogrow.wasm.runtime import Engine

    chosen, engine = Mode(mode), Engine()
    data = read(file)
    result = sealed(data, chosen, pages, engine)
    comparisons = compare(data, result.data, chosen, engine)
    write_bytes(place, result.data)
    same = ": nothing had to change" if result.data == data else ""
    click.echo(f"{printable(str(place))}: {printable(file)} sealed ({mode}){same}")
    for one in comparisons:
        for line in _lines(one):
            click.echo(line)
    for note in result.notes:
        click.echo(f"  note: {printable(note)}")
    click.echo(f"{_REFUSED[mode]} See it with your scenarios: nogrow run")


def _place(file: Path, output: Path | None, *, in_place: bool, force: bool) -> Path:
    """The file to write. The input is never written over by mistake, whatever it is called."""
    if in_place:
        if output is not None:
            raise UsageError("-o OUT and --in-place: only one of them says where to write")
        return file
    if output is None:
        raise UsageError("where to? name a file with -o OUT, or write over FILE with --in-place")
    if os.path.lexists(output):
        if not os.path.isfile(output):  # noqa: PTH113
            raise UsageError(f"{output}: not a regular file")
        if os.path.exists(file) and output.samefile(file):  # noqa: PTH110
            raise UsageError(f"{output} is FILE itself: write over it with --in-place")
        if not force:
            raise UsageError(f"{output} exists: write over it with --force")
    return output


def _lines(one: "Comparison") -> Iterator[str]:
    name = "" if one.number is None else f"core module {one.number}: "
    changed = one.changed
    of_all = f"{len(changed)} of {counted(len(one.before.entries), 'entry point')}"
    yield (
        f"  {name}verdict {one.before.verdict.label} -> {printable(headline(one.after))}, "
        f"{of_all} changed; {counted(len(one.before.sites), 'grow site')} -> {len(one.after.sites)}"
    )
    worst_first = sorted(changed, key=lambda entry: -entry.before.rank)
    for entry in worst_first[:_MOST_ENTRIES]:
        yield f"    {printable(entry.name)}: {entry.before.label} -> {entry.after.label}"
    if len(changed) > _MOST_ENTRIES:
        yield f"    ... and {len(changed) - _MOST_ENTRIES} more"
    for note in one.notes:
        yield f"  {name}note: {printable(note)}"
