"""A report in few words, for the formats that put them above or below the findings."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from nogrow.contract.headlines import headline
from nogrow.contract.phrases import counted
from nogrow.contract.violation import Violation
from nogrow.report.result import WEIGHT, ArtifactReport, Outcome, Report

if TYPE_CHECKING:
    from nogrow.archives.counts import Counts

NOT_VALIDATED = "not validated"
# How the note begins that says why wasmtime could not tell.
CANT_VALIDATE = "wasmtime can't validate "


def summary(report: Report) -> str:
    """Return how many modules were looked at, and how many have which outcome."""
    outcomes = [artifact.outcome for artifact in report.artifacts]
    counts = [
        f"{outcomes.count(one)} {one.value}" for one in Outcome if one in outcomes or one is Outcome.KEPT
    ]
    looked_at = len(outcomes) - outcomes.count(Outcome.NOTHING)
    return f"checked {counted(looked_at, noun(report))}: {', '.join(counts)}{of_them_unvalidated(report)}"


def outcome_label(artifact: ArtifactReport) -> str:
    """Return the artifact's outcome; where nobody knows whether the module is valid, it says so."""
    outcome = artifact.outcome.value
    return f"{outcome}, {NOT_VALIDATED}" if artifact.unvalidated else outcome


def of_them_unvalidated(report: Report) -> str:
    """Return how many modules were judged without being known to be valid, empty for none."""
    count = sum(artifact.unvalidated for artifact in report.artifacts)
    return f"; {count} {NOT_VALIDATED}" if count else ""


def why_unvalidated(artifact: ArtifactReport) -> str:
    """Return why a module was not validated, as its notes say it."""
    found = [note for note in artifact.notes if note.startswith(CANT_VALIDATE)]
    return found[0] if found else "validation was switched off"


def looked_at(counts: "Counts") -> str:
    """Return how many shipped files were looked at, and how many could not be."""
    parts = [counted(counts.files, "file"), counted(counts.modules, "module")]
    if counts.archives:
        parts.insert(1, counted(counts.archives, "archive"))
    if counts.binaries:
        parts.append(f"{counts.binaries:,} binary, searched for modules written as text only")
    return ", ".join([*parts, f"{counts.unreadable:,} not readable"])


def noun(report: Report) -> str:
    """Return what the report's artifacts are."""
    return "file" if any(artifact.host for artifact in report.artifacts) else "module"


def resting(report: Report) -> Iterator[str]:
    """Yield a line for each artifact whose verdict, or a better one in it, rests on an assumption."""
    for artifact in report.artifacts:
        if artifact.judgement is not None and artifact.judgement.resting.assumptions:
            yield f"{artifact.outcome.value}: {artifact.path}: {headline(artifact.judgement)}"


def weightiest_first(report: Report) -> list[ArtifactReport]:
    """Return the artifacts with the weightiest outcome first: where there is no room for all, those stay."""
    return sorted(report.artifacts, key=lambda artifact: WEIGHT.index(artifact.outcome))


def with_path(artifact: ArtifactReport, violation: Violation) -> str:
    """Return the violation's message and whose it is, for where that is not said otherwise."""
    message, path = violation.message, f"{artifact.path}: "
    return message if message.startswith(path) else path + message


def why_nothing(artifact: ArtifactReport) -> str:
    """Return why nothing can be said of an artifact whose outcome is `nothing`."""
    if artifact.notes:
        return ", ".join(artifact.notes)
    return "no module there" if artifact.size is None else "no scenario in the contract"
