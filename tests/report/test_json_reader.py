import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nogrow.analysis.judgement import EntryKind
from nogrow.errors import DocumentError
from nogrow.report.exit_code import Outcome
from nogrow.report.json_reader import load
from nogrow.report.model import ArtifactReport, Report
from tests.report.validated import rendered
from tests.support.judgements import REACHABLE, entry, judgement
from tests.support.reports import ALL, BROKEN, GROWING


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "report.json"


def test_written_report_is_read_back(path: Path) -> None:
    path.write_text(rendered(ALL), encoding="utf-8")
    kept, broken, not_judged, nothing = load(path)
    assert [artifact.path for artifact in (kept, broken, not_judged, nothing)] == [
        artifact.path for artifact in ALL.artifacts
    ]
    assert not_judged.outcome is Outcome.NOT_JUDGED
    assert nothing.outcome is Outcome.NOTHING
    assert (broken.sha256, broken.size) == (BROKEN.sha256, BROKEN.size)
    assert broken.judgement is not None
    assert broken.judgement.memories == GROWING.memories
    assert broken.judgement.imports == {"env.a", "env.b"}
    assert {judged.name: judged.verdict for judged in broken.judgement.entries} == {
        judged.name: judged.verdict for judged in GROWING.entries
    }


def test_report_without_verdicts_is_not_judged(path: Path) -> None:
    path.write_text(
        rendered(Report(None, (ArtifactReport("a", scenarios=ALL.artifacts[0].scenarios),))), encoding="utf-8"
    )
    assert [artifact.outcome for artifact in load(path)] == [Outcome.NOT_JUDGED]


@pytest.mark.parametrize("imported", [False, True])
def test_start_growth_of_own_memory_is_excused(path: Path, imported: bool) -> None:
    started = judgement(entry("(start)", REACHABLE, kind=EntryKind.START), entry("f", REACHABLE))
    path.write_text(rendered(Report(None, (ArtifactReport("a", judgement=started),))), encoding="utf-8")
    document = json.loads(path.read_text(encoding="utf-8"))
    document["artifacts"][0]["memories"][0]["imported"] = imported
    path.write_text(json.dumps(document), encoding="utf-8")
    (artifact,) = load(path)
    assert artifact.judgement is not None
    assert {judged.name: judged.excused for judged in artifact.judgement.entries} == {
        "(start)": not imported,
        "f": False,
    }


def test_unknown_keys_are_ignored(path: Path) -> None:
    document = json.loads(rendered(Report(None, (BROKEN,))))
    document["later"] = document["artifacts"][0]["later"] = document["artifacts"][0]["entries"][0][
        "later"
    ] = 1
    path.write_text(json.dumps(document), encoding="utf-8")
    assert load(path)[0].path == BROKEN.path


Change = Callable[[dict[str, Any]], object]
WRONG: list[tuple[Change, str]] = [
    (lambda document: document.update(schema="nogrow/report/2"), "schema: expected nogrow/report/1"),
    (lambda document: document.pop("schema"), "the key `schema` is missing"),
    (lambda document: document.update(artifacts={}), "artifacts: expected an array, not an object"),
    (
        lambda document: document["artifacts"].append(document["artifacts"][0]),
        "artifacts[1].path: the report has this artifact twice",
    ),
    (lambda document: document["artifacts"][0].pop("path"), "artifacts[0]: the key `path` is missing"),
    (
        lambda document: document["artifacts"][0].update(outcome="fine"),
        "artifacts[0].outcome: unknown outcome 'fine'",
    ),
    (
        lambda document: document["artifacts"][0].update(size=-1),
        "artifacts[0].size: expected an integer of at least 0",
    ),
    (
        lambda document: document["artifacts"][0].update(verdict="fine"),
        "artifacts[0].verdict: unknown verdict 'fine'",
    ),
    (
        lambda document: document["artifacts"][0].update(verdict="absent"),
        "artifacts[0].verdict: expected reachable",
    ),
    (
        lambda document: document["artifacts"][0].update(entries=None),
        "artifacts[0].entries: expected an array, not null",
    ),
    (
        lambda document: document["artifacts"][0]["entries"][0].update(kind="unknown"),
        "kind: unknown kind 'unknown'; known: exp",
    ),
    (
        lambda document: document["artifacts"][0]["entries"][0].update(name=1),
        "entries[0].name: expected a string",
    ),
    (
        lambda document: document["artifacts"][0]["entries"][0].update(function=[]),
        "function: expected an object",
    ),
    (
        lambda document: document["artifacts"][0]["memories"][0].update(page_size=0),
        "page_size: expected an integer of at",
    ),
    (
        lambda document: document["artifacts"][0]["sites"][0].update(memory="0"),
        "sites[0].memory: expected an integer",
    ),
]


@pytest.mark.parametrize(("change", "message"), WRONG, ids=[message for _, message in WRONG])
def test_error_names_the_wrong_key(path: Path, change: Change, message: str) -> None:
    document = json.loads(rendered(Report(None, (BROKEN,))))
    change(document)
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(DocumentError) as caught:
        load(path)
    assert str(path) in str(caught.value)
    assert message in str(caught.value)
