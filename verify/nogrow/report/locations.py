"""Decide where a violation is shown: in the source, in the contract file, or at the module as a whole.

Formats that show the source draw an excerpt: the line number, the line, and a mark below the token.
"""

import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from nogrow.analysis.judgement import Step
from nogrow.contract.clause_lines import ClauseLines
from nogrow.contract.patterns import without_number
from nogrow.contract.violations import Rule, Violation
from nogrow.report.escaping import printable
from nogrow.report.model import ArtifactReport, Report
from nogrow.report.steps import frames_of
from nogrow.source import model
from nogrow.source.model import Frame
from nogrow.source.quote import Excerpt, Quotable
from nogrow.util import paths
from nogrow.util.demangle import demangle

TAB = " " * 4
CUT = "..."
# The most columns kept of the text after the token when a long line is cut.
AFTER = 16


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
        self.quotable = Quotable(report.quotable, report.host_files)

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
            offsets = _offsets(artifact, violation)
            frames = (frame for offset in offsets for frame in artifact.sources.get(offset, ()))
            own = next(filter(self._is_own, frames), None)
        return self.artifact(artifact) if own is None else _at(own)

    def artifact(self, artifact: ArtifactReport) -> Position:
        """Return the contract's line that names the module, or else the module itself."""
        if self._contract is not None and (line := self._clause_lines.line(artifact.path)) is not None:
            return Position(self._contract, line)
        return Position(without_number(artifact.path), 1, 1)

    def step(self, artifact: ArtifactReport, step: Step) -> Position | None:
        """Return a step's position in the source, in the user's code if possible; None if it is unknown."""
        frames = frames_of(step, artifact.sources)
        known = [frame for frame in frames if frame.line > 0]
        return next(map(_at, (*filter(self._is_own, known), *known)), None)

    def in_utf16(self, position: Position) -> Position:
        """Return the position with its column in UTF-16 code units, if the line can be quoted."""
        lines = self.quotable.lines(position.file)
        if not 0 < position.line <= len(lines):
            return position
        before = lines[position.line - 1][: max(0, position.column - 1)].decode("utf-8", "replace")
        return position._replace(column=len(before.encode("utf-16-le")) // 2 + 1)

    def in_repository(self, file: str) -> str | None:
        """Return the file's path relative to the root of the repository, or None if it is outside."""
        if file not in self._inside:
            self._inside[file] = inside(file, self._root)
        return self._inside[file]

    def _is_own(self, frame: Frame) -> bool:
        return frame.line > 0 and self.in_repository(frame.file) is not None


def repository() -> str:
    """Return the root of the repository that contains the working directory, or else that directory."""
    current = Path.cwd()
    roots = (folder for folder in (current, *current.parents) if (folder / ".git").exists())
    return str(next(roots, current))


def inside(file: str, root: str) -> str | None:
    """Return the path of `file` relative to `root`, with slashes, or None if it is outside.

    Relative paths start at the working directory.
    """
    # Debug information has paths of the machine that built the module.
    if model.is_absolute(file) and not paths.is_absolute(file):
        return None
    path = paths.relative(file or ".", root)
    return None if path == ".." or path.startswith("../") or paths.is_absolute(path) else path


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
        return (offset for step in violation.about.witness for offset in step.offsets)
    if violation.rule is Rule.SITE_PRESENT and artifact.judgement is not None:
        return sorted(site.offset for site in artifact.judgement.sites)
    return ()


def drawn(excerpt: Excerpt, label: str, width: int) -> list[tuple[str, bool]]:
    """Return the lines, each with a flag that is true for the mark's line; `label` goes beside the mark.

    No line is wider than `width` columns: a long source line is cut on both sides of the token.
    """
    number = str(excerpt.line)
    gutter = " " * len(number)
    line = marked_line(excerpt, max(20, width - len(number) - 3))
    rows = [(f"{gutter} |", False), (f"{number} | {line.text}".rstrip(), False)]
    if line.mark:
        beside = f" {label}" if label and line.has_room(label) else ""
        rows.append((f"{gutter} | {' ' * line.start}{line.mark}{beside}", True))
    return [*rows, (f"{gutter} |", False)]


class MarkedLine(NamedTuple):
    """A line of at most `room` columns, and the mark below its token, which starts after `start` columns."""

    text: str
    start: int
    mark: str
    room: int

    def has_room(self, label: str) -> bool:
        """Return whether the label fits beside the mark."""
        return self.start + len(self.mark) + 1 + len(label) <= self.room


def marked_line(excerpt: Excerpt, room: int) -> MarkedLine:
    """Return the line in at most `room` columns; a longer one is cut on both sides of its token."""
    before, token, after = (printable(part.replace("\t", TAB)) for part in excerpt[1:])
    token = _first(token, room - len(CUT))
    kept = room - columns(token) - min(columns(after), AFTER)
    if columns(before) > kept:
        before = CUT + _first(before[::-1], max(0, kept - len(CUT)))[::-1]
    after = _first(after, room - columns(before) - columns(token))
    mark = "^" * max(1, columns(token)) if token else ""
    return MarkedLine(before + token + after, columns(before), mark, room)


def columns(text: str) -> int:
    """Return how many terminal columns the text takes."""
    return sum(map(_columns, text))


def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _first(text: str, room: int) -> str:
    """Return the longest start of the text that fits in `room` columns."""
    taken = 0
    for position, char in enumerate(text):
        taken += _columns(char)
        if taken > room:
            return text[:position]
    return text
