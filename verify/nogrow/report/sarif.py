"""Render a report as SARIF 2.1.0 for GitHub's code scanning.

A cause that many entry points share is one result, so that code scanning is not flooded.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, TextIO

from nogrow import __version__
from nogrow.analysis.judgement import Entry, EntryKind, Function, Step
from nogrow.contract.patterns import without_number
from nogrow.contract.phrases import counted, entry_name, function_of, name_of, shortened, unmistakable
from nogrow.contract.violations import Rule, Violation
from nogrow.jshost.model import CachedView
from nogrow.report.causes import ShownCause, grouped, message
from nogrow.report.escaping import in_json, in_sarif
from nogrow.report.exit_code import Outcome
from nogrow.report.locations import Position, Positions
from nogrow.report.model import ArtifactReport, Report
from nogrow.report.rule_help import RULE_HELP, RuleHelp
from nogrow.report.steps import action_of
from nogrow.report.summary import (
    NOT_VALIDATED,
    resting,
    weightiest_first,
    why_nothing,
    why_unvalidated,
    with_path,
)
from nogrow.report.uris import absolute_uri, relative_uri
from nogrow.report.view_places import Place, places

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"

# GitHub accepts 25,000 results and 10 MB (compressed). Nobody reads as many results as these limits allow.
MOST_RESULTS = 5_000
MOST_STEPS = 100
MOST_STEPS_IN_ALL = 100_000
MOST_NOTIFICATIONS = 1_000

# Legacy mangling ends in a hash that changes with the compiler, but fingerprints must not change.
RUST_HASH = re.compile(r"17h[0-9a-f]{16}E$")

Object = dict[str, Any]


def render(report: Report, stream: TextIO) -> None:
    """Write the report; equal reports give equal bytes."""
    run = _Run(Positions(report))
    for artifact in weightiest_first(report):
        run.add(artifact)
    for line in resting(report):
        run.notify("note", line)
    if not report.artifacts:
        run.notify("error", "nothing to check: no module given")
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run.finished(report)]}
    stream.write(in_json(json.dumps(document, separators=(",", ":"))) + "\n")


class _Run:
    """Collect the results and notifications of the log's only run, within the limits."""

    def __init__(self, positions: Positions) -> None:
        self._positions = positions
        self._results: list[Object] = []
        self._notifications: list[Object] = []
        self._seen: Counter[str] = Counter()
        self._steps_left = MOST_STEPS_IN_ALL
        self._left_out = 0

    def add(self, artifact: ArtifactReport) -> None:
        """Add the results and notifications for an artifact."""
        location = self._location(self._positions.artifact(artifact))
        if artifact.outcome is Outcome.NOTHING:
            self.notify("error", f"{artifact.path}: {why_nothing(artifact)}", location)
        if artifact.unvalidated:
            self.notify("warning", f"{artifact.path}: {NOT_VALIDATED}: {why_unvalidated(artifact)}", location)
        causes = grouped(artifact)
        room = MOST_RESULTS - len(self._results)
        for shown in causes.causes[:room] if causes is not None else ():
            self._results.append(self._of_cause(artifact, shown))
        others = artifact.violations if causes is None else causes.others_of(artifact)
        self._left_out += sum(shown.size for shown in causes.causes[room:]) if causes is not None else 0
        room = MOST_RESULTS - len(self._results)
        for violation in others[:room]:
            position = self._positions.violation(artifact, violation)
            if violation.view is not None:
                position = self._positions.in_utf16(position)
            location = self._location(position)
            self._results.append(self._result(artifact, violation, location))
            if violation.rule is Rule.NOT_JUDGED:
                self.notify("error", violation.message, location)
        self._left_out += max(0, len(others) - room)

    def notify(self, level: str, text: str, location: Object | None = None) -> None:
        """Add a notification about the check itself, unless the limit is reached."""
        if len(self._notifications) < MOST_NOTIFICATIONS:
            where = {"locations": [location]} if location else {}
            self._notifications.append({"level": level, "message": _message(text), **where})

    def finished(self, report: Report) -> Object:
        """Return the run with everything that was added."""
        if self._left_out:
            more = counted(self._left_out, "more violation")
            # It comes first and does not count towards the limit.
            text = f"{more} not shown; use --format json=FILE to see all"
            self._notifications.insert(0, {"level": "warning", "message": _message(text)})
        outcomes = {artifact.outcome for artifact in report.artifacts}
        judged = bool(outcomes) and outcomes <= {Outcome.KEPT, Outcome.BROKEN}
        driver = {"name": "nogrow", "version": __version__, "rules": list(map(_rule, RULE_HELP))}
        return {
            "tool": {"driver": driver},
            "invocations": [
                {"executionSuccessful": judged, "toolExecutionNotifications": self._notifications}
            ],
            "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository."}}},
            "results": self._results,
        }

    def _result(self, artifact: ArtifactReport, violation: Violation, location: Object) -> Object:
        rules = [rule.rule for rule in RULE_HELP]
        about = violation.about
        if about is not None:
            location = {**location, "logicalLocations": [_logical(about.name)]}
        flow = self._flow(artifact, about) if about is not None and about.witness else []
        if violation.view is not None:
            flow = self._view_flow(artifact, violation, violation.view)
        return {
            "ruleId": violation.rule.id,
            "ruleIndex": rules.index(violation.rule),
            "level": "error",
            "message": _message(with_path(artifact, violation)),
            "locations": [location],
            **({"codeFlows": [{"threadFlows": [{"locations": flow}]}]} if flow else {}),
            "partialFingerprints": {"primaryLocationLineHash": self._fingerprint(artifact, violation)},
        }

    def _of_cause(self, artifact: ArtifactReport, shown: ShownCause) -> Object:
        """Return the result for the entry points of a cause, with some of them as related locations."""
        location = self._location(self._positions.violation(artifact, shown.violation))
        result = self._result(artifact, shown.violation, location)
        text = message(shown, artifact.judgement, artifact.sources) if artifact.judgement is not None else ""
        name = name_of(shown.cause.function)
        return {
            **result,
            "message": _message(f"{artifact.path}: {text}"),
            "locations": [{**location, "logicalLocations": [_logical(name)]}],
            "relatedLocations": [
                self._related(artifact, entry, number) for number, entry in enumerate(shown.examples)
            ],
            "partialFingerprints": {
                "primaryLocationLineHash": self._hash(
                    artifact, shown.rule, f"cause {shown.cause.verdict.label} {_stable(shown.cause.function)}"
                )
            },
            "properties": {"entryPoints": shown.size},
        }

    def _related(self, artifact: ArtifactReport, entry: Entry, number: int) -> Object:
        first = self._positions.step(artifact, entry.witness[0]) if entry.witness else None
        location = self._location(first or Position(without_number(artifact.path), 1, 1))
        named = {"logicalLocations": [_logical(entry.name)], "message": _message(entry_name(entry))}
        return {"id": number, **location, **named}

    def _flow(self, artifact: ArtifactReport, entry: Entry) -> list[Object]:
        steps: Sequence[Step] = entry.witness
        folded = len(steps) - MOST_STEPS
        if folded > 0:
            steps = (*steps[: MOST_STEPS // 2], *steps[-MOST_STEPS // 2 :])
        if not self._has_room(len(steps)):
            return []
        flow = [self._step(artifact, step) for step in steps]
        if folded > 0:
            first = flow[MOST_STEPS // 2]["location"]["message"]
            first["text"] = f"after {counted(folded, 'more call')}: {first['text']}"
        for grower in artifact.growers:
            if grower.label == entry.host_grows:
                location = self._location(Position(grower.file, grower.line, grower.column))
                text = f"the host grows the memory here: {shortened(grower.label)}"
                flow.append({"location": {**location, "message": _message(text)}})
        return flow

    def _view_flow(self, artifact: ArtifactReport, violation: Violation, view: CachedView) -> list[Object]:
        """Return the steps from where a view is made through the calls that grow the memory to its use."""
        *before, use = places(artifact.path, view)
        entered = violation.entered
        inside: list[Object] = []
        if entered is not None:
            module = ArtifactReport(entered.module, sources=entered.sources, growers=entered.growers)
            inside = [{**step, "nestingLevel": 1} for step in self._flow(module, entered.entry)]
        if not self._has_room(len(before) + 1):
            return []
        return [*map(self._place, before), *inside, self._place(use)]

    def _place(self, place: Place) -> Object:
        location = self._location(self._positions.in_utf16(Position(place.file, *place.at)))
        return {"location": {**location, "message": _message(place.text)}}

    def _has_room(self, steps: int) -> bool:
        fits = steps <= self._steps_left
        self._steps_left -= steps if fits else 0
        return fits

    def _step(self, artifact: ArtifactReport, step: Step) -> Object:
        position = self._positions.step(artifact, step)
        location = self._location(position or Position(without_number(artifact.path), 1, 1))
        name = function_of(step)
        where = f" at 0x{step.offset:x}" if step.offset else ""
        text = f"{name}{where}: {action_of(step)}"
        return {
            "location": {**location, "logicalLocations": [_logical(name)], "message": _message(text)},
        }

    def _fingerprint(self, artifact: ArtifactReport, violation: Violation) -> str:
        """Return a hash of the rule, the module and the entry point, which stays the same when code moves."""
        return self._hash(artifact, violation.rule, _stable_name(violation))

    def _hash(self, artifact: ArtifactReport, rule: Rule, name: str | None) -> str:
        path = self._positions.in_repository(artifact.path) or artifact.path
        key = json.dumps([rule.id, path, name])
        self._seen[key] += 1
        return f"{hashlib.sha256(key.encode()).hexdigest()[:16]}:{self._seen[key]}"

    def _location(self, position: Position) -> Object:
        region = {"startLine": position.line}
        if position.column > 0:
            region["startColumn"] = position.column
        relative = self._positions.in_repository(position.file)
        if relative is None:
            file: Object = {"uri": absolute_uri(position.file)}
        else:
            file = {"uri": relative_uri(relative), "uriBaseId": ROOT}
        return {"physicalLocation": {"artifactLocation": file, "region": region}}


def _rule(rule: RuleHelp) -> Object:
    return {
        "id": rule.rule.id,
        "name": rule.name,
        "shortDescription": {"text": rule.short},
        "fullDescription": {"text": rule.why},
        "help": {
            "text": f"{rule.why}\n\n{rule.advice}",
            "markdown": f"# {rule.rule.id} {rule.rule.label}\n\n{rule.why}\n\n{rule.advice}\n",
        },
        "defaultConfiguration": {"level": "error"},
        "properties": {"precision": "high", "problem.severity": "error", "tags": ["webassembly"]},
    }


def _stable_name(violation: Violation) -> str | None:
    """Return the entry point's name, or the function's name if the entry point has only an index."""
    about = violation.about
    if violation.view is not None:
        return violation.view.binding
    if about is not None and about.kind is EntryKind.ESCAPED and about.function.name:
        return RUST_HASH.sub("E", about.function.name)
    return violation.entry if about is None else unmistakable(about.name, about.kind)


def _stable(function: Function) -> str:
    """Return the function's name; the index of one without a name changes with any other function."""
    return RUST_HASH.sub("E", function.name) if function.name else ""


def _message(text: str) -> Object:
    return {"text": in_sarif(text)}


def _logical(name: str) -> Object:
    return {"name": in_sarif(shortened(name)), "kind": "function"}
