"""This module words names, lists and verdicts for messages, and verdicts with the assumptions behind them."""

import re
from collections.abc import Sequence

from nogrow.analysis.assumptions import Assumption
from nogrow.analysis.judgement import Entry, EntryKind, Function, Judgement, Step, Verdict
from nogrow.util.demangle import demangle

_LONGEST_PATH = 5
_MOST_ASSUMPTIONS = 3
# The names that reports give to entry points that are not exports, with or without the mark of an export.
_NOT_EXPORTS = re.compile(r"(?:\(start\)|func\[[0-9]+\])(?: \(export\))*")


def name_of(function: Function) -> str:
    """Return the function's name, demangled and shortened, or `func[INDEX]` if it has none."""
    return readable(function.name) if function.name else f"func[{function.index}]"


def readable(name: str) -> str:
    """Return a function's debug name, demangled and shortened."""
    return shortened(demangle(name))


def shortened(name: str, most: int = 100) -> str:
    """Return the name; one of more than `most` characters loses its middle."""
    half = most // 2
    return name if len(name) <= most else f"{name[:half]}...{name[-half:]}"


def entry_name(entry: Entry) -> str:
    """Return the entry point's name, shortened.

    An export is marked if it could be mistaken for the start function or an escaping function. A minified
    export has the name of the source in front.
    """
    if entry.source_name is not None:
        return f"{shortened(entry.source_name)} (export {shortened(entry.name)})"
    return shortened(unmistakable(entry.name, entry.kind))


def unmistakable(name: str, kind: EntryKind) -> str:
    """Return the name of an entry point in a form that no entry point of another kind has."""
    return f"{name} (export)" if kind is EntryKind.EXPORT and _NOT_EXPORTS.fullmatch(name) else name


def path_of(witness: Sequence[Step]) -> str:
    """Return the functions of a witness, without the middle of a long one, and the offset where it ends."""
    # A path can have a million steps.
    is_long = len(witness) > _LONGEST_PATH
    names = [function_of(step) for step in ((*witness[:2], *witness[-2:]) if is_long else witness)]
    if is_long:
        names.insert(2, f"({len(witness) - 4} more)")
    last = witness[-1]
    if last.host is not None:
        return f"{' -> '.join(names)}: calls {shortened(last.host.text)}, {last.host.place}".removesuffix(
            ", "
        )
    return f"{' -> '.join(names)}: {shortened(last.instruction)} at offset 0x{last.offset:x}"


def function_of(step: Step) -> str:
    """Return the function of a step; for one in host code, that of the host code."""
    if step.host is not None:
        return shortened(step.host.function)
    name = name_of(step.function)
    return name if step.module is None else f"{name} in core module {step.module}"


def mode_and_pages(mode: str, pages: int | None) -> str:
    """Return how a copy was sealed, for example `reserve, 64 pages`."""
    return mode if pages is None else f"{mode}, {counted(pages, 'page')}"


def listed(names: Sequence[str], most: int = 3) -> str:
    """Return the first names in backticks, and the number of the others."""
    text = ", ".join(f"`{shortened(name)}`" for name in names[:most])
    return f"{text} and {len(names) - most} more" if len(names) > most else text


def counted(number: int, noun: str) -> str:
    """Return the number with its noun, for example `1 page` or `2 pages`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def labels(verdicts: Sequence[Verdict]) -> str:
    """Return the verdicts as a list of the labels that contracts use."""
    return ", ".join(verdict.label for verdict in verdicts)


def headline(judgement: Judgement) -> str:
    """Return the module's verdict and the assumptions behind it, or behind better verdicts in the module."""
    label = judgement.verdict.label
    if is_unseen(judgement):
        label = f"{label}, of no memory that a host can see"
    resting = judgement.resting
    if not resting.assumptions:
        return label
    if judgement.verdict is not Verdict.REACHABLE:
        return f"{label}, {assuming(resting.assumptions)}"
    noun, verb = ("verdict", "assumes") if len(resting.entries) == 1 else ("verdicts", "assume")
    return f"{label}; the better {noun} of {listed(resting.entries)} {verb} {_that(resting.assumptions)}"


def of_entry(entry: Entry) -> str:
    """Return the entry point's verdict and the assumptions behind it."""
    label = entry.verdict.label
    return f"{label}, {assuming(entry.assumptions)}" if is_assumed(entry) else label


def is_assumed(entry: Entry) -> bool:
    """Return whether the entry point's verdict would be worse without the assumptions about the host."""
    counting = entry.verdict if entry.seen is None else entry.seen
    return bool(entry.assumptions) and counting is not Verdict.REACHABLE


def is_unseen(judgement: Judgement) -> bool:
    """Return whether the module grows, and only memories that no host sees."""
    harmful = judgement.verdict_table.harmful
    return harmful is not None and not harmful.grows and judgement.verdict.grows


def assuming(assumptions: Sequence[Assumption]) -> str:
    """Return a clause that starts with `assuming that` and states the first assumptions."""
    return f"assuming {_that(assumptions)}"


def _that(assumptions: Sequence[Assumption]) -> str:
    clauses = [f"that {assumption.sentence}" for assumption in assumptions[:_MOST_ASSUMPTIONS]]
    more = len(assumptions) - _MOST_ASSUMPTIONS
    if more > 0:
        clauses.append(f"{more} more, which are listed as assumptions")
    *others, last = clauses
    return f"{', '.join(others)} and {last}" if others else last
