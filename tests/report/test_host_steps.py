"""Steps in host code and in other core modules, as each format shows them."""

import json
from collections.abc import Callable
from typing import Any, TextIO

import pytest

from nogrow.analysis.judgement import Function, Judgement, Step
from nogrow.contract.phrases import path_of
from nogrow.contract.violations import Rule, Violation
from nogrow.explain.cause import cause_of
from nogrow.explain.provenance import Origin
from nogrow.jshost.model import HostCall, Position
from nogrow.report import github, junit, markdown, sarif, text
from nogrow.report.html.document import document
from nogrow.report.model import ArtifactReport, Report
from tests.report.validated import validated
from tests.support.judgements import REACHABLE, entry
from tests.support.reports import rendered

USER, IMPORT, GROWING = Function(3, "user"), Function(0, "env.name"), Function(5, "alloc")
ROUTE = (
    HostCall("name", "helper", "d/g.js", Position(4, 7), Position(3, 1)),
    HostCall("helper", "e.alloc", "d/g.js", Position(9, 2), Position(8, 1)),
)
BY_NAME = HostCall("env.invoke_v", "an entry of the table, as its name says")
WITNESS = (
    Step(USER, 0x30, "call"),
    *(Step(IMPORT, 0, call.text, call) for call in ROUTE),
    Step(Function(1, "env.invoke_v"), 0, BY_NAME.text, BY_NAME),
    Step(Function(4, None), 0, "calls another core module", module=2),
    Step(GROWING, 0x50, "memory.grow", module=1),
)
ENTRY = entry("user", REACHABLE, *WITNESS)
REPORT = Report(
    None,
    (
        ArtifactReport(
            "m.wasm",
            judgement=Judgement((), (), (ENTRY,), ()),
            violations=(Violation(Rule.GROWTH_REACHABLE, "it grows", "user", ENTRY),),
        ),
    ),
)


def test_text_shows_each_call_with_its_place() -> None:
    shown = rendered(text.render, REPORT)
    assert (
        """\
       1. func[3] user
          at 0x000030: call
       2. name, which serves env.name
          of d/g.js:3:1
          at d/g.js:4:7: calls helper
       3. helper
          of d/g.js:8:1
          at d/g.js:9:2: calls e.alloc
       4. import env.invoke_v
          calls an entry of the table, as its name says
       5. func[4] in core module 2
          calls another core module
       6. func[5] alloc in core module 1
          at 0x000050: memory.grow
"""
        in shown
    )


def test_json_has_the_place_and_no_offset() -> None:
    steps = validated(REPORT)["artifacts"][0]["entries"][0]["witness"]
    assert steps[1] == {
        "function": {"index": 0, "name": "env.name"},
        "offset": None,
        "instruction": "helper",
        "source": {"file": "d/g.js", "line": 4, "column": 7},
        "host": {"function": "name", "calls": "helper", "start": {"line": 3, "column": 1}},
    }
    assert (steps[3]["source"], steps[3]["host"]["start"]) == (None, None)
    assert [step.get("module") for step in steps] == [None, None, None, None, 2, 1]


def flow_of(report: Report) -> list[dict[str, Any]]:
    (result,) = json.loads(rendered(sarif.render, report))["runs"][0]["results"]
    steps = result["codeFlows"][0]["threadFlows"][0]["locations"]
    return [step["location"] for step in steps]


def test_sarif_leads_through_host_code() -> None:
    locations = flow_of(REPORT)
    assert len(locations) == len(WITNESS)
    place = locations[1]["physicalLocation"]
    assert place["artifactLocation"]["uri"].endswith("d/g.js")
    assert place["region"] == {"startLine": 4, "startColumn": 7}
    assert locations[1]["message"]["text"] == "name: calls helper, behind the import env.name"


def test_page_tells_functions_outside_from_those_of_the_module() -> None:
    page: Any = document(REPORT)
    (artifact,) = page["artifacts"]
    steps = artifact["steps"]
    outside = [number for number in steps["function"] if number < 0]
    assert len(set(outside)) == 5
    names = dict(zip(artifact["functions"]["index"], artifact["functions"]["name"], strict=True))
    assert {names[number] for number in outside} == {
        "name", "helper", "env.invoke_v", "func[4] in core module 2", "alloc in core module 1"
    }  # fmt: skip
    assert len(steps["source"]) == len(ROUTE)


@pytest.mark.parametrize(
    ("render", "shown"),
    [
        (github.render, "user -> name -> "),
        (junit.render, "user -&gt; name -&gt; "),
        (markdown.render, "at d/g.js:4:7: calls helper"),
    ],
)
def test_other_formats_name_the_functions(render: Callable[[Report, TextIO], None], shown: str) -> None:
    assert shown in rendered(render, REPORT)


def test_path_ends_with_the_place_in_host_code() -> None:
    assert path_of(WITNESS[:3]) == "user -> name -> helper: calls e.alloc, d/g.js:9:2"


def test_cause_is_in_front_of_the_import() -> None:
    cause = cause_of(ENTRY, {}, lambda name: name, {})
    assert cause.blamed is not None
    assert cause.blamed.function == "user"
    assert [called.origin for called in cause.path[1:]] == [Origin.OUTSIDE] * 5
