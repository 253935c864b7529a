"""Test the causes of growth in each format, on a module with many exports."""

import io
import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from nogrow.api.check import check
from nogrow.api.explain import explain
from nogrow.report import as_json, explain_text, github, junit, markdown, sarif, text
from nogrow.report.causes import answer, grouped
from nogrow.report.html.document import document
from nogrow.report.model import Report
from nogrow.source.model import Frame
from tests.report.goldens import same
from tests.report.test_sarif import run_of
from tests.report.validated import validated
from tests.support.modules import assemble
from tests.support.reports import rendered

SETTERS, GETTERS, QUIET = 12, 6, 4


def functions(pattern: str, count: int, body: str) -> str:
    return " ".join(
        f'(func ${pattern}_{number} (export "{pattern}_{number}") {body})' for number in range(count)
    )


MODULE = assemble(
    f"""(module
      (import "env" "throw" (func $throw))
      (memory (export "memory") 1)
      (func $__rdl_alloc (drop (memory.grow (i32.const 1))))
      (func $__rust_alloc (call $__rdl_alloc))
      (func $format (call $__rust_alloc))
      (func $panic (call $__rust_alloc) (call $throw) (unreachable))
      {functions("set", SETTERS, "(call $format)")}
      {functions("push", SETTERS, "(call $__rust_alloc)")}
      {functions("get", GETTERS, "(if (i32.const 0) (then (call $panic)))")}
      {functions("count", QUIET, "")}
    )"""
)


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Report:
    monkeypatch.chdir(tmp_path)
    Path("app.wasm").write_bytes(MODULE)
    return check(["app.wasm"])


def as_text(report: Report, *, every: bool = False) -> str:
    stream = io.StringIO()
    text.render(report, stream, every=every)
    return stream.getvalue()


def test_text_starts_with_the_answer(report: Report) -> None:
    assert as_text(report).startswith(
        "app.wasm: 24 of 34 entry points can grow the memory; 6 only before an exception; 4 cannot.\n"
    )


def test_text_shows_causes(report: Report) -> None:
    same("causes", as_text(report))


def test_all_lists_every_entry_point(report: Report) -> None:
    lines = as_text(report, every=True).splitlines()
    assert sum(line.startswith("error[NG00") for line in lines) == 2 * SETTERS + GETTERS
    assert not any("all their paths pass" in line for line in lines)


def test_few_entry_points_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    grow = "(drop (memory.grow (i32.const 1)))"
    module = assemble(f'(module (memory (export "m") 1) {functions("f", 5, grow)})')
    Path("small.wasm").write_bytes(module)
    small = check(["small.wasm"])
    assert as_text(small).count("error[NG001]: growth-reachable: `f_") == 5
    assert grouped(small.artifacts[0]) is None


def test_causes_hold_each_violation_once(report: Report) -> None:
    (artifact,) = report.artifacts
    causes = grouped(artifact)
    assert causes is not None
    assert [(shown.cause.function.name, shown.size) for shown in causes.causes] == [
        ("__rust_alloc", 24),
        ("panic", 6),
    ]
    assert sum(shown.size for shown in causes.causes) + len(causes.others) == len(artifact.violations)


def test_other_violations_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("app.wasm").write_bytes(MODULE)
    contract = Path("nogrow.toml")
    contract.write_text(
        'schema = 1\n[[artifact]]\npath = "app.wasm"\n[artifact.memory]\nmax_pages = 1\n', "utf-8"
    )
    shown = as_text(check(contract=contract))
    assert "error[NG007]: memory-limits:" in shown
    assert "24 entry points can grow the memory and return" in shown


def test_json_has_causes_and_all_entries(report: Report) -> None:
    (artifact,) = validated(report)["artifacts"]
    assert [(cause["function"]["name"], cause["count"]) for cause in artifact["causes"]] == [
        ("__rust_alloc", 24),
        ("panic", 6),
    ]
    assert [part["count"] for part in artifact["causes"][0]["narrower"]] == [12]
    assert len(artifact["entries"]) == 34
    assert len(artifact["violations"]) == 30
    assert as_json.SCHEMA == "nogrow/report/1"


def test_sarif_has_one_result_for_a_cause(report: Report) -> None:
    results = run_of(*report.artifacts)["results"]
    assert [(result["ruleId"], result["properties"]["entryPoints"]) for result in results] == [
        ("NG001", 24),
        ("NG002", 6),
    ]
    assert [len(result["relatedLocations"]) for result in results] == [3, 3]
    assert results[0]["locations"][0]["logicalLocations"][0]["name"] == "__rust_alloc"


def test_sarif_lists_entry_points_without_causes(report: Report) -> None:
    log: dict[str, Any] = json.loads(rendered(sarif.render, report.without_causes()))
    assert len(log["runs"][0]["results"]) == 30


def test_junit_has_a_case_for_each_cause(report: Report) -> None:
    (suite,) = ET.fromstring(rendered(junit.render, report))
    failed = [case.get("name") for case in suite if case.find("failure") is not None]
    assert failed == ["growth through __rust_alloc, reachable", "growth through panic, throw-only"]
    assert len(suite) == 2 + QUIET
    body = suite[0][0].text or ""
    assert body.splitlines()[1:3] == ["entry points:", "push_0"]


def test_github_has_an_annotation_for_each_cause(report: Report) -> None:
    lines = rendered(github.render, report).splitlines()
    assert sum(line.startswith("::error") for line in lines) == 2
    assert not any("not shown" in line for line in lines)


def test_markdown_shows_causes(report: Report) -> None:
    shown = rendered(markdown.render, report)
    assert "24 of 34 entry points can grow the memory" in shown
    assert "more violation" not in shown


def test_page_has_causes_as_a_tree(report: Report) -> None:
    artifact: Any = document(report)["artifacts"]
    (page,) = artifact
    first, second = page["causes"]
    assert (first["name"], first["size"], len(first["entries"])) == ("__rust_alloc", 24, 24)
    assert [part["name"] for part in first["narrower"]] == ["format"]
    assert second["name"] == "panic"
    judgement = report.artifacts[0].judgement
    assert judgement is not None
    assert page["answer"] == answer(judgement)


def test_explain_lists_the_causes_first(report: Report) -> None:
    (part,) = explain("app.wasm").parts
    assert [(cause.function.name, len(cause.entries)) for cause in part.causes] == [
        ("__rust_alloc", 24),
        ("panic", 6),
    ]
    stream = io.StringIO()
    explain_text.render([part], stream, explain_text.Options(lambda frame: None))
    same("explained", stream.getvalue().partition("\n\n")[0] + "\n")


def test_explain_of_one_entry_point_lists_no_causes(report: Report) -> None:
    assert [part.causes for part in explain("app.wasm", "set_0").parts] == [()]


def test_explain_lists_causes_of_growth_that_the_contract_allows(report: Report) -> None:
    allowing = 'schema = 1\n[[artifact]]\npath = "app.wasm"\nallow = ["reachable"]\n'
    Path("nogrow.toml").write_text(allowing, encoding="utf-8")
    (part,) = explain("app.wasm", contract="nogrow.toml").parts
    assert sum(len(cause.entries) for cause in part.causes) == 30


def test_shared_memory_is_called_shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    module = assemble(
        '(module (memory (export "m") 1 2 shared) (func (export "f") (drop (memory.grow (i32.const 1)))))'
    )
    Path("shared.wasm").write_bytes(module)
    (artifact,) = check(["shared.wasm"]).artifacts
    assert artifact.violations[0].headline == (
        "`f` can grow the shared memory 0 and return, which makes the host's views too short; "
        "its verdict is reachable"
    )
    assert artifact.judgement is not None
    assert answer(artifact.judgement) == "1 of 1 entry point can grow the shared memory."


def test_shared_memory_of_fixed_size_keeps_its_views(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    module = assemble(
        '(module (memory (export "m") 1 1 shared) (func (export "f") (drop (memory.grow (i32.const 0)))))'
    )
    Path("shared.wasm").write_bytes(module)
    ((first, *_),) = (artifact.violations for artifact in check(["shared.wasm"]).artifacts)
    assert "by 0 pages and return, which leaves all views as they are" in first.headline


def test_core_modules_of_a_component_have_causes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    core = f"""(core module
      (memory (export "memory") 1)
      (func $alloc (drop (memory.grow (i32.const 1))))
      {functions("set", SETTERS, "(call $alloc)")})"""
    Path("component.wasm").write_bytes(assemble(f"(component {core} {core})"))
    artifacts = check(["component.wasm"]).artifacts
    assert [
        [(cause.function.name, len(cause.entries)) for cause in artifact.causes] for artifact in artifacts
    ] == [[("alloc", SETTERS)]] * 2


def test_entry_points_without_a_common_function_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    grow = "(drop (memory.grow (i32.const 1)))"
    module = assemble(f'(module (memory (export "m") 1) {functions("f", 6, grow)})')
    Path("apart.wasm").write_bytes(module)
    shown = as_text(check(["apart.wasm"]))
    assert "`f_0` can grow the memory and return; its paths have no other function in common" in shown
    assert "... and 2 smaller causes of 2 entry points" in shown


def test_cause_has_its_source_line(report: Report) -> None:
    (artifact,) = report.artifacts
    assert artifact.judgement is not None
    causes = grouped(artifact)
    assert causes is not None
    first = causes.causes[0].violation.about
    assert first is not None
    offset = first.witness[1].offset
    sources = {offset: (Frame("inner", "lib.rs", 3, 1), Frame("outer", "alloc.rs", 7, 5))}
    shown = as_text(Report(None, (artifact._replace(sources=sources),)))
    assert "all their paths pass `__rust_alloc` at alloc.rs:7:5\n" in shown
