"""Render a report as JSON, version 1; `report.schema.json` describes the format."""

import json
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, TextIO

from nogrow import __version__
from nogrow.analysis.assumptions import sentences
from nogrow.analysis.judgement import Entry, Function, Judgement, Memory, Site, Step
from nogrow.contract.violations import Violation
from nogrow.jshost.model import CachedView
from nogrow.report.escaping import in_json
from nogrow.report.result import ArtifactReport, Report
from nogrow.scenarios.result import Growth, ScenarioResult
from nogrow.source.model import Frame

if TYPE_CHECKING:
    from nogrow.baseline.regressions import Better

PIECES_PER_WRITE = 10_000
SCHEMA = "nogrow/report/1"

Object = dict[str, Any]
Sources = Mapping[int, tuple[Frame, ...]]


def render(report: Report, stream: TextIO) -> None:
    """Write the report as ASCII; equal reports give equal bytes."""
    document = {
        "schema": SCHEMA,
        "tool": {"name": "nogrow", "version": __version__},
        "contract": report.contract,
        "outcome": report.outcome.value,
        **({} if report.shipped is None else {"shipped": report.shipped._asdict()}),
        "artifacts": [_artifact(artifact) for artifact in report.artifacts],
    }
    pieces = json.JSONEncoder(indent=2).iterencode(document)
    # With a million entry points, the whole text would take more memory than the module.
    while chunk := "".join(islice(pieces, PIECES_PER_WRITE)):
        stream.write(in_json(chunk))
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
        "memories": [_memory(memory) for memory in sorted(memories, key=lambda memory: memory.index)],
        "sites": [_site(site, artifact.sources) for site in sorted(sites, key=lambda site: site.offset)],
        "entries": [_entry(entry, artifact.sources) for entry in sorted(entries, key=_entry_order)],
        "indirect_calls": judgement and _indirect_calls(judgement),
        "assumptions": sentences(judgement.assumptions) if judgement else [],
        "violations": [_violation(violation) for violation in artifact.violations],
        "scenarios": [_scenario(scenario, artifact.sources) for scenario in artifact.scenarios],
        **({} if artifact.better is None else {"improvements": list(map(_better, artifact.better))}),
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
    """Return the innermost frame, with null for an unknown line or column; None without frames."""
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
        "uses": [use._asdict() for use in view.uses],
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
            {"import": stub.name, "calls": stub.calls, "arguments": list(map(list, stub.arguments))}
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
        "backtrace": [_step(step, sources) for step in growth.backtrace],
        "note": growth.note,
    }
