"""Render the causes of growth as text: the answer in a sentence, then the causes, the largest first."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from nogrow.analysis.causes import GrowthCause
from nogrow.analysis.judgement import Entry, Function, Judgement, Step
from nogrow.contract.phrases import counted, entry_name, function_of, labels, listed, shortened
from nogrow.contract.violations import Violation
from nogrow.report.causes import (
    MOST_NARROWER,
    Grouped,
    ShownCause,
    answer,
    claim,
    entry_points,
    examples,
    narrower,
    subject,
)
from nogrow.report.escaping import printable
from nogrow.report.model import ArtifactReport
from nogrow.report.steps import frames_of
from nogrow.source.model import Frames

MOST_CAUSES = 4
# The path of the first cause is shown step by step.
MOST_STEPS = 7
LONGEST_NAME, LONGEST_EXAMPLE = 60, 40

Style = Callable[..., str]
Where = Callable[[Violation], Iterator[str]]


def lines(artifact: ArtifactReport, found: Grouped, style: Style, where: Where) -> Iterator[str]:
    """Yield the answer and the causes; `where` yields the position of a violation."""
    if artifact.judgement is None:
        return
    yield style(f"{printable(artifact.path)}: {answer(artifact.judgement)}", bold=True)
    yield ""
    shown = found.causes[:MOST_CAUSES]
    for number, cause in enumerate(shown):
        yield from _cause(artifact, cause, style, where, first=number == 0)
        yield ""
    more = found.causes[MOST_CAUSES:]
    if more:
        entries = sum(cause.size for cause in more)
        yield f"... and {_smaller(len(more))} of {entry_points(entries)}"
        yield ""
    yield "help: if the function of a cause did not grow the memory, no entry point of that cause could;"
    yield "      `nogrow explain FILE` says what to change, and `check --all` lists every entry point"
    yield ""


def cause_tree(causes: Sequence[GrowthCause], judgement: Judgement) -> Iterator[str]:
    """Yield a line for each of the largest causes, with the narrower ones below it."""
    yield "   = entry points by the function that all their paths to a growth pass:"
    for cause in causes[:MOST_CAUSES]:
        yield f"     {_sized(cause)} ({cause.verdict.label})"
        names = (
            shortened(entry_name(entry), LONGEST_EXAMPLE) for entry in examples(judgement, cause.entries)
        )
        yield f"              such as {printable(listed(list(names)))}"
        yield from (f"           {_sized(part)}" for part in cause.narrower[:MOST_NARROWER])
    more = causes[MOST_CAUSES:]
    if more:
        entries = sum(len(cause.entries) for cause in more)
        yield f"     ... and {_smaller(len(more))} of {entry_points(entries)}"


def _smaller(count: int) -> str:
    return "1 smaller cause" if count == 1 else f"{count:,} smaller causes"


def _sized(cause: GrowthCause) -> str:
    return f"{len(cause.entries):>7,}  {printable(subject(cause))}"


def _cause(
    artifact: ArtifactReport, shown: ShownCause, style: Style, where: Where, *, first: bool
) -> Iterator[str]:
    if artifact.judgement is None:
        return
    head = style(f"error[{shown.rule.id}]", "red", bold=True)
    title = printable(claim(shown, artifact.judgement, artifact.sources))
    yield f"{head}: {shown.rule.label}: {style(title, bold=True)}"
    if first:
        yield from where(shown.violation)
    entry = shown.violation.about
    if shown.size > 1:
        names = listed([shortened(name, LONGEST_NAME) for name in shown.names])
        yield f"   = for example: {printable(names)}"
    if entry is not None and entry.witness:
        yield from _path(entry, artifact, whole=first)
    parts = list(narrower(shown.cause))
    if parts and first:
        yield f"   = of these: {printable(', '.join(parts))}"
    if shown.violation.allowed and first:
        yield f"   = allowed: {labels(shown.violation.allowed)}"


def _path(entry: Entry, artifact: ArtifactReport, *, whole: bool) -> Iterator[str]:
    name = printable(shortened(entry_name(entry), LONGEST_NAME))
    names = artifact.judgement.export_names if artifact.judgement is not None else {}
    if not whole:
        yield f"   = path of `{name}`: {printable(_in_short(entry, names))}"
        return
    yield f"   = path of `{name}`:"
    witness = entry.witness
    folded = max(0, len(witness) - MOST_STEPS)
    half = MOST_STEPS // 2
    for index in (*range(min(half, len(witness))), *range(half + folded, len(witness))):
        if folded and index == half + folded:
            yield f"          ... {counted(folded, 'more call')} ..."
        step = witness[index]
        yield f"     {index + 1:>3}. {printable(_step(step, artifact.sources, names))}"
    if entry.host_grows is not None:
        yield f"          calls the import {printable(shortened(entry.host_grows, LONGEST_NAME))}"


def _step(step: Step, sources: Frames, names: Mapping[int, str]) -> str:
    """Return the function of a step and where its call, or the growth, is."""
    frames = frames_of(step, sources)
    name = _function(step, names)
    if frames and frames[-1].line > 0:
        return f"{name} at {frames[-1]}"
    return f"{name} at 0x{step.offset:06x}" if step.offset else name


def _function(step: Step, names: Mapping[int, str]) -> str:
    """Return the name of a step's function; one without a debug name has that of its export."""
    function = step.function
    if step.offsets and not function.name and function.index in names:
        step = step._replace(function=Function(function.index, names[function.index]))
    return shortened(function_of(step), LONGEST_NAME)


def _in_short(entry: Entry, names: Mapping[int, str]) -> str:
    """Return the functions of a path without the middle of a long one."""
    witness = entry.witness
    shown = [_function(step, names) for step in (*witness[:2], *witness[2:][-2:])]
    folded = len(witness) - len(shown)
    if folded > 0:
        shown.insert(2, f"({folded} more)")
    if entry.host_grows is not None:
        shown.append(shortened(entry.host_grows, LONGEST_NAME))
    return " -> ".join(shown)
