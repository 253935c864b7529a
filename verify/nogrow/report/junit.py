"""Render a report as JUnit XML: a suite for each artifact, a case for each entry point and scenario."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TextIO

from nogrow.analysis.judgement import Entry
from nogrow.contract.phrases import is_assumed, of_entry, unmistakable
from nogrow.contract.violations import Rule, Violation
from nogrow.report.escaping import in_xml
from nogrow.report.result import ArtifactReport, Outcome, Report
from nogrow.report.summary import NOT_VALIDATED, why_nothing, why_unvalidated
from nogrow.scenarios.result import ScenarioOutcome

Key = tuple[str, str, int]


class _Case(NamedTuple):
    """A test case.

    `problem` is the element for a case that did not pass, with its type and messages. `output` says which
    assumptions a passing case rests on.
    """

    name: str
    problem: str | None = None
    type: str = ""
    messages: Sequence[str] = ()
    output: str = ""


def render(report: Report, stream: TextIO) -> None:
    """Write the report; equal reports give equal bytes."""
    suites = [(artifact.path, list(_cases(artifact))) for artifact in report.artifacts]
    if not suites:
        # Many readers take a file without test cases for a pass.
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
        # Scenarios have cases of their own.
        elif violation.rule is not Rule.SCENARIO_FAILED or not artifact.scenarios:
            of_rules.setdefault(violation.rule, []).append(violation)
    for rule, violations in of_rules.items():
        yield _broken(f"{rule.id} {rule.label}", violations)
    for entry in sorted(artifact.judgement.entries if artifact.judgement else (), key=_key):
        case = _broken(unmistakable(entry.name, entry.kind), of_entries.pop(_key(entry), []))
        yield case._replace(output=of_entry(entry)) if is_assumed(entry) and case.problem is None else case
    for violations in of_entries.values():
        yield _broken(violations[0].entry or "", violations)
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


def _broken(name: str, violations: Sequence[Violation]) -> _Case:
    if not violations:
        return _Case(name)
    rule = violations[0].rule
    problem = "error" if rule is Rule.NOT_JUDGED else "failure"
    messages = [violation.message for violation in violations]
    return _Case(name, problem, f"{rule.id} {rule.label}", messages)


def _key(entry: Entry) -> Key:
    return entry.name, entry.kind.value, entry.function.index


def _counts(cases: Sequence[_Case]) -> str:
    problems = [case.problem for case in cases]
    return f'tests="{len(cases)}" failures="{problems.count("failure")}" errors="{problems.count("error")}"'


def _case(path: str, case: _Case) -> Iterator[str]:
    start = f'    <testcase name="{in_xml(case.name)}" classname="{in_xml(path)}"'
    if case.problem is None and not case.output:
        yield start + "/>\n"
        return
    if case.problem is None:
        yield f"{start}>\n      <system-out>{in_xml(case.output)}</system-out>\n    </testcase>\n"
        return
    more = f" (and {len(case.messages) - 1} more)" if len(case.messages) > 1 else ""
    body = "\n".join(in_xml(message) for message in case.messages)
    yield start + ">\n"
    # In JUnit's schemas, `skipped` has a message but no type.
    kind = "" if case.problem == "skipped" else f'type="{in_xml(case.type)}" '
    prefix = f"{case.type}: " if case.problem == "skipped" else ""
    yield f'      <{case.problem} {kind}message="{in_xml(prefix + case.messages[0] + more)}">'
    # Some readers show only the attribute, others only the body.
    yield f"{body}</{case.problem}>\n"
    yield "    </testcase>\n"
