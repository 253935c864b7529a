"""Define `nogrow seal`, which writes a copy of a module that cannot grow."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nogrow.contract.phrases import counted, headline
from nogrow.errors import UsageError
from nogrow.report.escaping import printable

if TYPE_CHECKING:
    from nogrow.rewrite.comparison import Comparison

_MOST_ENTRIES = 20
_OUT_OF_MEMORY = (
    "now fails as if memory were exhausted: malloc returns null, "
    "and most Rust, Go and C++ code traps or aborts."
)
_REFUSED = {
    "cap": f"A growth by more than 0 pages {_OUT_OF_MEMORY}",
    "deny": f"Every growth {_OUT_OF_MEMORY}",
    "trap": "The module now traps where it would grow; do not use the instance after that.",
}


@click.command()
@click.argument("file")
@click.option(
    "-o",
    "--output",
    "output",
    metavar="OUT",
    type=click.Path(path_type=Path),
    help="The file to write; an existing file is overwritten only with --force.",
)
@click.option(
    "--mode",
    type=click.Choice(list(_REFUSED)),
    required=True,
    help="cap: set each memory's maximum to its minimum. deny: let every memory.grow return -1. "
    "trap: let every memory.grow trap.",
)
@click.option(
    "--pages",
    metavar="N",
    type=click.IntRange(min=0),
    help="With cap: first raise the minimum to N of the memory's pages.",
)
@click.option("--in-place", is_flag=True, help="Overwrite FILE.")
@click.option("--force", is_flag=True, help="Overwrite OUT if it exists.")
def seal(file: str, output: Path | None, mode: str, pages: int | None, in_place: bool, force: bool) -> None:
    """Write a copy of FILE that cannot grow its memory.

    FILE is a module or a component. The copy is validated and judged before it is written. Exit code 4 means
    that this failed, and that nothing was written.
    """
    target = _target(Path(file), output, in_place=in_place, force=force)
    from nogrow.rewrite.comparison import compare
    from nogrow.rewrite.rewrite import Mode, sealed
    from nogrow.util.atomic_write import write_bytes
    from nogrow.wasm.file import read
    from nogrow.wasm.runtime import Engine

    chosen, engine = Mode(mode), Engine()
    data = read(file)
    result = sealed(data, chosen, pages, engine)
    comparisons = compare(data, result.data, chosen, engine)
    write_bytes(target, result.data)
    same = ": nothing had to change" if result.data == data else ""
    click.echo(f"{printable(str(target))}: {printable(file)} sealed ({mode}){same}")
    for comparison in comparisons:
        for line in _lines(comparison):
            click.echo(line)
    for note in result.notes:
        click.echo(f"  note: {printable(note)}")
    click.echo(f"{_REFUSED[mode]} Try it with your scenarios: nogrow run")


def _target(file: Path, output: Path | None, *, in_place: bool, force: bool) -> Path:
    """Return the file to write; raises `UsageError` where the input would be overwritten by mistake."""
    if in_place:
        if output is not None:
            raise UsageError("-o OUT and --in-place cannot be combined")
        return file
    if output is None:
        raise UsageError("no output file: use -o OUT or --in-place")
    if os.path.lexists(output):
        if not os.path.isfile(output):  # noqa: PTH113
            raise UsageError(f"{output}: not a regular file")
        if os.path.exists(file) and output.samefile(file):  # noqa: PTH110
            raise UsageError(f"{output}: this is FILE itself; use --in-place to overwrite it")
        if not force:
            raise UsageError(f"{output}: the file exists; use --force to overwrite it")
    return output


def _lines(comparison: "Comparison") -> Iterator[str]:
    name = "" if comparison.number is None else f"core module {comparison.number}: "
    before, after, changed = comparison.before, comparison.after, comparison.changed
    of_all = f"{len(changed)} of {counted(len(before.entries), 'entry point')}"
    yield (
        f"  {name}verdict {before.verdict.label} -> {printable(headline(after))}, "
        f"{of_all} changed; {counted(len(before.sites), 'grow site')} -> {len(after.sites)}"
    )
    worst_first = sorted(changed, key=lambda entry: -entry.before.rank)
    for entry in worst_first[:_MOST_ENTRIES]:
        yield f"    {printable(entry.name)}: {entry.before.label} -> {entry.after.label}"
    if len(changed) > _MOST_ENTRIES:
        yield f"    ... and {len(changed) - _MOST_ENTRIES} more"
    for note in comparison.notes:
        yield f"  {name}note: {printable(note)}"
