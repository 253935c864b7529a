"""This module writes a difference as text and as Markdown.

Regressions come first, and unchanged entry points are only counted.
"""

from collections.abc import Iterator
from typing import TextIO

from nogrow.analysis.judgement import EntryKind, Memory, Verdict
from nogrow.contract.phrases import counted, listed, shortened, unmistakable
from nogrow.difference.model import Difference, Direction, EntryChange, ModuleDifference
from nogrow.report.colours import styled
from nogrow.report.escaping import fenced, in_markdown, printable

# Nobody reads more than this; the JSON report has all of them.
MOST_ENTRIES = 20
# GitHub drops a job summary of more than 1 MiB entirely.
MOST_BYTES = 500_000
COLOURS = {Direction.WORSE: "red", Direction.BETTER: "green", Direction.SAME: None}
_WORDS = {Direction.WORSE: "worse", Direction.BETTER: "improved"}


def render(difference: Difference, stream: TextIO, *, colour: bool = False) -> None:
    """Write the difference; names that come from modules and paths are escaped."""
    for module in difference.modules:
        details = ((f"  {line}", direction) for line, direction in _details(module))
        for line, direction in ((_headline(module), module.direction), *details):
            stream.write((styled(line, COLOURS[direction]) if colour else line) + "\n")
    for note in difference.notes:
        stream.write(f"note: {printable(note)}\n")
    stream.write(_summary(difference) + "\n")


def render_markdown(difference: Difference, stream: TextIO) -> None:
    """Write a heading, a summary, and a block for each module, regressions first."""
    for line in _markdown(difference):
        stream.write(line + "\n")


def _markdown(difference: Difference) -> Iterator[str]:
    order = list(Direction)
    modules = sorted(difference.modules, key=lambda module: order.index(module.direction))
    yield "## Memory growth"
    yield ""
    yield f"nogrow {_summary(difference)}."
    room = MOST_BYTES
    for number, module in enumerate(modules):
        lines = [
            "",
            f"### {in_markdown(_headline(module))}",
            "",
            *fenced(line for line, _ in _details(module)),
        ]
        room -= sum(len(line.encode(errors="replace")) + 1 for line in lines)
        if room < 0:
            yield ""
            yield f"{counted(len(modules) - number, 'more module')} left out: the summary would be too long."
            break
        yield from lines
    for note in difference.notes:
        yield ""
        yield f"Note: {in_markdown(note)}"


def _headline(module: ModuleDifference) -> str:
    """Return the line that names the module and its verdicts."""
    before, after = module.verdicts
    if module.old is None or before is None:
        return f"added: {printable(module.new or '')}: {_label(after)}"
    if module.new is None or after is None:
        return f"removed: {printable(module.old)}: was {_label(before)}"
    paths = printable(module.new if module.old == module.new else f"{module.old} -> {module.new}")
    verdicts = before.label if before is after else f"{before.label} -> {after.label}"
    return f"{paths}: {verdicts}{', the same bytes' if module.same_bytes else ''}"


def _details(module: ModuleDifference) -> Iterator[tuple[str, Direction]]:
    """Yield the lines about the changes within a module, each with its direction."""
    for change in module.entries[:MOST_ENTRIES]:
        yield _entry(change), change.direction
    left_out = module.entries[MOST_ENTRIES:]
    if left_out:
        worse = sum(change.direction is Direction.WORSE for change in left_out)
        text = f"... and {len(left_out):,} more, {worse:,} of them worse; --format json lists all"
        yield text, Direction.SAME
    yield from ((line, Direction.SAME) for line in _facts(module))


def _entry(change: EntryChange) -> str:
    word = _WORDS.get(change.direction)
    kind, name = _kind_and_name(change)
    before, after = _label(change.before), _label(change.after)
    if change.before is None:
        text = f"{name} is new: {after}"
    elif change.after is None:
        text = f"{name} is gone: was {before}"
    else:
        text = f"{name}: {before if before == after else f'{before} -> {after}'}"
    was, now = change.excused
    if now:
        text += " (no view of the memory exists)"
    elif was:
        text += " (before, no view of the memory existed)"
    return f"{word or kind}: {text}"


def _summary(difference: Difference) -> str:
    """Return the line that counts the modules and the changes of their entry points."""
    changes = [change for module in difference.modules for change in module.entries]
    directions = [change.direction for change in changes]
    unchanged = sum(module.unchanged for module in difference.modules)
    worse, improved, same = (f"{directions.count(direction):,}" for direction in Direction)
    return (
        f"compared {counted(len(difference.modules), 'module')}: {worse} worse, {improved} improved, "
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
    for change in module.memories:
        yield f"memory {change.number}: {_limits(change.before)} -> {_limits(change.after)}"
    before, after = module.sites
    if before != after:
        yield f"grow sites: {before:,} -> {after:,}"
    if module.imports_new:
        yield f"imports now reached: {printable(listed(module.imports_new, 10))}"
    if module.imports_gone:
        yield f"imports no longer reached: {printable(listed(module.imports_gone, 10))}"
    if module.old is not None and module.new is not None:
        for what, assumed in (("now", module.assumed_new), ("no longer", module.assumed_gone)):
            yield from (f"{what} assumed: {printable(sentence)}" for sentence in assumed[:MOST_ENTRIES])
    yield f"{counted(module.unchanged, 'entry point')} unchanged"


def _limits(memory: Memory | None) -> str:
    if memory is None:
        return "none"
    maximum = "no maximum" if memory.max_pages is None else f"at most {memory.max_pages:,}"
    kind = f"{'imported, ' if memory.imported else ''}{'shared, ' if memory.shared else ''}"
    size = "" if memory.page_size == 65536 else f", of {counted(memory.page_size, 'byte')}"
    return f"{kind}{counted(memory.min_pages, 'page')}, {maximum}{size}"


def _label(verdict: Verdict | None) -> str:
    return "none" if verdict is None else verdict.label
