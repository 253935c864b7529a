"""A report as JSON, version 1; `report.schema.json` describes it."""

import json
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, TextIO

from nogrow import __version__
from nogrow.analysis.assumptions import sentences
from nogrow.analysis.judgement import Entry, Function, Judgement, Memory, Site, Step
from nogrow.contract.violation import Violation
from nogrow.jshost.model import CachedView
from nogrow.report.escaping import in_json
from nogrow.report.result import ArtifactReport, Report
from nogrow.scenarios.result import Growth, ScenarioResult
from nogrow.source.model import Frame

if TYPE_CHECKING:
    from nogrow.baseline.regressions import Better

PIECES = 10_000
SCHEMA = "nogrow/report/1"

Object = dict[str, Any]
Sources = Mapping[int, tuple[Frame, ...]]


def render(report: Report, stream: TextIO) -> None:
    """Write the report; equal reports give equal bytes, and only ASCII."""
    document = {
        "schema": SCHEMA,
        "tool": {"name": "nogrow", "version": __version__},
        "contract": report.contract,
        "outcome": report.outcome.value,
        **({} if report.shipped is None else {"shipped": report.shipped._asdict()}),
        "artifacts": [_artifact(artifact) for artifact in report.artifacts],
    }
    pieces = json.JSONEncoder(indent=2).iterencode(document)
    # The text of a report on a million entry points is larger than the module.
    while piece := "".join(islice(pieces, PIECES)):
        stream.write(in_json(piece))
    stream.write("\n")


def _artifact(artifact: ArtifactReport) -> Object:
    judgement = artifact.judgement
    memories = judgement.memories if judgement else ()
    sites = judgement.sites if judgement else ()
    entries = judgement.entries if judgement else ()
    return {
        "path": artifact.path,
        "sha256": artifact.sha256,
        "size": artifact.size,
        "outcome": artifact.outcome.value,
        "verdict": judgement.verdict.label if judgement else None,
        "validated": artifact.validated,
        "memories": [_memory(one) for one in sorted(memories, key=lambda one: one.index)],
        "sites": [_site(one, artifact.sources) for one in sorted(sites, key=lambda one: one.offset)],
        "entries": [_entry(one, artifact.sources) for one in sorted(entries, key=_entry_order)],
        "indirect_calls": judgement and _indirect_calls(judgement),
        "assumptions": sentences(judgement.assumptions) if judgement else [],
        "violations": [_violation(one) for one in artifact.violations],
        "scenarios": [_scenario(one, artifact.sources) for one in artifact.scenarios],
        **({} if artifact.better is None else {"improvements": [_better(one) for one in artifact.better]}),
    }


def _indirect_calls(judgement: Judgement) -> Object:
    return {"total": judgement.indirect_calls, "exact": judgement.indirect_exact}


def _memory(memory: Memory) -> Object:
    return {
        "index": memory.index,
        "imported": memory.imported,
        "exported": sorted(memory.exported),
        "shared": memory.shared,
        "index_type": memory.index_type,
        "page_size": memory.page_size,
        "min_pages": memory.min_pages,
        "max_pages": memory.max_pages,
    }


def _site(site: Site, sources: Sources) -> Object:
    return {
        "function": _function(site.function),
        "memory": site.memory,
        "offset": site.offset,
        "operand": site.operand,
        "source": _source(sources.get(site.offset, ())),
    }


def _entry_order(entry: Entry) -> tuple[str, str, int]:
    return entry.name, entry.kind.value, entry.function.index


def _entry(entry: Entry, sources: Sources) -> Object:
    return {
        "name": entry.name,
        "kind": entry.kind.value,
        "function": _function(entry.function),
        "verdict": entry.verdict.label,
        "witness": [_step(step, sources) for step in entry.witness],
        "imports": sorted(entry.imports),
        **({"assumptions": sentences(entry.assumptions)} if entry.assumptions else {}),
        **({} if entry.seen is None else {"seen": entry.seen.label}),
    }


def _step(step: Step, sources: Sources) -> Object:
    return {
        "function": _function(step.function),
        "offset": step.offset,
        "instruction": step.instruction,
        "source": _source(sources.get(step.offset, ())),
    }


def _source(frames: Sequence[Frame]) -> Object | None:
    """The innermost frame; what is unknown of it is null."""
    if not frames:
        return None
    return {"file": frames[0].file, "line": frames[0].line or None, "column": frames[0].column or None}


def _function(function: Function) -> Object:
    return {"index": function.index, "name": function.name}


def _violation(violation: Violation) -> Object:
    view = {} if violation.view is None else {"view": _view(violation.view)}
    about = violation.about
    return {
        "rule": violation.rule.id,
        "entry": violation.entry,
        "kind": about and about.kind.value,
        "message": violation.message,
        **view,
    }


def _view(view: CachedView) -> Object:
    return {
        "binding": view.binding,
        "made": view.made._asdict(),
        "call": view.call and {**view.call.at._asdict(), "text": view.call.text},
        "uses": [one._asdict() for one in view.uses],
    }


def _better(better: "Better") -> Object:
    return {
        "entry": better.name,
        "kind": better.kind.value,
        "before": better.before.label,
        "after": None if better.after is None else better.after.label,
    }


def _scenario(scenario: ScenarioResult, sources: Sources) -> Object:
    return {
        "name": scenario.name,
        "outcome": scenario.outcome.value,
        "pages": list(scenario.pages),
        "grew_at": scenario.grew_at and _growth(scenario.grew_at, sources),
        "steps": [step._asdict() for step in scenario.steps],
        "stubs": [
            {"import": stub.name, "calls": stub.calls, "arguments": [list(one) for one in stub.arguments]}
            for stub in scenario.stubs
        ],
        "output": scenario.output,
    }


def _growth(growth: Growth, sources: Sources) -> Object:
    return {
        "step": growth.step,
        "call": growth.call,
        "pages_before": growth.pages_before,
        "pages_after": growth.pages_after,
        "backtrace": [_step(one, sources) for one in growth.backtrace],
        "note": growth.note,
    }
