from pathlib import Path

import pytest

from nogrow.report import github
from nogrow.report.model import ArtifactReport, Report
from tests.report.workflow import Command, commands
from tests.support.reports import ALL, BROKEN, KEPT, NOT_JUDGED, NOTHING, WITH_SOURCES, rendered


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def of(*artifacts: ArtifactReport) -> list[Command]:
    return commands(rendered(github.render, Report(None, artifacts)))


def test_unjudged_modules_are_the_first_errors() -> None:
    first, second, third, fourth = of(*ALL.artifacts)
    properties = {"file": "build/cut.wasm", "line": "1", "col": "1", "title": "NG010 not-judged"}
    assert first == ("error", properties, "build/cut.wasm: offset 0x8: the section is cut off")
    assert second.properties["title"] == "NG001 growth-reachable"
    assert second.message == f"build/growing.wasm: {BROKEN.violations[0].message}"
    assert third.properties["title"] == "NG009 scenario-failed"
    assert fourth.properties["title"] == "nothing to check"
    assert fourth.message == "build/gone.wasm: no module found"


def test_error_has_the_source_line() -> None:
    first, *_ = of(WITH_SOURCES)
    assert first.properties == {
        "file": "src/other.rs",
        "line": "7",
        "title": "NG001 growth-reachable",
    }


def test_errors_beyond_the_limit_are_counted() -> None:
    shown = of(BROKEN._replace(violations=(BROKEN.violations[0],) * 12), NOT_JUDGED, NOTHING)
    assert [command.name for command in shown] == ["error"] * 10 + ["warning"]
    assert shown[0].properties["title"] == "NG010 not-judged"
    assert shown[-1].message == "4 more errors not shown; use --format json=FILE to see all"


def test_kept_modules_are_only_counted() -> None:
    assert rendered(github.render, Report(None, (KEPT,))) == "nogrow checked 1 module: 1 kept\n"


def test_empty_report_is_an_error() -> None:
    (only,) = of()
    assert only == ("error", {"title": "nothing to check"}, "no module given")
