import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from nogrow.analysis.judgement import Judgement
from nogrow.contract.model import ArtifactContract, Call, Imports, Scenario
from nogrow.contract.select import Target
from nogrow.contract.violations import Rule
from nogrow.errors import ModuleError
from nogrow.pipeline.all_files import check
from nogrow.report.exit_code import Outcome
from nogrow.scenarios.result import ScenarioOutcome, ScenarioResult
from tests.support.judgements import REACHABLE, UNREACHABLE, entry, judgement
from tests.support.posix import make_fifo

Trust = Callable[[str], bool]
# The smallest module.
BYTES = b"\0asm\1\0\0\0"


def quiet(data: bytes, trusts: Trust, *_: object) -> Judgement:
    return judgement(entry("f", UNREACHABLE))


def growing(data: bytes, trusts: Trust, *_: object) -> Judgement:
    return judgement(entry("f", REACHABLE))


def refusing(data: bytes, trusts: Trust, *_: object) -> Judgement:
    raise ModuleError("unknown opcode 0xff", 0x30)


@pytest.fixture
def module(tmp_path: Path) -> Path:
    path = tmp_path / "a.wasm"
    path.write_bytes(BYTES)
    return path


def target(path: Path, clause: ArtifactContract | None = None) -> Target:
    return Target(str(path), clause or ArtifactContract())


def test_module_keeping_the_contract_is_kept(module: Path) -> None:
    (artifact,) = check(None, [target(module)], judge=quiet).artifacts
    assert artifact.outcome is Outcome.KEPT
    assert artifact.sha256 == hashlib.sha256(BYTES).hexdigest()
    assert artifact.size == len(BYTES)


def test_module_breaking_the_contract_is_broken(module: Path) -> None:
    (artifact,) = check(None, [target(module)], judge=growing).artifacts
    assert artifact.outcome is Outcome.BROKEN


def test_contract_decides_which_imports_are_trusted(module: Path) -> None:
    asked: list[bool] = []

    def asking(data: bytes, trusts: Trust, *_: object) -> Judgement:
        asked.extend((trusts("env.log_x"), trusts("env.other")))
        return quiet(data, trusts)

    clause = ArtifactContract(imports=Imports(trusted=("env.log_*",)))
    check(None, [target(module, clause)], judge=asking)
    assert asked == [True, False]


def test_unjudged_module_is_named_with_the_offset(module: Path) -> None:
    (artifact,) = check(None, [target(module)], judge=refusing).artifacts
    assert artifact.outcome is Outcome.NOT_JUDGED
    (violation,) = artifact.violations
    assert violation.rule is Rule.NOT_JUDGED
    assert violation.message == f"{module}: offset 0x30: unknown opcode 0xff"
    assert artifact.judgement is None
    assert artifact.sha256 is not None


def test_failure_does_not_stop_other_files(module: Path) -> None:
    gone = target(module.with_name("gone.wasm"))
    report = check(None, [gone, target(module)], judge=quiet)
    assert [artifact.outcome for artifact in report.artifacts] == [Outcome.NOT_JUDGED, Outcome.KEPT]
    assert report.outcome is Outcome.NOT_JUDGED


def test_fifo_is_rejected_without_waiting(tmp_path: Path) -> None:
    path = tmp_path / "fifo.wasm"
    make_fifo(path)
    (artifact,) = check(None, [target(path)], judge=quiet).artifacts
    assert artifact.violations[0].message == f"{path}: not a regular file"


def test_folder_is_rejected(tmp_path: Path) -> None:
    (artifact,) = check(None, [target(tmp_path)], judge=quiet).artifacts
    assert artifact.outcome is Outcome.NOT_JUDGED


def test_unreadable_file_is_not_judged(module: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(path: str, flags: int) -> int:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(os, "open", denied)
    (artifact,) = check(None, [target(module)], judge=quiet).artifacts
    assert artifact.violations[0].message == f"{module}: can't be read: Permission denied"


def test_unsearchable_folder_is_not_judged() -> None:
    unsearchable = Target("dir", ArtifactContract(), problem="Permission denied")
    (artifact,) = check(None, [unsearchable], judge=quiet).artifacts
    assert artifact.outcome is Outcome.NOT_JUDGED


def test_missing_file_is_nothing() -> None:
    missing = Target("gone.wasm", ArtifactContract(), found=False)
    (artifact,) = check(None, [missing], judge=quiet).artifacts
    assert artifact.outcome is Outcome.NOTHING


def test_internal_error_is_not_swallowed(module: Path) -> None:
    def broken(data: bytes, trusts: Trust, *_: object) -> Judgement:
        raise IndexError

    with pytest.raises(IndexError):
        check(None, [target(module)], judge=broken)


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (ScenarioOutcome.STILL, Outcome.KEPT),
        (ScenarioOutcome.GREW, Outcome.KEPT),
        (ScenarioOutcome.FAILED, Outcome.BROKEN),
    ],
)
def test_failed_scenario_breaks_the_contract(
    module: Path, outcome: ScenarioOutcome, expected: Outcome
) -> None:
    def run(data: bytes, scenario: Scenario) -> ScenarioResult:
        return ScenarioResult(scenario.name, outcome, message="step 1: trapped")

    clause = ArtifactContract(scenarios=(Scenario("greeting", (Call("f"),)),))
    (artifact,) = check(None, [target(module, clause)], run=run).artifacts
    assert artifact.outcome is expected
    if expected is Outcome.BROKEN:
        (violation,) = artifact.violations
        assert violation.rule is Rule.SCENARIO_FAILED
        assert violation.message == "scenario `greeting`: step 1: trapped"


def test_without_verdict_and_scenario_nothing_is_kept(module: Path) -> None:
    def run(data: bytes, scenario: Scenario) -> ScenarioResult:
        raise AssertionError

    (artifact,) = check(None, [target(module)], run=run).artifacts
    assert artifact.outcome is Outcome.NOTHING
