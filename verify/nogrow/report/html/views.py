"""Make the data of stale views on the page: the source around the places, and the path in the module."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from nogrow.analysis.judgement import Step
from nogrow.contract.phrases import function_of
from nogrow.contract.violations import Entered, Violation
from nogrow.report.escaping import printable
from nogrow.report.html.tables import shown
from nogrow.report.model import ArtifactReport
from nogrow.report.steps import action_of, frames_of
from nogrow.report.view_places import Place, Snippet, snippets
from nogrow.source.quote import AROUND, Excerpt, Quotable

Object = dict[str, object]

MOST_VIEWS = 500
MOST_USES = 50
MOST_STEPS = 100
# A longer line, such as that of a bundle, is shown in parts around the places in it.
LONGEST_LINE = 200
_TAB = " " * 4


def views(artifact: ArtifactReport, quotable: Quotable) -> list[Object]:
    """Return the data of the artifact's stale views, at most `MOST_VIEWS`."""
    stale = [violation for violation in artifact.violations if violation.view is not None]
    return [_view(artifact, violation, quotable) for violation in stale[:MOST_VIEWS]]


def _view(artifact: ArtifactReport, violation: Violation, quotable: Quotable) -> Object:
    uses = violation.view.uses[1:] if violation.view is not None else ()
    parts = snippets(artifact, violation, quotable)
    return {
        "rule": f"{violation.rule.id} {violation.rule.label}",
        "text": shown(violation.headline),
        "snippets": [[shown(f"{part.file}:{part.at}"), list(_lines(part, quotable))] for part in parts],
        "unquoted": [
            [place.label, shown(f"{place.file}:{place.at}")] for part in parts for place in part.unquoted
        ],
        "uses": [str(use) for use in uses[:MOST_USES]],
        "moreUses": max(0, len(uses) - MOST_USES),
        "entered": violation.entered and _entered(violation.entered),
    }


def _entered(entered: Entered) -> Object:
    steps: Sequence[Step] = entered.entry.witness
    growers = (grower for grower in entered.growers if grower.label == entered.entry.host_grows)
    return {
        "module": shown(entered.module),
        "entry": shown(entered.entry.name),
        "verdict": entered.entry.verdict.rank,
        "steps": [
            [
                shown(function_of(step)),
                step.function.index if step.offsets else -1,
                step.offset or -1,
                shown(action_of(step)),
                [shown(str(frame)) for frame in frames_of(step, entered.sources)[-1:]],
            ]
            for step in steps[:MOST_STEPS]
        ],
        "moreSteps": max(0, len(steps) - MOST_STEPS),
        "growers": [shown(f"{grower.label}, {grower.place}") for grower in growers],
    }


def _lines(snippet: Snippet, quotable: Quotable) -> Iterator[list[object]]:
    """Yield the lines with places, and those around them: the number, parts of the text, and the labels.

    A part is a text with the role of the place that it marks, which is empty for other text. A label has the
    column of its place in the line. A line without a number stands for lines that are left out.
    """
    source = quotable.lines(snippet.file)
    by_line = {number: list(group) for number, group in groupby(snippet.lines, lambda pair: pair[0].line)}
    near = {near for number in by_line for near in range(number - AROUND, number + AROUND + 1)}
    # A gap of one line is filled, and the empty text after the last line end is no line.
    near |= {number for number in range(1, max(near, default=0)) if {number - 1, number + 1} <= near}
    last = None
    for number in sorted(number for number in near if 0 < number <= len(source)):
        if number == len(source) and not source[-1]:
            continue
        if last is not None and number > last + 1:
            yield [None, [], []]
        last = number
        marks = by_line.get(number)
        if marks is None:
            text = source[number - 1][: LONGEST_LINE + 1].decode("utf-8", "replace")
            yield [number, [[_cut(_visible(text)), ""]], []]
        elif len(source[number - 1]) <= LONGEST_LINE:
            yield [number, *_marked(marks)]
        else:
            for mark in marks:
                yield [number, *_marked([_around(mark)])]


def _around(mark: tuple[Excerpt, Place]) -> tuple[Excerpt, Place]:
    """Return the mark with the part of its long line that is near the token."""
    line, place = mark
    half = LONGEST_LINE // 2
    before = line.before if len(line.before) <= half else f"...{line.before[-half:]}"
    return line._replace(before=before, token=_cut(line.token), after=_cut(line.after, half)), place


def _marked(marks: Sequence[tuple[Excerpt, Place]]) -> tuple[list[list[str]], list[list[object]]]:
    """Return the parts of a line with the given marks, and their labels."""
    parts: list[list[str]] = []
    labels: list[list[object]] = []
    end = 0
    for line, place in marks:
        start = len(line.before)
        labels.append([len(_visible(line.before)), place.role.value, place.label])
        if start >= end:
            parts += [[_visible(line.before[end:]), ""], [_visible(line.token), place.role.value]]
            end = start + len(line.token)
    line = marks[-1][0]
    parts.append([_visible((line.before + line.token + line.after)[end:]), ""])
    return [part for part in parts if part[0]], labels


def _visible(text: str) -> str:
    return printable(text.replace("\t", _TAB))


def _cut(text: str, most: int = LONGEST_LINE) -> str:
    return text if len(text) <= most else f"{text[:most]}..."
