"""What was found of all artifacts: the one result that every format renders."""

import enum
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from nogrow.analysis.judgement import Judgement
from nogrow.contract.violation import Rule, Violation
from nogrow.jshost.glue_model import Grower
from nogrow.scenarios.result import ScenarioResult
from nogrow.source.model import Frame

if TYPE_CHECKING:
    from nogrow.archives.counts import Counts
    from nogrow.baseline.regressions import Better


class Outcome(enum.Enum):
    """How an artifact, or all of them together, stands to the contract."""

    KEPT = "kept"
    BROKEN = "broken"
    NOT_JUDGED = "not-judged"
    NOTHING = "nothing"


class ExitCode(enum.IntEnum):
    """What the command's exit code means."""

    KEPT = 0
    BROKEN = 1
    USAGE = 2
    NOTHING = 3
    NOT_JUDGED = 4


# The first that holds of any artifact is the report's.
WEIGHT = (Outcome.NOT_JUDGED, Outcome.BROKEN, Outcome.NOTHING, Outcome.KEPT)
CODES = {
    Outcome.KEPT: ExitCode.KEPT,
    Outcome.BROKEN: ExitCode.BROKEN,
    Outcome.NOTHING: ExitCode.NOTHING,
    Outcome.NOT_JUDGED: ExitCode.NOT_JUDGED,
}

# Nobody may write to a Mapping. A MappingProxyType would see to it, but can't be sent to another process.
NO_SOURCES: Mapping[int, tuple[Frame, ...]] = {}


class ArtifactReport(NamedTuple):
    """One artifact: what was proved of it, what it broke, what its scenarios showed.

    `sha256` and `size` (bytes) are None if it could not be read, the digest also if nobody asked for it.
    `judgement` is None if it was not judged, or not asked to be. `notes` are for the contract's author.
    `validated` says whether wasmtime found it valid, None where it was not asked or does not support a
    proposal that the module uses. `growers` are the imports that glue says grow the memory. `sources` says
    where instructions come from, by their offsets in the file; of inlined functions the innermost is first.
    `better` are the entry points that are better than pinned, None if the artifact was not held to a pin.
    `host` says that it is host code and no module. `refused` says that it could not be judged: a violation
    of NG010 says why, and there is no verdict.
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
    sources: Mapping[int, tuple[Frame, ...]] = NO_SOURCES
    better: "tuple[Better, ...] | None" = None
    host: bool = False
    refused: bool = False

    @property
    def unvalidated(self) -> bool:
        """Whether there are verdicts on a module of which nobody knows that it is valid."""
        return self.judgement is not None and self.validated is not True

    @property
    def outcome(self) -> Outcome:
        """The artifact's outcome: kept only if something was looked at and nothing is broken."""
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
    """All artifacts, sorted by path, and the contract file they were held to, if there is one.

    `quotable` are folders whose source files may be quoted, besides the working directory.
    `shipped` says how many files were looked at for modules, None if that was not asked.
    """

    contract: str | None
    artifacts: tuple[ArtifactReport, ...]
    quotable: tuple[str, ...] = ()
    shipped: "Counts | None" = None

    @property
    def outcome(self) -> Outcome:
        """The weightiest outcome of any artifact; without artifacts, nothing."""
        found = {artifact.outcome for artifact in self.artifacts} or {Outcome.NOTHING}
        return min(found, key=WEIGHT.index)


def exit_code(report: Report) -> ExitCode:
    """Return the exit code that says how the report ended.

    Not judged wins over broken, broken over nothing, nothing over kept. A wrong usage or contract
    wins over all of them: there is no report then.
    """
    return CODES[report.outcome]
