"""This module writes a difference as text: regressions first, unchanged entry points only counted."""

from collections.abc import Iterator
from typing import TextIO

import click

from nogrow.analysis.judgement import EntryKind, Memory, Verdict
from nogrow.contract.phrases import counted, listed, shortened, unmistakable
from nogrow.diff.model import Difference, Direction, EntryChange, MemoryChange, ModuleDifference
from nogrow.report.escaping import printable

# Nobody reads more than this; the JSON report has all of them.
MOST_ENTRIES = 20
COLOURS = {Direction.WORSE: "red", Direction.BETTER: "green", Direction.SAME: None}


def render(difference: Difference, stream: TextIO, *, colour: bool = False) -> None:
    """Write the difference; names that come from modules and paths are escaped."""
    for module in difference.modules:
        for line, direction in lines(module):
            stream.write((click.style(line, fg=COLOURS[direction]) if colour else line) + "\n")
    for note in difference.notes:
        stream.write(f"note: {printable(note)}\n")
    stream.write(summary(difference) + "\n")


def lines(module: ModuleDifference) -> Iterator[tuple[str, Direction]]:
    """Yield the lines about a module, each with its direction."""
    yield headline(module), module.direction
    yield from ((f"  {line}", direction) for line, direction in details(module))


def headline(module: ModuleDifference) -> str:
    """Return the line that names the module and its verdicts."""
    before, after = module.verdicts
    if module.old is None or before is None:
        return f"added: {printable(module.new or '')}: {_label(after)}"
    if module.new is None or after is None:
        return f"removed: {printable(module.old)}: was {_label(before)}"
    paths = printable(module.new if module.old == module.new else f"{module.old} -> {module.new}")
    verdicts = before.label if before is after else f"{before.label} -> {after.label}"
    return f"{paths}: {verdicts}{', the same bytes' if module.same_bytes else ''}"


def details(module: ModuleDifference) -> Iterator[tuple[str, Direction]]:
    """Yield the lines about the changes within a module, each with its direction."""
    for change in module.entries[:MOST_ENTRIES]:
        yield entry(change), change.direction
    left_out = module.entries[MOST_ENTRIES:]
    if left_out:
        worse = sum(change.direction is Direction.WORSE for change in left_out)
        text = f"... and {len(left_out):,} more, {worse:,} of them worse; --format json lists all"
        yield text, Direction.SAME
    yield from ((line, Direction.SAME) for line in _facts(module))


def entry(change: EntryChange) -> str:
    """Return the line about an entry point."""
    word = {Direction.WORSE: "worse", Direction.BETTER: "better"}.get(change.direction)
    kind, name = _kind_and_name(change)
    before, after = _label(change.before), _label(change.after)
    if change.before is None:
        text = f"{name} is new: {after}"
    elif change.after is None:
        text = f"{name} is gone: was {before}"
    elif change.before is change.after:
        text = f"{name}: {before}"
    else:
        text = f"{name}: {before} -> {after}"
    was, now = change.excused
    if now:
        text += " (no view of the memory exists)"
    elif was:
        text += " (before, no view of the memory existed)"
    return f"{word or kind}: {text}"


def summary(difference: Difference) -> str:
    """Return the line that counts the modules and the changes of their entry points."""
    changes = [change for module in difference.modules for change in module.entries]
    directions = [change.direction for change in changes]
    unchanged = sum(module.unchanged for module in difference.modules)
    worse, better, same = (f"{directions.count(direction):,}" for direction in Direction)
    return (
        f"compared {counted(len(difference.modules), 'module')}: {worse} worse, {better} better, "
        f"{same} with other changes, {counted(unchanged, 'entry point')} unchanged"
    )


def _kind_and_name(change: EntryChange) -> tuple[str, str]:
    """Return the kind of the change in one word, and the entry point's name."""
    name = f"`{printable(shortened(unmistakable(change.name, change.kind)))}`"
    if change.kind is EntryKind.ESCAPED:
        # Indices differ between builds; the function's name identifies it.
        name = f"{name} ({printable(shortened(change.function))})" if change.function else name
    elif change.old_name is not None:
        name += f" (was `{printable(shortened(change.old_name))}`)"
        return "renamed", name
    if change.before is None:
        return "added", name
    return ("removed" if change.after is None else "changed"), name


def _facts(module: ModuleDifference) -> Iterator[str]:
    yield from map(_memory, module.memories)
    before, after = module.sites
    if before != after:
        yield f"grow sites: {before:,} -> {after:,}"
    if module.imports_new:
        yield f"imports now reached: {printable(listed(module.imports_new, 10))}"
    if module.imports_gone:
        yield f"imports no longer reached: {printable(listed(module.imports_gone, 10))}"
    if module.old is not None and module.new is not None:
        yield from (f"now assumed: {printable(sentence)}" for sentence in module.assumed_new[:MOST_ENTRIES])
        yield from (
            f"no longer assumed: {printable(sentence)}" for sentence in module.assumed_gone[:MOST_ENTRIES]
        )
    yield f"{counted(module.unchanged, 'entry point')} unchanged"


def _memory(change: MemoryChange) -> str:
    return f"memory {change.number}: {_limits(change.before)} -> {_limits(change.after)}"


def _limits(memory: Memory | None) -> str:
    if memory is None:
        return "none"
    maximum = "no maximum" if memory.max_pages is None else f"at most {memory.max_pages:,}"
    kind = f"{'imported, ' if memory.imported else ''}{'shared, ' if memory.shared else ''}"
    size = "" if memory.page_size == 65536 else f", of {counted(memory.page_size, 'byte')}"
    return f"{kind}{counted(memory.min_pages, 'page')}, {maximum}{size}"


def _label(verdict: Verdict | None) -> str:
    return "none" if verdict is None else verdict.label
