"""Define `nogrow seal`, which writes a copy of a module that cannot grow."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from nogrow.api.seal import AllPages
from nogrow.api.seal import seal as seal_module
from nogrow.cli.options import contract_option, new_file, output_option
from nogrow.contract.phrases import counted, headline
from nogrow.errors import UsageError
from nogrow.report.escaping import printable

if TYPE_CHECKING:
    from nogrow.analysis.judgement import Judgement, Memory
    from nogrow.rewrite.comparison import Comparison
    from nogrow.rewrite.rewrite import Mode

_MOST_ENTRIES = 20
_OUT_OF_MEMORY = (
    "now fails as if memory were exhausted: malloc returns null, "
    "and most Rust, Go and C++ code traps or aborts."
)
_EFFECTS = {
    "cap": f"A growth by more than 0 pages {_OUT_OF_MEMORY}",
    "deny": f"Every growth {_OUT_OF_MEMORY}",
    "trap": "The module now traps where it would grow; do not use the instance after that.",
    "reserve": "The memory has all its pages from the start. An allocation beyond them fails as if memory "
    "were exhausted.",
}
_REPLACE_GROW = ("deny", "trap")
_UNCHANGED = {
    "cap": "Each memory of FILE is at its maximum from the start, so the copy is the same.",
    "deny": "FILE has no memory.grow, so the copy is the same.",
    "trap": "FILE has no memory.grow, so the copy is the same.",
    "reserve": "No memory of FILE can grow, so the copy is the same.",
}
_LIMITS_ONLY = "No code of the module grows a memory; the limits now keep the host from growing one, too."
_SCENARIOS: Final = "scenarios"


@click.command()
@click.argument("file")
@output_option
@click.option(
    "--mode",
    type=click.Choice(list(_EFFECTS)),
    help="reserve: give each memory its pages at the start, and let the module count them. "
    "cap: set each memory's maximum to its minimum. deny: let every memory.grow return -1. "
    "trap: let every memory.grow trap. The default is `seal` in the contract's clause for FILE.",
)
@click.option(
    "--pages",
    "pages",
    metavar="N|MEMORY=N|scenarios",
    multiple=True,
    help="With reserve: the pages of each memory that can grow, or of one memory (repeatable), or what the "
    "contract's scenarios reach and a quarter more; the default is the declared maximum, if it is at most "
    "1,024. With cap: first raise the minimum.",
)
@contract_option
@click.option("--in-place", is_flag=True, help="Overwrite FILE.")
@click.option("--force", is_flag=True, help="Overwrite OUT if it exists.")
def seal(
    file: str,
    output: Path | None,
    mode: str | None,
    pages: tuple[str, ...],
    contract_path: Path | None,
    in_place: bool,
    force: bool,
) -> None:
    """Write a copy of FILE that cannot grow its memory.

    FILE is a module or a component. The copy is validated and judged before it is written. With reserve, the
    contract's scenarios for FILE must end the same in the copy. Exit code 4 means that this failed, and that
    nothing was written.
    """
    target = _target(Path(file), output, in_place=in_place, force=force)
    from nogrow.util.atomic_write import write_bytes

    if mode is None and pages:
        raise UsageError("--pages: this option needs --mode")
    copy = seal_module(file, mode=_mode(mode), pages=_pages(pages), contract=contract_path)
    write_bytes(target, copy.data)
    same = "" if copy.changed else ": nothing had to change"
    click.echo(f"{printable(str(target))}: {printable(file)} sealed ({copy.mode.value}){same}")
    for comparison in copy.comparisons:
        for line in _lines(comparison):
            click.echo(line)
    for note in copy.notes:
        click.echo(f"  note: {printable(note)}")
    click.echo(_effect(copy.mode.value, copy.comparisons, changed=copy.changed))


def _effect(mode: str, comparisons: "Sequence[Comparison]", *, changed: bool) -> str:
    """Return what the copy does where the original grows its memory, or that nothing changed."""
    if mode in _REPLACE_GROW and any(comparison.growers for comparison in comparisons):
        return "The host grows this memory, and the copy does not change that: use the mode reserve."
    if not changed:
        return _UNCHANGED[mode]
    sites = any(comparison.before.sites for comparison in comparisons)
    return f"{_EFFECTS[mode] if sites else _LIMITS_ONLY} Try it with your scenarios: nogrow run"


def _mode(mode: str | None) -> "Mode | None":
    from nogrow.rewrite.rewrite import Mode

    return None if mode is None else Mode(mode)


def _pages(values: Sequence[str]) -> AllPages:
    """Return the numbers of `--pages`, or `scenarios`; raises `UsageError` for anything else."""
    if _SCENARIOS in values:
        if len(values) > 1:
            raise UsageError("--pages scenarios is for the mode reserve, without another --pages")
        return _SCENARIOS
    by_memory: dict[int, int] = {}
    for value in values:
        memory, separator, number = value.rpartition("=")
        numbers = (memory, number) if separator else (number,)
        if not all(re.fullmatch(r"[0-9]{1,20}", text) for text in numbers):
            raise UsageError(
                f"--pages {value}: expected a number of at most 20 digits, MEMORY=NUMBER or scenarios"
            )
        if not separator:
            if len(values) > 1:
                raise UsageError(f"--pages {value}: each of several needs a memory, as in 0={value}")
            return int(number)
        by_memory[int(memory)] = int(number)
    return by_memory or None


def _target(file: Path, output: Path | None, *, in_place: bool, force: bool) -> Path:
    """Return the file to write; raises `UsageError` where the input would be overwritten by mistake."""
    if in_place:
        if output is not None:
            raise UsageError("-o OUT and --in-place cannot be combined")
        return file
    return new_file(file, output, force=force, or_else="--in-place")


def _lines(comparison: "Comparison") -> Iterator[str]:
    """Yield what sealing changed in a module, and the notes."""
    name = "" if comparison.number is None else f"core module {comparison.number}: "
    before, after, changed = comparison.before, comparison.after, comparison.changed
    facts = "; ".join(_changes(before, after, len(changed)))
    if facts:
        yield f"  {name}{facts}"
    if before.verdict is after.verdict and after.resting.assumptions:
        yield f"  {name}verdict {printable(headline(after))}"
    worst_first = sorted(changed, key=lambda entry: -entry.before.rank)
    for entry in worst_first[:_MOST_ENTRIES]:
        yield f"    {printable(entry.name)}: {entry.before.label} -> {entry.after.label}"
    if len(changed) > _MOST_ENTRIES:
        yield f"    ... and {len(changed) - _MOST_ENTRIES:,} more"
    for note in comparison.notes:
        yield f"  {name}note: {printable(note)}"


def _changes(before: "Judgement", after: "Judgement", changed: int) -> Iterator[str]:
    """Yield what is different after sealing: verdicts, grow sites, limits of memories."""
    old, new = before.verdict.label, printable(headline(after))
    of_all = f"{changed:,} of {counted(len(before.entries), 'entry point')} changed"
    if before.verdict is not after.verdict:
        yield f"verdict {old} -> {new}, {of_all}"
    elif changed:
        yield of_all
    if len(before.sites) != len(after.sites):
        yield f"{counted(len(before.sites), 'grow site')} -> {len(after.sites)}"
    for memory, sealed in zip(before.memories, after.memories, strict=False):
        if _limits(memory) != _limits(sealed):
            yield f"memory {memory.index}: {_limits(memory)} -> {_limits(sealed)}"


def _limits(memory: "Memory") -> str:
    most = "no maximum" if memory.max_pages is None else f"at most {memory.max_pages:,}"
    if memory.fixed:
        return counted(memory.min_pages, "page")
    return f"{counted(memory.min_pages, 'page')}, {most}"
