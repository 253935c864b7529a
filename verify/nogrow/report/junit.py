"""Render a report as JUnit XML: a suite for each artifact, a case for each entry point and scenario.

Where many entry points break the contract by growing, each cause of that is a case instead of them.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TextIO

from nogrow.analysis.judgement import Judgement
from nogrow.contract.phrases import is_assumed, name_of, of_entry, unmistakable
from nogrow.contract.violations import Rule, Violation
from nogrow.report.causes import ShownCause, grouped, message
from nogrow.report.escaping import in_xml
from nogrow.report.exit_code import Outcome
from nogrow.report.model import ArtifactReport, Report
from nogrow.report.summary import NOT_VALIDATED, by_name, entry_key, why_nothing, why_unvalidated
from nogrow.scenarios.result import ScenarioOutcome
from nogrow.source.model import Frames


class _Case(NamedTuple):
    """A test case.

    `problem` is the element for a case that did not pass, with its type and messages. `output` says which
    assumptions a passing case rests on. `details` follow the messages in the body.
    """

    name: str
    problem: str | None = None
    type: str = ""
    messages: Sequence[str] = ()
    output: str = ""
    details: Sequence[str] = ()


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
            stream.write(_case(path, case))
        stream.write("  </testsuite>\n")
    stream.write("</testsuites>\n")


def _cases(artifact: ArtifactReport) -> Iterator[_Case]:
    if artifact.outcome is Outcome.NOTHING:
        yield _Case("check", "error", "nothing", (why_nothing(artifact),))
    if artifact.unvalidated:
        yield _Case("validation", "skipped", NOT_VALIDATED, (why_unvalidated(artifact),))
    of_entries: dict[tuple[str, str, int], list[Violation]] = {}
    of_rules: dict[Rule, list[Violation]] = {}
    causes, judgement = grouped(artifact), artifact.judgement
    in_causes: set[int] = set()
    if causes is not None and judgement is not None:
        for shown in causes.causes:
            in_causes.update(shown.entries)
            yield _of_cause(shown, judgement, artifact.sources)
    for violation in artifact.violations if causes is None else causes.others_of(artifact):
        if violation.about is not None:
            of_entries.setdefault(entry_key(violation.about), []).append(violation)
        # Scenarios have cases of their own.
        elif violation.rule is not Rule.SCENARIO_FAILED or not artifact.scenarios:
            of_rules.setdefault(violation.rule, []).append(violation)
    for rule, violations in of_rules.items():
        yield _broken(f"{rule.id} {rule.label}", violations)
    for entry in by_name(judgement.entries if judgement else (), in_causes):
        case = _broken(unmistakable(entry.name, entry.kind), of_entries.pop(entry_key(entry), []))
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


def _of_cause(shown: ShownCause, judgement: Judgement, sources: Frames) -> _Case:
    rule = shown.rule
    members = (judgement.entries[number] for number in shown.entries)
    names = sorted(unmistakable(member.name, member.kind) for member in members)
    return _Case(
        f"growth through {name_of(shown.cause.function)}, {shown.cause.verdict.label}",
        "failure",
        f"{rule.id} {rule.label}",
        (message(shown, judgement, sources),),
        details=("entry points:", *names),
    )


def _broken(name: str, violations: Sequence[Violation]) -> _Case:
    if not violations:
        return _Case(name)
    rule = violations[0].rule
    problem = "error" if rule is Rule.NOT_JUDGED else "failure"
    messages = [violation.message for violation in violations]
    return _Case(name, problem, f"{rule.id} {rule.label}", messages)


def _counts(cases: Sequence[_Case]) -> str:
    problems = [case.problem for case in cases]
    return f'tests="{len(cases)}" failures="{problems.count("failure")}" errors="{problems.count("error")}"'


def _case(path: str, case: _Case) -> str:
    start = f'    <testcase name="{in_xml(case.name)}" classname="{in_xml(path)}"'
    inner = f"<system-out>{in_xml(case.output)}</system-out>"
    if case.problem is not None:
        more = f" (and {len(case.messages) - 1} more)" if len(case.messages) > 1 else ""
        # In JUnit's schemas, `skipped` has a message but no type.
        skipped = case.problem == "skipped"
        kind, prefix = ("", f"{case.type}: ") if skipped else (f'type="{in_xml(case.type)}" ', "")
        summary = in_xml(prefix + case.messages[0] + more)
        # Some readers show only the attribute, others only the body.
        body = "\n".join(map(in_xml, (*case.messages, *case.details)))
        inner = f'<{case.problem} {kind}message="{summary}">{body}</{case.problem}>'
    elif not case.output:
        return start + "/>\n"
    return f"{start}>\n      {inner}\n    </testcase>\n"
