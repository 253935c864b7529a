"""Summarise a report in a few words, for the formats that show a summary above or below the violations."""

from collections.abc import Callable, Container, Iterator, Sequence
from typing import TYPE_CHECKING

from nogrow.analysis.judgement import Entry
from nogrow.contract.phrases import counted, headline
from nogrow.contract.violations import Violation
from nogrow.report.exit_code import WEIGHT, Outcome
from nogrow.report.model import ArtifactReport, Report

if TYPE_CHECKING:
    from nogrow.archives.archive import Counts

NOT_VALIDATED = "not validated"
# The start of the note that says why wasmtime could not validate a module.
CANT_VALIDATE = "wasmtime can't validate "


def summary(report: Report, style: Callable[[str, Outcome | None], str] = lambda text, _: text) -> str:
    """Return how many modules or files were checked, and how many of them have which outcome.

    `style` may colour a count after its outcome, which is None for a count of 0.
    """
    outcomes = [artifact.outcome for artifact in report.artifacts]
    counts = [
        style(f"{outcomes.count(outcome)} {outcome.value}", outcome if outcome in outcomes else None)
        for outcome in Outcome
        if outcome in outcomes or outcome is Outcome.KEPT
    ]
    unvalidated = sum(artifact.unvalidated for artifact in report.artifacts)
    rest = f"; {unvalidated} {NOT_VALIDATED}" if unvalidated else ""
    return f"checked {_checked(report)}: {', '.join(counts)}{rest}"


def _checked(report: Report) -> str:
    """Return the number of modules and files of host code that are there."""
    is_host = [artifact.host for artifact in report.artifacts if artifact.outcome is not Outcome.NOTHING]
    files, only_files = is_host.count(True), all(artifact.host for artifact in report.artifacts)
    parts = [counted(is_host.count(False), "module")] if not only_files or not report.artifacts else []
    parts += [counted(files, "file")] if files or not parts else []
    return " and ".join(parts)


def outcome_label(artifact: ArtifactReport) -> str:
    """Return the artifact's outcome, marked if the module was judged without being validated."""
    outcome = artifact.outcome.value
    return f"{outcome}, {NOT_VALIDATED}" if artifact.unvalidated else outcome


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


def entry_key(entry: Entry) -> tuple[str, str, int]:
    """Return a key of the entry point that no other one of the module has, by which formats sort."""
    return entry.name, entry.kind.value, entry.function.index


def by_name(entries: Sequence[Entry], without: Container[int] = ()) -> Iterator[Entry]:
    """Yield the entry points in the order of their keys, each made when its turn comes.

    Those whose numbers are in `without` are left out.
    """
    kept = [number for number in range(len(entries)) if number not in without]
    order = sorted(kept, key=lambda number: entry_key(entries[number]))
    return map(entries.__getitem__, order)


def with_path(artifact: ArtifactReport, violation: Violation) -> str:
    """Return the violation's message with the artifact's path in front."""
    message, path = violation.message, f"{artifact.path}: "
    return message if message.startswith(path) else path + message


def why_nothing(artifact: ArtifactReport) -> str:
    """Return the reason why an artifact has the outcome `nothing`."""
    if artifact.notes:
        return ", ".join(artifact.notes)
    return "no module found" if artifact.size is None else "no scenario in the contract"
