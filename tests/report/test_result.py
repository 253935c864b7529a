from itertools import chain, combinations

import pytest

from nogrow.report.exit_code import ExitCode, Outcome
from nogrow.report.model import ArtifactReport, Report
from tests.support.reports import BROKEN, KEPT, NOT_JUDGED, NOTHING

KINDS = {
    Outcome.NOT_JUDGED: (NOT_JUDGED, ExitCode.NOT_JUDGED),
    Outcome.BROKEN: (BROKEN, ExitCode.BROKEN),
    Outcome.NOTHING: (NOTHING, ExitCode.NOTHING),
    Outcome.KEPT: (KEPT, ExitCode.KEPT),
}
MIXES = list(chain.from_iterable(combinations(KINDS, count) for count in range(1, 5)))


@pytest.mark.parametrize("kind", KINDS)
def test_artifact_outcomes(kind: Outcome) -> None:
    assert KINDS[kind][0].outcome is kind


@pytest.mark.parametrize("mix", MIXES, ids=lambda mix: "+".join(outcome.value for outcome in mix))
def test_exit_codes_have_the_order_4_1_3_0(mix: tuple[Outcome, ...]) -> None:
    first = next(kind for kind in KINDS if kind in mix)
    for order in (mix, mix[::-1]):
        report = Report(None, tuple(KINDS[kind][0] for kind in order))
        assert report.exit_code == KINDS[first][1]
        assert report.outcome is first


def test_report_without_artifacts_is_not_kept() -> None:
    assert Report(None, ()).exit_code is ExitCode.NOTHING


def test_unchecked_file_is_not_kept() -> None:
    assert ArtifactReport("a.wasm", "0" * 64, 8).outcome is Outcome.NOTHING


def test_exit_codes_match_the_documentation() -> None:
    assert {code.name: code.value for code in ExitCode} == {
        "KEPT": 0,
        "BROKEN": 1,
        "USAGE": 2,
        "NOTHING": 3,
        "NOT_JUDGED": 4,
    }
