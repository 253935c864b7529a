"""Define `nogrow seal`, which writes a copy of a module that cannot grow."""

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from nogrow.cli.options import contract_at, contract_option, new_file, output_option
from nogrow.contract.phrases import counted, headline
from nogrow.errors import ModuleError, UsageError
from nogrow.report.escaping import printable

if TYPE_CHECKING:
    from nogrow.contract.model import ArtifactContract
    from nogrow.rewrite.comparison import Comparison
    from nogrow.rewrite.reserve import Pages
    from nogrow.rewrite.rewrite import Mode

    AllPages = Pages | Literal["scenarios"]

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
_SCENARIOS = "scenarios"


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
    from nogrow.contract.seal_clauses import scenarios_of
    from nogrow.scenarios.sealing import pages_of_scenarios
    from nogrow.scenarios.sealing import seal as seal_module
    from nogrow.util.atomic_write import write_bytes
    from nogrow.wasm.file import read
    from nogrow.wasm.runtime import Engine

    clauses = _clauses(file, contract_path) if mode in (None, "reserve") else ()
    chosen, number = _from_clauses(clauses, file, pages) if mode is None else _from_options(mode, pages)
    scenarios = scenarios_of(clauses)
    try:
        data = read(file)
        if isinstance(number, str):
            number = pages_of_scenarios(data, scenarios)
            click.echo(f"--pages {number}: what the scenarios reach, and a quarter more")
        copy = seal_module(data, chosen, number, Engine(), scenarios)
    except ModuleError as error:
        raise ModuleError(f"{file}: {error}") from error
    write_bytes(target, copy.data)
    same = ": nothing had to change" if copy.data == data else ""
    click.echo(f"{printable(str(target))}: {printable(file)} sealed ({chosen.value}){same}")
    for comparison in copy.comparisons:
        for line in _lines(comparison):
            click.echo(line)
    for note in copy.notes:
        click.echo(f"  note: {printable(note)}")
    click.echo(f"{_EFFECTS[chosen.value]} Try it with your scenarios: nogrow run")


def _from_options(mode: str, values: Sequence[str]) -> "tuple[Mode, AllPages]":
    from nogrow.rewrite.rewrite import Mode

    if _SCENARIOS not in values:
        return Mode(mode), _pages(values)
    if mode != Mode.RESERVE.value or len(values) > 1:
        raise UsageError("--pages scenarios is for the mode reserve, without another --pages")
    return Mode(mode), "scenarios"


def _from_clauses(
    clauses: "Sequence[ArtifactContract]", file: str, values: Sequence[str]
) -> "tuple[Mode, AllPages]":
    """Return what the clauses for the file say; raises `UsageError` if they do not say it."""
    from nogrow.contract.seal_clauses import seal_in

    if values:
        raise UsageError("--pages: this option needs --mode")
    wanted = seal_in(clauses, file)
    if wanted is None:
        raise UsageError(f"{file}: no mode: use --mode, or add `seal` to the contract's clause for the file")
    return wanted.mode, wanted.pages


def _pages(values: Sequence[str]) -> "Pages":
    """Return the numbers of `--pages`; raises `UsageError` for anything else."""
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


def _clauses(file: str, contract_path: Path | None) -> "tuple[ArtifactContract, ...]":
    """Return the clauses that the contract has for the file."""
    contract = contract_at(contract_path)
    if contract is None or not os.path.isfile(file):  # noqa: PTH113
        return ()
    from nogrow.contract.select import targets

    return tuple(clause for target in targets(contract, (file,)) for clause in target.clauses)


def _target(file: Path, output: Path | None, *, in_place: bool, force: bool) -> Path:
    """Return the file to write; raises `UsageError` where the input would be overwritten by mistake."""
    if in_place:
        if output is not None:
            raise UsageError("-o OUT and --in-place cannot be combined")
        return file
    return new_file(file, output, force=force, or_else="--in-place")


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
