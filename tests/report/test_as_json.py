import json

import pytest

from nogrow import __version__
from nogrow.analysis.judgement import Function
from nogrow.report.model import ArtifactReport, Report
from nogrow.source.model import Frame
from tests.report.validated import SCHEMA, Invalid, rendered, validated
from tests.support.reports import ALL, BROKEN, GROWING, KEPT, NOT_JUDGED, NOTHING


def test_full_report_matches_the_schema() -> None:
    document = validated(ALL)
    assert document["schema"] == "nogrow/report/1"
    assert document["tool"] == {"name": "nogrow", "version": __version__}
    assert document["contract"] == "nogrow.toml"
    assert document["outcome"] == "not-judged"
    outcomes = [artifact["outcome"] for artifact in document["artifacts"]]
    assert outcomes == ["kept", "broken", "not-judged", "nothing"]


def test_artifact_has_all_results() -> None:
    artifact = validated(Report(None, (BROKEN,)))["artifacts"][0]
    assert artifact["verdict"] == "reachable"
    assert artifact["sites"] == [
        {
            "function": {"index": 7, "name": "alloc"},
            "memory": 0,
            "offset": 0x52,
            "operand": 1,
            "source": None,
        }
    ]
    init, set_name = artifact["entries"]
    assert init["witness"] == []
    assert set_name["name"] == "set_name"
    assert set_name["imports"] == ["env.a", "env.b"]
    assert [step["instruction"] for step in set_name["witness"]] == ["call", "memory.grow"]
    assert [violation["rule"] for violation in artifact["violations"]] == ["NG001", "NG009"]
    assert artifact["violations"][1]["entry"] is None
    assert artifact["memories"][0]["max_pages"] is None


def test_steps_and_sites_have_the_innermost_frame() -> None:
    sources = {
        0x40: (Frame("a", "src/a.rs", 3, 4), Frame("b", "b.rs", 5, 6)),
        0x52: (Frame(None, "c", 0, 0),),
    }
    artifact = validated(Report(None, (BROKEN._replace(sources=sources),)))["artifacts"][0]
    steps = artifact["entries"][1]["witness"]
    unknown = {"file": "c", "line": None, "column": None}
    assert [step["source"] for step in steps] == [{"file": "src/a.rs", "line": 3, "column": 4}, unknown]
    assert artifact["sites"][0]["source"] == unknown


def test_validation_and_indirect_calls_are_reported() -> None:
    judged = GROWING._replace(indirect_calls=5, indirect_exact=2)
    for validated_by_wasmtime in (True, False, None):
        report = ArtifactReport("a.wasm", judgement=judged, validated=validated_by_wasmtime)
        (artifact,) = validated(Report(None, (report,)))["artifacts"]
        assert artifact["validated"] is validated_by_wasmtime
        assert artifact["indirect_calls"] == {"total": 5, "exact": 2}
    (artifact,) = validated(Report(None, (NOT_JUDGED,)))["artifacts"]
    assert artifact["indirect_calls"] is artifact["validated"] is None


def test_scenarios_keep_their_order() -> None:
    scenarios = validated(Report(None, (KEPT,)))["artifacts"][0]["scenarios"]
    nothing: dict[str, object] = {"steps": [], "stubs": [], "output": ""}
    unknown: dict[str, object] = {"backtrace": [], "note": None}
    assert scenarios == [
        {"name": "greeting", "outcome": "observed-still", "pages": [1, 1], "grew_at": None, **nothing},
        {
            "name": "warm-up",
            "outcome": "observed-growth",
            "pages": [1, 2],
            "grew_at": {"step": 2, "call": "init", "pages_before": 1, "pages_after": 2, **unknown},
            **nothing,
        },
    ]


@pytest.mark.parametrize("artifact", [NOT_JUDGED, NOTHING], ids=lambda artifact: artifact.outcome.value)
def test_unjudged_artifact_has_no_verdict(artifact: ArtifactReport) -> None:
    document = validated(Report(None, (artifact,)))["artifacts"][0]
    assert document["verdict"] is document["sha256"] is document["size"] is None
    assert document["entries"] == document["sites"] == document["memories"] == []


def test_order_of_results_does_not_change_the_bytes() -> None:
    backwards = GROWING._replace(
        entries=GROWING.entries[::-1],
        sites=GROWING.sites[::-1],
        memories=GROWING.memories[::-1],
    )
    other = Report(None, (BROKEN._replace(judgement=backwards),))
    assert rendered(other) == rendered(Report(None, (BROKEN,)))


def test_hostile_name_stays_text() -> None:
    name = 'a"\n\x1b[31m\u202e\ud800'
    entry = GROWING.entries[0]._replace(name=name, function=Function(1, name))
    judged = GROWING._replace(entries=(entry,))
    report = Report(None, (BROKEN._replace(judgement=judged),))
    assert rendered(report).isascii()
    assert "\x1b" not in rendered(report)
    assert validated(report)["artifacts"][0]["entries"][0]["name"] == name


def test_schema_rejects_unknown_keys() -> None:
    schema = json.loads(SCHEMA.read_text())
    objects = [schema, *schema["$defs"].values()]
    assert all(part.get("additionalProperties") is False for part in objects if "properties" in part)
    document = json.loads(rendered(ALL))
    document["artifacts"][0]["more"] = 1
    with pytest.raises(Invalid):
        validated(json.dumps(document))
