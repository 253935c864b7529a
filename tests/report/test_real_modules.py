"""Compare the reports on real modules with golden files; the bench downloads the modules."""

from pathlib import Path

import pytest
from tools.bench.corpus import CORPUS, fetch
from tools.bench.packages import PACKAGES

from nogrow.analysis.judgement import Judgement
from nogrow.api.check import check
from nogrow.errors import ToolError
from nogrow.machine.machine import Machine
from nogrow.report import sarif
from tests.report.goldens import same
from tests.report.test_causes import as_text
from tests.report.test_sarif import run_of

ROOT = Path(__file__).parents[2]
MOST_LINES = 40
MODULES = {
    "rapier": "rapier_wasm3d_bg.wasm",
    "biome": "biome_wasm_bg.wasm",
    "duckdb": "duckdb-eh.wasm",
}

pytestmark = pytest.mark.exhaustive


@pytest.fixture(scope="module", params=MODULES)
def module(request: pytest.FixtureRequest) -> tuple[str, Path]:
    (package,) = (package for package in PACKAGES if request.param in package.name)
    try:
        paths = fetch(package, ROOT / CORPUS, print, Machine.current())
    except ToolError as error:
        pytest.skip(str(error))
    (path,) = (path for path in paths if path.name == MODULES[request.param])
    return request.param, path


def growing(judgement: Judgement) -> list[int]:
    return [number for number, verdict in enumerate(judgement.verdict_table.verdicts) if verdict.grows]


def test_report_is_short_and_complete(module: tuple[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    name, path = module
    monkeypatch.chdir(path.parent)
    report = check([path.name])
    (artifact,) = report.artifacts
    shown = as_text(report)
    same(name, shown)
    assert len(shown.splitlines()) <= MOST_LINES
    assert artifact.judgement is not None
    assert sorted(number for cause in artifact.causes for number in cause.entries) == growing(
        artifact.judgement
    )
    assert len(run_of(*report.artifacts)["results"]) < 100 < sarif.MOST_RESULTS
