"""Summarise a report in a few words, for the formats that show a summary above or below the violations."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from nogrow.contract.headlines import headline
from nogrow.contract.phrases import counted
from nogrow.contract.violation import Violation
from nogrow.report.result import WEIGHT, ArtifactReport, Outcome, Report

if TYPE_CHECKING:
    from nogrow.archives.archive import Counts

NOT_VALIDATED = "not validated"
# The start of the note that says why wasmtime could not validate a module.
CANT_VALIDATE = "wasmtime can't validate "


def summary(report: Report) -> str:
    """Return how many modules were checked, and how many of them have which outcome."""
    counts = [f"{count} {outcome.value}" for outcome, count in outcome_counts(report)]
    return f"{checked(report)}: {', '.join(counts)}{of_them_unvalidated(report)}"


def checked(report: Report) -> str:
    """Return how many modules or files were checked, for example `checked 2 modules`."""
    count = sum(artifact.outcome is not Outcome.NOTHING for artifact in report.artifacts)
    noun = "file" if any(artifact.host for artifact in report.artifacts) else "module"
    return f"checked {counted(count, noun)}"


def outcome_counts(report: Report) -> list[tuple[Outcome, int]]:
    """Return each outcome that occurs with its number of artifacts; `KEPT` is always included."""
    outcomes = [artifact.outcome for artifact in report.artifacts]
    counts = ((outcome, outcomes.count(outcome)) for outcome in Outcome)
    return [(outcome, count) for outcome, count in counts if count or outcome is Outcome.KEPT]


def outcome_label(artifact: ArtifactReport) -> str:
    """Return the artifact's outcome, marked if the module was judged without being validated."""
    outcome = artifact.outcome.value
    return f"{outcome}, {NOT_VALIDATED}" if artifact.unvalidated else outcome


def of_them_unvalidated(report: Report) -> str:
    """Return how many modules were judged without being validated, or nothing if there are none."""
    count = sum(artifact.unvalidated for artifact in report.artifacts)
    return f"; {count} {NOT_VALIDATED}" if count else ""


def why_unvalidated(artifact: ArtifactReport) -> str:
    """Return the reason why a module was not validated."""
    reasons = (note for note in artifact.notes if note.startswith(CANT_VALIDATE))
    return next(reasons, "validation is switched off")


def searched_files(counts: "Counts") -> str:
    """Return how many shipped files were searched for modules, and how many could not be read."""
    parts = [counted(counts.files, "file"), counted(counts.modules, "module")]
    if counts.archives:
        parts.insert(1, counted(counts.archives, "archive"))
    if counts.binaries:
        parts.append(f"{counts.binaries:,} binary, searched for modules written as text only")
    return ", ".join([*parts, f"{counts.unreadable:,} not readable"])


def resting(report: Report) -> Iterator[str]:
    """Yield a line for each artifact with a verdict that rests on an assumption."""
    for artifact in report.artifacts:
        if artifact.judgement is not None and artifact.judgement.resting.assumptions:
            yield f"{artifact.outcome.value}: {artifact.path}: {headline(artifact.judgement)}"


def weightiest_first(report: Report) -> list[ArtifactReport]:
    """Return the artifacts, those with the worst outcome first, so that these are kept if space runs out."""
    return sorted(report.artifacts, key=lambda artifact: WEIGHT.index(artifact.outcome))


def with_path(artifact: ArtifactReport, violation: Violation) -> str:
    """Return the violation's message with the artifact's path in front."""
    message, path = violation.message, f"{artifact.path}: "
    return message if message.startswith(path) else path + message


def why_nothing(artifact: ArtifactReport) -> str:
    """Return the reason why an artifact has the outcome `nothing`."""
    if artifact.notes:
        return ", ".join(artifact.notes)
    return "no module found" if artifact.size is None else "no scenario in the contract"
