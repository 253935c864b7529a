"""A contract to test items: one for each artifact, one for each of its scenarios."""

import os
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from nogrow.analysis.verdicts import judge
from nogrow.contract.load import load
from nogrow.contract.model import ArtifactContract, Scenario
from nogrow.contract.select import Target, targets
from nogrow.errors import NogrowError
from nogrow.pipeline.check import check
from nogrow.report import text
from nogrow.report.escaping import printable
from nogrow.report.result import Outcome, Report
from nogrow.report.summary import NOT_VALIDATED, why_unvalidated
from nogrow.scenarios.runner import run
from nogrow.source.lookup import Wanted


class ContractFile(pytest.File):
    """A contract: its items are judgements, and below each path its scenarios."""

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """Yield an item for each artifact, and a collector for those that have scenarios."""
        path = _nearby(self.path)
        try:
            chosen = targets(load(path), ())
        except NogrowError as error:
            raise self.CollectError(printable(str(error))) from None
        for target in chosen:
            name = os.path.relpath(target.path, path.parent)
            yield ArtifactItem.from_parent(self, name=name, target=target)
            yield from _with_scenarios(self, name, target)


class Scenarios(pytest.Collector):
    """The scenarios of one artifact."""

    def __init__(self, *, narrowed: list[tuple[str, Target]], **others: object) -> None:
        """`narrowed` are targets that have one scenario each, by its name."""
        super().__init__(**others)  # type: ignore[arg-type]
        self._narrowed = narrowed

    def collect(self) -> Iterator[pytest.Item]:
        """Yield an item for each scenario."""
        for name, target in self._narrowed:
            yield ScenarioItem.from_parent(self, name=f"scenario {name}", target=target)


class ArtifactItem(pytest.Item):
    """Judges an artifact against its contract."""

    def __init__(self, *, target: Target, **others: object) -> None:
        """`target` is the file and what it must keep."""
        super().__init__(**others)  # type: ignore[arg-type]
        self._target = target
        self._report = Report(None, ())

    def setup(self) -> None:
        """Judge it: what can't be judged is an error, not a failure."""
        try:
            self._report = self.examined(self._target)
        except NogrowError as error:
            pytest.fail(printable(str(error)), pytrace=False)
        if self._report.outcome in (Outcome.NOT_JUDGED, Outcome.NOTHING):
            pytest.fail(_text(self._report), pytrace=False)

    def runtest(self) -> None:
        """Fail if the contract is broken."""
        if self._report.outcome is not Outcome.KEPT:
            pytest.fail(_text(self._report), pytrace=False)
        for artifact in self._report.artifacts:
            if artifact.unvalidated:
                text = f"{artifact.path}: {NOT_VALIDATED}: {why_unvalidated(artifact)}"
                warnings.warn(pytest.PytestWarning(printable(text)), stacklevel=1)

    def examined(self, target: Target) -> Report:
        """The report on the target."""
        return check(None, (target,), judge=judge, digest=False, source=Wanted())

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """The contract, and what to call the item."""
        # pytest takes a plain name for Python's, and shows its dots as `::`.
        return self.path, None, f"nogrow: {self.nodeid.partition('::')[2]}"


class ScenarioItem(ArtifactItem):
    """Runs one scenario."""

    def examined(self, target: Target) -> Report:
        """The report on the run."""
        report = check(None, (target,), run=run, digest=False, source=Wanted())
        # Of a component, the other core modules have nothing to run.
        looked_at = (one for one in report.artifacts if one.scenarios or one.violations)
        return report._replace(artifacts=tuple(looked_at) or report.artifacts)


def _with_scenarios(parent: ContractFile, name: str, target: Target) -> Iterator[Scenarios]:
    if not target.found or target.problem is not None:
        return
    own = [
        (one.name, _narrowed(target, clause, one)) for clause in target.clauses for one in clause.scenarios
    ]
    if own:
        yield Scenarios.from_parent(parent, name=name, narrowed=own)
    for number, clause in target.parts:
        of_part = [(one.name, _narrowed(target, clause, one)) for one in clause.scenarios]
        if of_part:
            yield Scenarios.from_parent(parent, name=f"{name}#{number}", narrowed=of_part)


def _narrowed(target: Target, clause: ArtifactContract, scenario: Scenario) -> Target:
    """The target with this one scenario of the clause and no other."""

    def only(one: ArtifactContract) -> ArtifactContract:
        return one._replace(scenarios=(scenario,) if one is clause else ())

    parts = tuple((number, only(one)) for number, one in target.parts)
    return target._replace(clause=only(target.clause), also=tuple(map(only, target.also)), parts=parts)


def _text(report: Report) -> str:
    # The last line counts the modules of the report, which is one.
    return "\n".join(list(text.lines(report, quiet=True))[:-1])


def _nearby(path: Path) -> Path:
    """The path from the working directory, if the file is below it."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
