"""Define the report that every format renders, which has the results for each artifact."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, TextIO

from nogrow.analysis.judgement import Judgement, Verdict
from nogrow.contract.violations import Rule, Violation
from nogrow.jshost.model import Grower
from nogrow.report.exit_code import CODES, WEIGHT, ExitCode, Outcome
from nogrow.scenarios.result import ScenarioResult
from nogrow.source.model import Frames

if TYPE_CHECKING:
    from nogrow.analysis.causes import GrowthCause
    from nogrow.archives.archive import Counts
    from nogrow.baseline.regressions import Better


# Type checkers forbid writes to a Mapping. A MappingProxyType would enforce that but can't be pickled.
NO_SOURCES: Frames = {}

MOST_LISTED = 5
"""Formats that people read list so many entry points that grow; with more, they show the causes."""


class ArtifactReport(NamedTuple):
    """The results for one artifact: its judgement, its violations and its scenarios.

    `sha256` and `size` (in bytes) are None if the file could not be read; the digest is also None if it was
    not requested. `judgement` is None if the artifact was not judged. `notes` are for the contract's author.
    `validated` says whether wasmtime considers the module valid; it is None if validation is switched off or
    wasmtime lacks a proposal that the module uses. `growers` are the imports that grow the memory according
    to the glue code. `sources` has the frames of instructions by their offset in the file, the innermost
    inlined function first. `better` has the entry points with a better verdict than pinned; it is None if
    the artifact was not compared with a lock file. `host` says that the artifact is host code, not a module.
    `causes` group the entry points that grow and may not, where formats may show them.
    `refused` says that the artifact could not be judged: a violation of NG010 says why, and there is no
    verdict.
    """

    path: str
    sha256: str | None = None
    size: int | None = None
    judgement: Judgement | None = None
    violations: Sequence[Violation] = ()
    notes: tuple[str, ...] = ()
    scenarios: tuple[ScenarioResult, ...] = ()
    validated: bool | None = None
    growers: tuple[Grower, ...] = ()
    sources: Frames = NO_SOURCES
    better: "tuple[Better, ...] | None" = None
    host: bool = False
    refused: bool = False
    causes: "tuple[GrowthCause, ...]" = ()

    @property
    def verdict(self) -> Verdict | None:
        """The worst verdict of any entry point, None if the artifact was not judged."""
        return None if self.judgement is None else self.judgement.verdict

    @property
    def unvalidated(self) -> bool:
        """Whether the module was judged although it is not known to be valid."""
        return self.judgement is not None and self.validated is not True

    @property
    def outcome(self) -> Outcome:
        """The artifact's outcome: it is kept only if something was checked and nothing is broken."""
        if self.refused:
            return Outcome.NOT_JUDGED
        if self.violations:
            return Outcome.BROKEN
        if self.host and self.size is not None:
            return Outcome.KEPT
        if self.judgement is None and not self.scenarios:
            return Outcome.NOTHING
        return Outcome.KEPT


def not_judged(artifact: ArtifactReport, message: str) -> ArtifactReport:
    """Return the report of an artifact that could not be judged: NG010, and no verdict."""
    return ArtifactReport(
        artifact.path,
        artifact.sha256,
        artifact.size,
        violations=(Violation(Rule.NOT_JUDGED, f"{artifact.path}: {message}"),),
        scenarios=artifact.scenarios,
        validated=artifact.validated,
        host=artifact.host,
        refused=True,
    )


class Report(NamedTuple):
    """The results for all artifacts, sorted by path, and the contract file if there is one.

    `quotable` are folders whose source files may be quoted in addition to the working directory. `shipped`
    counts the files that were searched for modules; it is None if no files were searched. `notes` are remarks
    on the check as a whole. `statement` is the in-toto statement of a shipment that keeps the contract.
    """

    contract: str | None
    artifacts: tuple[ArtifactReport, ...]
    quotable: tuple[str, ...] = ()
    shipped: "Counts | None" = None
    notes: tuple[str, ...] = ()
    statement: str | None = None

    def __repr__(self) -> str:
        # All fields of an artifact, with each entry point and path, would be too much to read.
        artifacts = ", ".join(f"{artifact.path}: {artifact.outcome.value}" for artifact in self.artifacts)
        return f"<Report: {self.outcome.value}; {artifacts or 'no artifacts'}>"

    @property
    def host_files(self) -> tuple[str, ...]:
        """The files of host code that findings are about; the user named them, so they may be quoted."""
        files: dict[str, None] = {}
        for artifact in self.artifacts:
            if artifact.host:
                files[artifact.path] = None
                views = (violation.view for violation in artifact.violations)
                files.update((file, None) for view in views if view is not None for file in view.files)
        return tuple(files)

    @property
    def outcome(self) -> Outcome:
        """The worst outcome of any artifact; without artifacts, it is `NOTHING`."""
        outcomes = {artifact.outcome for artifact in self.artifacts} or {Outcome.NOTHING}
        return min(outcomes, key=WEIGHT.index)

    @property
    def exit_code(self) -> ExitCode:
        """The exit code of `nogrow check` for this report."""
        return CODES[self.outcome]

    def without_causes(self) -> "Report":
        """Return the same report whose formats list every entry point that breaks a rule."""
        return self._replace(artifacts=tuple(item._replace(causes=()) for item in self.artifacts))

    def render(self, form: str = "text") -> str:
        """Return the report in a format: text, json, sarif, junit, github, markdown or html.

        Raises `UsageError` for any other format.
        """
        stream = io.StringIO()
        self.write(stream, form)
        return stream.getvalue()

    def write(self, stream: TextIO, form: str = "text") -> None:
        """Write to `stream` what `render` returns, which can be large."""
        # Only the formats that are used are imported.
        from nogrow.report.formats import format_of, write

        write(self, format_of(form), stream)
