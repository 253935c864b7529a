"""Decide where a violation is shown: in the source, in the contract file, or at the module as a whole."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from nogrow.analysis.judgement import Step
from nogrow.contract.clause_lines import ClauseLines
from nogrow.contract.patterns import without_number
from nogrow.contract.violations import Rule, Violation
from nogrow.report.result import ArtifactReport, Report
from nogrow.source.model import Frame
from nogrow.source.quote import Quotable
from nogrow.util.demangle import demangle


class Position(NamedTuple):
    """A position in a file: line and column count from 1; a column of 0 is unknown."""

    file: str
    line: int = 1
    column: int = 0


class Positions:
    """Find the positions of a report's violations."""

    def __init__(self, report: Report) -> None:
        """Prepare for the report; each position is looked up when it is asked for."""
        self._root = repository()
        self._inside: dict[str, str | None] = {}
        self._contract = report.contract
        self._clause_lines = ClauseLines(report.contract, (artifact.path for artifact in report.artifacts))
        self.quotable = Quotable(report.quotable)

    def violation(self, artifact: ArtifactReport, violation: Violation) -> Position:
        """Return the cause in the user's source if it is known, else the contract's line, else the module.

        The user's source is every file in the repository.
        """
        if violation.view is not None:
            return Position(artifact.path, *violation.view.at)
        if not artifact.sources:
            return self.artifact(artifact)
        own = _cause(artifact, violation)
        if own is None or not self._is_own(own):
            own = self._first(artifact, _offsets(artifact, violation))
        return self.artifact(artifact) if own is None else _at(own)

    def artifact(self, artifact: ArtifactReport) -> Position:
        """Return the contract's line that names the module, or else the module itself."""
        if self._contract is not None and (line := self._clause_lines.line(artifact.path)) is not None:
            return Position(self._contract, line)
        return Position(without_number(artifact.path), 1, 1)

    def step(self, artifact: ArtifactReport, step: Step) -> Position | None:
        """Return a step's position in the source, in the user's code if possible; None if it is unknown."""
        frames = artifact.sources.get(step.offset, ())
        known = [frame for frame in frames if frame.line > 0]
        return next(map(_at, (*filter(self._is_own, known), *known)), None)

    def in_repository(self, file: str) -> str | None:
        """Return the file's path relative to the root of the repository, or None if it is outside."""
        if file not in self._inside:
            self._inside[file] = inside(file, self._root)
        return self._inside[file]

    def _is_own(self, frame: Frame) -> bool:
        return frame.line > 0 and self.in_repository(frame.file) is not None

    def _first(self, artifact: ArtifactReport, offsets: Iterable[int]) -> Frame | None:
        frames = (frame for offset in offsets for frame in artifact.sources.get(offset, ()))
        return next(filter(self._is_own, frames), None)


def repository() -> str:
    """Return the root of the repository that contains the working directory, or else that directory."""
    current = Path.cwd()
    roots = (folder for folder in (current, *current.parents) if (folder / ".git").exists())
    return str(next(roots, current))


def inside(file: str, root: str) -> str | None:
    """Return the path of `file` relative to `root`, with slashes, or None if it is outside.

    Relative paths start at the working directory.
    """
    path = Path(os.path.normpath(Path.cwd() / file))
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else None


def _cause(artifact: ArtifactReport, violation: Violation) -> Frame | None:
    """Return the frame in which the user's code last calls into a library on the path to the growth."""
    if violation.about is None or not violation.about.witness:
        return None
    from nogrow.explain.cause import cause_of

    blamed = cause_of(violation.about, artifact.sources, demangle, {}).blamed
    return None if blamed is None else blamed.frame


def _at(frame: Frame) -> Position:
    return Position(frame.file, frame.line, frame.column)


def _offsets(artifact: ArtifactReport, violation: Violation) -> Iterable[int]:
    """Return the offsets of the instructions that explain the violation, the most important first."""
    if violation.about is not None:
        return (step.offset for step in violation.about.witness)
    if violation.rule is Rule.SITE_PRESENT and artifact.judgement is not None:
        return sorted(site.offset for site in artifact.judgement.sites)
    return ()
