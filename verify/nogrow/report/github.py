"""Render a report as GitHub Actions workflow commands, which GitHub shows as annotations."""

from collections.abc import Iterator
from itertools import islice
from typing import TextIO

from nogrow.contract.phrases import counted
from nogrow.contract.violations import Rule
from nogrow.report.causes import grouped, message
from nogrow.report.escaping import in_command, in_property
from nogrow.report.exit_code import Outcome
from nogrow.report.locations import Position, Positions
from nogrow.report.model import ArtifactReport, Report
from nogrow.report.summary import (
    NOT_VALIDATED,
    resting,
    summary,
    weightiest_first,
    why_nothing,
    why_unvalidated,
    with_path,
)

# GitHub shows ten errors and ten warnings per step and silently drops the others.
MOST_ERRORS = 10
MOST_NOTES = 100
# The tenth warning counts the errors that are not shown.
MOST_WARNINGS = 9


def render(report: Report, stream: TextIO) -> None:
    """Write a command for each violation or cause up to the limit, the number of others, and a summary."""
    for line in islice(_errors(report), MOST_ERRORS):
        stream.write(line + "\n")
    nothing = sum(artifact.outcome is Outcome.NOTHING for artifact in report.artifacts)
    more = nothing + sum(map(_count, report.artifacts)) - MOST_ERRORS
    if more > 0:
        text = in_command(f"{counted(more, 'more error')} not shown; use --format json=FILE to see all")
        stream.write(f"::warning title=nogrow::{text}\n")
    for line in islice(resting(report), MOST_NOTES):
        stream.write(f"{in_command(line)}\n")
    for line in islice(_warnings(report), MOST_WARNINGS):
        stream.write(line + "\n")
    stream.write(f"nogrow {summary(report)}\n")


def _errors(report: Report) -> Iterator[str]:
    positions = Positions(report)
    for artifact in weightiest_first(report):
        if artifact.outcome is Outcome.NOTHING:
            position = positions.artifact(artifact)
            yield _command(
                positions, position, "nothing to check", f"{artifact.path}: {why_nothing(artifact)}"
            )
        causes = grouped(artifact)
        if causes is not None and artifact.judgement is not None:
            for shown in causes.causes:
                position = positions.violation(artifact, shown.violation)
                text = f"{artifact.path}: {message(shown, artifact.judgement, artifact.sources)}"
                yield _command(positions, position, _title(shown.rule), text)
        for violation in artifact.violations if causes is None else causes.others_of(artifact):
            position = positions.violation(artifact, violation)
            yield _command(positions, position, _title(violation.rule), with_path(artifact, violation))
    if not report.artifacts:
        yield "::error title=nothing to check::no module given"


def _title(rule: Rule) -> str:
    return f"{rule.id} {rule.label}"


def _count(artifact: ArtifactReport) -> int:
    causes = grouped(artifact)
    return len(artifact.violations) if causes is None else len(causes.causes) + len(causes.others)


def _warnings(report: Report) -> Iterator[str]:
    positions = Positions(report)
    for artifact in report.artifacts:
        if artifact.unvalidated:
            text = f"{artifact.path}: {NOT_VALIDATED}: {why_unvalidated(artifact)}"
            yield _command(positions, positions.artifact(artifact), NOT_VALIDATED, text, "warning")


def _command(positions: Positions, position: Position, title: str, text: str, level: str = "error") -> str:
    properties = {"file": positions.in_repository(position.file) or position.file, "line": str(position.line)}
    if position.column > 0:
        properties["col"] = str(position.column)
    properties["title"] = title
    listed = ",".join(f"{name}={in_property(value)}" for name, value in properties.items())
    return f"::{level} {listed}::{in_command(text)}"
