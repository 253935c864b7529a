"""A report as JUnit XML: a suite for each artifact, a case for each entry point and each scenario."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TextIO

from nogrow.analysis.judgement import Entry
from nogrow.contract.headlines import is_assumed, of_entry
from nogrow.contract.phrases import unmistakable
from nogrow.contract.violation import Rule, Violation
from nogrow.report.escaping import in_xml
from nogrow.report.result import ArtifactReport, Outcome, Report
from nogrow.report.summary import NOT_VALIDATED, why_nothing, why_unvalidated
from nogrow.scenarios.result import ScenarioOutcome

Key = tuple[str, str, int]


class _Case(NamedTuple):
    """A test case; `problem` is the element that says how it did not pass, with its type and messages.

    `said` is what a case that passes rests on.
    """

    name: str
    problem: str | None = None
    type: str = ""
    messages: Sequence[str] = ()
    said: str = ""


def render(report: Report, stream: TextIO) -> None:
    """Write the report; nothing in it depends on the clock."""
    suites = [(artifact.path, list(_cases(artifact))) for artifact in report.artifacts]
    if not suites:
        # A file without a case looks like a pass to many that read it.
        suites = [("nogrow", [_Case("check", "error", "nothing", ("nothing to check",))])]
    cases = [case for _, inner in suites for case in inner]
    stream.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    stream.write(f'<testsuites name="nogrow" {_counts(cases)}>\n')
    for path, inner in suites:
        skipped = sum(case.problem == "skipped" for case in inner)
        stream.write(f'  <testsuite name="{in_xml(path)}" {_counts(inner)} skipped="{skipped}">\n')
        for case in inner:
            stream.writelines(_case(path, case))
        stream.write("  </testsuite>\n")
    stream.write("</testsuites>\n")


def _cases(artifact: ArtifactReport) -> Iterator[_Case]:
    if artifact.outcome is Outcome.NOTHING:
        yield _Case("check", "error", "nothing", (why_nothing(artifact),))
    if artifact.unvalidated:
        yield _Case("validation", "skipped", NOT_VALIDATED, (why_unvalidated(artifact),))
    of_entries: dict[Key, list[Violation]] = {}
    of_rules: dict[Rule, list[Violation]] = {}
    for violation in artifact.violations:
        if violation.about is not None:
            of_entries.setdefault(_key(violation.about), []).append(violation)
        # A scenario that failed is a case of its own.
        elif violation.rule is not Rule.SCENARIO_FAILED or not artifact.scenarios:
            of_rules.setdefault(violation.rule, []).append(violation)
    for rule, found in of_rules.items():
        yield _broken(f"{rule.id} {rule.label}", found)
    for entry in sorted(artifact.judgement.entries if artifact.judgement else (), key=_key):
        case = _broken(unmistakable(entry.name, entry.kind), of_entries.pop(_key(entry), []))
        yield case._replace(said=of_entry(entry)) if is_assumed(entry) and case.problem is None else case
    for found in of_entries.values():
        yield _broken(found[0].entry or "", found)
    for scenario in artifact.scenarios:
        failed = scenario.outcome is ScenarioOutcome.FAILED
        yield _Case(
            f"scenario {scenario.name}",
            "failure" if failed else None,
            f"{Rule.SCENARIO_FAILED.id} {Rule.SCENARIO_FAILED.label}",
            (scenario.message or "failed",),
        )
    if artifact.host and artifact.outcome is Outcome.KEPT:
        yield _Case(f"{Rule.CACHED_VIEW.id} {Rule.CACHED_VIEW.label}")
    if artifact.judgement is not None and not artifact.judgement.entries and not artifact.violations:
        yield _Case("no entry point")


def _broken(name: str, found: Sequence[Violation]) -> _Case:
    if not found:
        return _Case(name)
    rule = found[0].rule
    problem = "error" if rule is Rule.NOT_JUDGED else "failure"
    return _Case(name, problem, f"{rule.id} {rule.label}", [one.message for one in found])


def _key(entry: Entry) -> Key:
    return entry.name, entry.kind.value, entry.function.index


def _counts(cases: Sequence[_Case]) -> str:
    problems = [case.problem for case in cases]
    return f'tests="{len(cases)}" failures="{problems.count("failure")}" errors="{problems.count("error")}"'


def _case(path: str, case: _Case) -> Iterator[str]:
    start = f'    <testcase name="{in_xml(case.name)}" classname="{in_xml(path)}"'
    if case.problem is None and not case.said:
        yield start + "/>\n"
        return
    if case.problem is None:
        yield f"{start}>\n      <system-out>{in_xml(case.said)}</system-out>\n    </testcase>\n"
        return
    more = f" (and {len(case.messages) - 1} more)" if len(case.messages) > 1 else ""
    body = "\n".join(in_xml(message) for message in case.messages)
    yield start + ">\n"
    # The schemas of JUnit give `skipped` a message only.
    kind = "" if case.problem == "skipped" else f'type="{in_xml(case.type)}" '
    said = f"{case.type}: " if case.problem == "skipped" else ""
    yield f'      <{case.problem} {kind}message="{in_xml(said + case.messages[0] + more)}">'
    # Some readers show the attribute, some the body.
    yield f"{body}</{case.problem}>\n"
    yield "    </testcase>\n"
