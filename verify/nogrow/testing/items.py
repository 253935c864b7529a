"""Make pytest items of a contract: one for each artifact, and one for each of its scenarios."""

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from nogrow.analysis.proof import judge
from nogrow.contract.load import load
from nogrow.contract.model import ArtifactContract, Scenario, ViewRules
from nogrow.contract.select import Target, targets
from nogrow.errors import Error
from nogrow.pipeline.all_files import check
from nogrow.report import text
from nogrow.report.escaping import printable
from nogrow.report.exit_code import Outcome
from nogrow.report.model import Report
from nogrow.report.summary import NOT_VALIDATED, why_unvalidated
from nogrow.scenarios.runner import run
from nogrow.source.lookup import Wanted
from nogrow.util.paths import relative


class ContractFile(pytest.File):
    """A contract file, whose items are the artifacts and, in a collector for each, their scenarios."""

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """Yield an item for each artifact, and a collector for those that have scenarios."""
        here = Path.cwd()
        path = self.path.relative_to(here) if self.path.is_relative_to(here) else self.path
        try:
            chosen = targets(load(path), ())
        except Error as error:
            raise self.CollectError(printable(str(error))) from None
        for target in chosen:
            name = relative(target.path, path.parent)
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
    """A test that judges an artifact against its contract."""

    def __init__(self, *, target: Target, **others: object) -> None:
        """`target` is the file and the clauses that it must keep."""
        super().__init__(**others)  # type: ignore[arg-type]
        self._target = target
        self._report = Report(None, ())

    def setup(self) -> None:
        """Judge the artifact; one that can't be judged is an error of the test, not a failure."""
        try:
            self._report = self.report_on(self._target)
        except Error as error:
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

    def report_on(self, target: Target) -> Report:
        """Return the report on the target."""
        return check(None, (target,), judge=judge, digest=False, source=Wanted(), views=ViewRules())

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return the contract's path and the name of the item."""
        # pytest takes a plain name for a Python name and shows its dots as `::`.
        return self.path, None, f"nogrow: {self.nodeid.partition('::')[2]}"


class ScenarioItem(ArtifactItem):
    """A test that runs one scenario."""

    def report_on(self, target: Target) -> Report:
        """Return the report on the run."""
        report = check(None, (target,), run=run, digest=False, source=Wanted())
        # Of a component, the other core modules have nothing to run.
        ran = (artifact for artifact in report.artifacts if artifact.scenarios or artifact.violations)
        return report._replace(artifacts=tuple(ran) or report.artifacts)


def _with_scenarios(parent: ContractFile, name: str, target: Target) -> Iterator[Scenarios]:
    if not target.found or target.problem is not None:
        return
    of_parts = [(f"{name}#{number}", (clause,)) for number, clause in target.parts]
    for collector, clauses in ((name, target.clauses), *of_parts):
        narrowed = [
            (scenario.name, _narrowed(target, clause, scenario))
            for clause in clauses
            for scenario in clause.scenarios
        ]
        if narrowed:
            yield Scenarios.from_parent(parent, name=collector, narrowed=narrowed)


def _narrowed(target: Target, clause: ArtifactContract, scenario: Scenario) -> Target:
    """Return the target with this scenario of the clause and no other."""

    def only(other: ArtifactContract) -> ArtifactContract:
        return other._replace(scenarios=(scenario,) if other is clause else ())

    parts = tuple((number, only(of_part)) for number, of_part in target.parts)
    return target._replace(clause=only(target.clause), also=tuple(map(only, target.also)), parts=parts)


def _text(report: Report) -> str:
    # The last line only counts the modules.
    return "\n".join(list(text.lines(report, quiet=True))[:-1])
