from xml.etree import ElementTree

import pytest

from nogrow.analysis.judgement import EntryKind
from nogrow.contract.violations import Rule, Violation
from nogrow.report import junit
from nogrow.report.model import ArtifactReport, Report
from tests.support.judgements import ABSENT, entry, judgement
from tests.support.reports import ALL, BROKEN, GROWING, KEPT, NOT_JUDGED, NOTHING, rendered

Element = ElementTree.Element


def suites_of(*artifacts: ArtifactReport) -> list[Element]:
    """Return the suites of a report, and check their elements, attributes and counts against JUnit."""
    root = ElementTree.fromstring(rendered(junit.render, Report(None, artifacts)))
    assert root.tag == "testsuites"
    assert list(root.keys()) == ["name", "tests", "failures", "errors"]
    for parent in (root, *root):
        cases = list(parent.iter("testcase"))
        assert parent.get("tests") == str(len(cases))
        assert parent.get("failures") == str(sum(case.find("failure") is not None for case in cases))
        assert parent.get("errors") == str(sum(case.find("error") is not None for case in cases))
    for suite in root:
        assert suite.tag == "testsuite"
        assert list(suite.keys()) == ["name", "tests", "failures", "errors", "skipped"]
        for case in suite:
            assert case.tag == "testcase"
            assert list(case.keys()) == ["name", "classname"]
            assert case.get("classname") == suite.get("name")
            assert len(case) <= 1
            for problem in case:
                assert problem.tag in ("failure", "error")
                assert list(problem.keys()) == ["type", "message"]
                assert problem.text
    return list(root)


def cases_of(*artifacts: ArtifactReport) -> dict[str | None, Element]:
    return {case.get("name"): case for suite in suites_of(*artifacts) for case in suite}


def problem(case: Element) -> tuple[str, str | None, str | None]:
    (child,) = case
    return child.tag, child.get("type"), child.get("message")


def test_entry_points_and_scenarios_are_cases() -> None:
    names = {suite.get("name"): [case.get("name") for case in suite] for suite in suites_of(*ALL.artifacts)}
    assert names == {
        "build/quiet.wasm": ["f", "scenario greeting", "scenario warm-up"],
        "build/growing.wasm": ["init", "set_name", "scenario greeting"],
        "build/cut.wasm": ["NG010 not-judged"],
        "build/gone.wasm": ["check"],
    }


def test_violation_is_a_failure_with_attribute_and_body() -> None:
    cases = cases_of(BROKEN)
    message = BROKEN.violations[0].message
    assert problem(cases["set_name"]) == ("failure", "NG001 growth-reachable", message)
    assert cases["set_name"][0].text == message
    assert problem(cases["scenario greeting"]) == ("failure", "NG009 scenario-failed", "`f` trapped")
    assert len(cases["init"]) == 0


def test_unjudged_or_missing_artifact_is_an_error() -> None:
    cases = cases_of(NOT_JUDGED, NOTHING)
    assert problem(cases["NG010 not-judged"])[0] == "error"
    assert problem(cases["check"]) == ("error", "nothing", "no module found")


def test_violations_of_an_entry_point_are_one_failure() -> None:
    twice = BROKEN._replace(violations=(*BROKEN.violations[:1], *BROKEN.violations[:1]))
    case = cases_of(twice)["set_name"]
    assert str(problem(case)[2]).endswith("(and 1 more)")
    assert str(case[0].text).split("\n") == [BROKEN.violations[0].message] * 2


def test_other_violations_are_named_after_their_rule() -> None:
    broken = (
        Violation(Rule.MEMORY_LIMITS, "memory 0 declares no maximum"),
        Violation(Rule.CONTROL_LOST, "no such entry point: `g`", "g"),
    )
    cases = cases_of(BROKEN._replace(violations=broken, scenarios=()))
    assert list(cases) == ["NG007 memory-limits", "NG008 control-lost", "init", "set_name"]


def test_no_violation_is_lost() -> None:
    stranger = Violation(Rule.GROWTH_REACHABLE, "it grows", "other", entry("other", ABSENT))
    scenario = Violation(Rule.SCENARIO_FAILED, "scenario `s`: it failed")
    cases = cases_of(BROKEN._replace(violations=(stranger, scenario), scenarios=()))
    assert problem(cases["other"])[0] == "failure"
    assert problem(cases["NG009 scenario-failed"])[2] == scenario.message


@pytest.mark.parametrize(
    ("artifacts", "name", "problems"),
    [
        ((), "check", 1),
        ((ArtifactReport("a.wasm", judgement=judgement(), validated=True),), "no entry point", 0),
    ],
)
def test_empty_report_has_a_case(artifacts: tuple[ArtifactReport, ...], name: str, problems: int) -> None:
    assert {key: len(case) for key, case in cases_of(*artifacts).items()} == {name: problems}


def test_order_of_results_does_not_change_the_bytes() -> None:
    backwards = BROKEN._replace(judgement=GROWING._replace(entries=GROWING.entries[::-1]))
    ordered, reversed_order = (
        rendered(junit.render, Report(None, (artifact, KEPT))) for artifact in (BROKEN, backwards)
    )
    assert ordered == reversed_order


def test_names_of_two_kinds_of_entry_points_differ() -> None:
    """With equal names, the success of one entry point could hide the failure of the other."""
    names = ("func[3]", "func[3] (export)", "(start)")
    entries = (
        *(entry(name, ABSENT) for name in names),
        entry("func[3]", ABSENT, kind=EntryKind.ESCAPED),
        entry("(start)", ABSENT, kind=EntryKind.START),
    )
    cases = cases_of(ArtifactReport("a.wasm", judgement=judgement(*entries), validated=True))
    assert set(cases) == {
        *("func[3]", "func[3] (export)", "func[3] (export) (export)"),
        *("(start)", "(start) (export)"),
    }
