"""Targets to a report: each file is read once, and judged or run as asked."""

import hashlib
import os
import stat
from collections.abc import Callable, Sequence
from pathlib import Path

from nogrow.contract.hold import notes, violations
from nogrow.contract.model import ArtifactContract, Contract, Scenario
from nogrow.contract.rule import Rule, Violation
from nogrow.contract.select import Target
from nogrow.errors import ModuleError
from nogrow.proof.judgement import Judgement
from nogrow.report.result import ArtifactReport, Report
from nogrow.run.result import ScenarioOutcome, ScenarioResult

Judge = Callable[[bytes, Callable[[str], bool]], Judgement]
Run = Callable[[bytes, Scenario], ScenarioResult]


def check(
    contract: Contract | None,
    targets: Sequence[Target],
    *,
    judge: Judge | None = None,
    run: Run | None = None,
) -> Report:
    """Return the report on all targets.

    `judge` judges a module, `run` runs a scenario; without the one there are no verdicts, without
    the other no scenarios. A module that can't be read or judged is reported as NG010 and keeps
    none of the others from being looked at.
    """
    path = str(contract.path) if contract is not None else None
    return Report(path, tuple(_artifact(target, judge, run) for target in targets))


def _artifact(target: Target, judge: Judge | None, run: Run | None) -> ArtifactReport:
    if not target.found:
        return ArtifactReport(target.path)
    if target.problem is not None:
        return not_judged(ArtifactReport(target.path), f"can't be read: {target.problem}")
    try:
        data = _read(target.path)
    except ModuleError as error:
        return not_judged(ArtifactReport(target.path), str(error))
    digest, size = hashlib.sha256(data).hexdigest(), len(data)
    bare = ArtifactReport(target.path, digest, size)
    judgement = None
    if judge is not None:
        try:
            judgement = judge(data, target.clause.imports.trusts)
        except ModuleError as error:
            return not_judged(bare, str(error))
    scenarios = tuple(run(data, one) for one in target.clause.scenarios) if run else ()
    broken = (*_broken(target.clause, judgement), *_failed(scenarios))
    remarks = notes(target.clause, judgement) if judgement else ()
    return ArtifactReport(target.path, digest, size, judgement, broken, remarks, scenarios)


def not_judged(artifact: ArtifactReport, message: str) -> ArtifactReport:
    """Return the report of an artifact that could not be judged: no verdict, and NG010 only."""
    violation = Violation(Rule.NOT_JUDGED, f"{artifact.path}: {message}")
    return ArtifactReport(
        artifact.path,
        artifact.sha256,
        artifact.size,
        violations=(violation,),
        scenarios=artifact.scenarios,
    )


def _broken(clause: ArtifactContract, judgement: Judgement | None) -> tuple[Violation, ...]:
    return violations(clause, judgement) if judgement else ()


def _failed(scenarios: Sequence[ScenarioResult]) -> tuple[Violation, ...]:
    return tuple(
        Violation(Rule.SCENARIO_FAILED, f"scenario `{one.name}`: {one.message}")
        for one in scenarios
        if one.outcome is ScenarioOutcome.FAILED
    )


def _read(path: str) -> bytes:
    """Return the bytes of the regular file `path`; raises `ModuleError` for anything else."""
    try:
        # Opening a FIFO waits for its writer, so what is no regular file is never opened.
        if not stat.S_ISREG(Path(path).stat().st_mode):
            raise ModuleError("not a regular file")
        with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
            return file.read()
    except OSError as error:
        raise ModuleError(f"can't be read: {error.strerror}") from error
