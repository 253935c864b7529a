"""Where a finding is shown: in the source, in the contract file, or at the module as a whole."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from nogrow.analysis.judgement import Step
from nogrow.contract.clause_lines import ClauseLines, without_number
from nogrow.contract.violation import Rule, Violation
from nogrow.report.result import ArtifactReport, Report
from nogrow.source.model import Frame
from nogrow.source.quote import Quotable
from nogrow.util.demangle import demangle


class Place(NamedTuple):
    """A file and where in it; a column of 0 is unknown. Both count from 1."""

    file: str
    line: int = 1
    column: int = 0


class Places:
    """The places of a report's violations."""

    def __init__(self, report: Report) -> None:
        """They are looked up one by one."""
        self._root = repository()
        self._inside: dict[str, str | None] = {}
        self._contract = report.contract
        self._clause_lines = ClauseLines(report.contract, (artifact.path for artifact in report.artifacts))
        self.quotable = Quotable(report.quotable)

    def violation(self, artifact: ArtifactReport, violation: Violation) -> Place:
        """Return where to look first: its cause in the user's source, else the contract, else the module.

        The user's source is what is in the repository.
        """
        if violation.view is not None:
            return Place(artifact.path, *violation.view.at)
        if not artifact.sources:
            return self.artifact(artifact)
        own = _cause(artifact, violation)
        if own is None or not self._is_own(own):
            own = self._first(artifact, _offsets(artifact, violation))
        return self.artifact(artifact) if own is None else _at(own)

    def artifact(self, artifact: ArtifactReport) -> Place:
        """Return where the contract names the module, else the module itself."""
        if self._contract is not None and (line := self._clause_lines.line(artifact.path)) is not None:
            return Place(self._contract, line)
        return Place(without_number(artifact.path), 1, 1)

    def step(self, artifact: ArtifactReport, step: Step) -> Place | None:
        """Return where a step is in the source, None if unknown; the user's own code first."""
        frames = artifact.sources.get(step.offset, ())
        known = [frame for frame in frames if frame.line > 0]
        return next(map(_at, (*filter(self._is_own, known), *known)), None)

    def in_repository(self, file: str) -> str | None:
        """Return the file's path from the root of the repository, None if it is not in there."""
        if file not in self._inside:
            self._inside[file] = inside(file, self._root)
        return self._inside[file]

    def _is_own(self, frame: Frame) -> bool:
        return frame.line > 0 and self.in_repository(frame.file) is not None

    def _first(self, artifact: ArtifactReport, offsets: Iterable[int]) -> Frame | None:
        frames = (frame for offset in offsets for frame in artifact.sources.get(offset, ()))
        return next(filter(self._is_own, frames), None)


def repository() -> str:
    """Return the root of the repository around the working folder, or that folder if there is none."""
    folder = Path.cwd()
    return str(next((one for one in (folder, *folder.parents) if (one / ".git").exists()), folder))


def inside(file: str, root: str) -> str | None:
    """Return the path of `file` from `root` with slashes, None if it is elsewhere.

    A relative path is one from the working folder.
    """
    path = Path(os.path.normpath(Path.cwd() / file))
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else None


def _cause(artifact: ArtifactReport, violation: Violation) -> Frame | None:
    """Where the user's code last calls into a library on the way to the growth."""
    if violation.about is None or not violation.about.witness:
        return None
    from nogrow.explain.cause import cause_of

    blamed = cause_of(violation.about, artifact.sources, demangle, {}).place
    return None if blamed is None else blamed.frame


def _at(frame: Frame) -> Place:
    return Place(frame.file, frame.line, frame.column)


def _offsets(artifact: ArtifactReport, violation: Violation) -> Iterable[int]:
    """The instructions that explain the violation, in the order of their weight."""
    if violation.about is not None:
        return (step.offset for step in violation.about.witness)
    if violation.rule is Rule.SITE_PRESENT and artifact.judgement is not None:
        return sorted(site.offset for site in artifact.judgement.sites)
    return ()
