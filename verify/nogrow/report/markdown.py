"""Render a report as Markdown for the summary of a GitHub job."""

from collections.abc import Iterator
from itertools import islice
from typing import TextIO

from nogrow.contract.phrases import counted, shortened
from nogrow.report import text
from nogrow.report.causes import grouped
from nogrow.report.escaping import fenced, in_markdown, printable
from nogrow.report.exit_code import Outcome
from nogrow.report.model import ArtifactReport, Report
from nogrow.report.summary import outcome_label, resting, summary, weightiest_first

# GitHub drops a summary of more than 1 MiB completely.
MOST_ROWS = 500
MOST_VIOLATIONS = 5
MOST_BYTES = 500_000
LONGEST_PATH = 200
LONGEST_LINE = 1000


def render(report: Report, stream: TextIO) -> None:
    """Write a table of the artifacts, the worst outcome first, and as many violations as fit."""
    for line in _lines(report):
        stream.write(line + "\n")


def _lines(report: Report) -> Iterator[str]:
    artifacts = weightiest_first(report)
    yield f"## nogrow: {report.outcome.value}"
    yield ""
    yield f"nogrow {summary(report)}."
    if artifacts:
        yield ""
        yield "| artifact | outcome | verdict | grow sites | entry points | violations |"
        yield "|---|---|---|---:|---:|---:|"
        yield from map(_row, artifacts[:MOST_ROWS])
    if len(artifacts) > MOST_ROWS:
        yield ""
        yield f"... and {counted(len(artifacts) - MOST_ROWS, 'more artifact')}."
    assumed = list(islice(resting(report), MOST_ROWS))
    if assumed:
        yield ""
        yield "Verdicts that rest on assumptions:"
        yield ""
        yield from (f"- {in_markdown(shortened(line, LONGEST_LINE))}" for line in assumed)
    yield from _details(
        [
            artifact
            for artifact in artifacts
            if artifact.better or artifact.unvalidated or artifact.outcome is not Outcome.KEPT
        ]
    )


def _row(artifact: ArtifactReport) -> str:
    judgement, judged = artifact.judgement, ("host code" if artifact.host else "", "", "")
    if judgement is not None:
        judged = judgement.verdict.label, f"{len(judgement.sites):,}", f"{len(judgement.entries):,}"
    cells = (_path(artifact), outcome_label(artifact), *judged, f"{len(artifact.violations):,}")
    return f"| {' | '.join(cells)} |"


def _details(artifacts: list[ArtifactReport]) -> Iterator[str]:
    room = MOST_BYTES
    for number, artifact in enumerate(artifacts):
        details = list(_detail(artifact))
        room -= sum(len(line.encode(errors="replace")) + 1 for line in details)
        if room < 0:
            yield ""
            yield f"No room for the details of {counted(len(artifacts) - number, 'more artifact')}."
            return
        yield from details


def _detail(artifact: ArtifactReport) -> Iterator[str]:
    by_cause = grouped(artifact) is not None
    first = artifact if by_cause else artifact._replace(violations=artifact.violations[:MOST_VIOLATIONS])
    # The last line is the summary of the report, which has only this module.
    *lines, _ = text.lines(Report(None, (first,)))
    yield ""
    yield f"### {_path(artifact)}"
    yield ""
    yield from fenced(lines)
    more = len(artifact.violations) - MOST_VIOLATIONS
    if more > 0 and not by_cause:
        yield ""
        yield f"... and {counted(more, 'more violation')}; use `--format json=FILE` to see all."


def _path(artifact: ArtifactReport) -> str:
    return in_markdown(shortened(printable(artifact.path), LONGEST_PATH))
