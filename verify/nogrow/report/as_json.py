"""Render a report as JSON, version 1, which `report.schema.json` describes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TextIO

from nogrow import __version__
from nogrow.analysis.assumptions import Assumption, sentences
from nogrow.analysis.judgement import Entry, Function, Judgement, Memory, Site, Step
from nogrow.contract.phrases import unmistakable
from nogrow.contract.violations import Entered, Violation
from nogrow.jshost.model import CachedView, Call
from nogrow.report.escaping import in_json
from nogrow.report.json_pieces import Shared, pieces, shared
from nogrow.report.model import ArtifactReport, Report
from nogrow.report.steps import frames_of
from nogrow.report.summary import by_name
from nogrow.scenarios.result import ScenarioResult
from nogrow.source.model import Frame, Frames

if TYPE_CHECKING:
    from nogrow.analysis.causes import GrowthCause
    from nogrow.baseline.regressions import Better

SCHEMA = "nogrow/report/1"

# A list of a large module's imports takes some 20 KB of text.
_MOST_STEPS, _MOST_LISTS = 4096, 128

Object = dict[str, Any]


def render(report: Report, stream: TextIO) -> None:
    """Write the report as ASCII; equal reports give equal bytes."""
    document = {
        "schema": SCHEMA,
        "tool": {"name": "nogrow", "version": __version__},
        "contract": report.contract,
        "outcome": report.outcome.value,
        **({} if report.shipped is None else {"shipped": report.shipped._asdict()}),
        "artifacts": map(_artifact, report.artifacts),
    }
    # With many entry points, the whole text takes several times the memory of the module.
    for piece in pieces(document):
        stream.write(in_json(piece))
    stream.write("\n")


def _artifact(artifact: ArtifactReport) -> Object:
    judgement, sources = artifact.judgement or Judgement((), (), (), ()), artifact.sources
    indirect = {"total": judgement.indirect_calls, "exact": judgement.indirect_exact}
    return {
        "path": artifact.path,
        "sha256": artifact.sha256,
        "size": artifact.size,
        **({"host": True} if artifact.host else {}),
        "outcome": artifact.outcome.value,
        "verdict": artifact.judgement and judgement.verdict.label,
        "validated": artifact.validated,
        "memories": [_memory(memory) for memory in sorted(judgement.memories, key=attrgetter("index"))],
        "sites": [_site(site, sources) for site in sorted(judgement.sites, key=attrgetter("offset"))],
        "entries": _entries(judgement, sources),
        "indirect_calls": artifact.judgement and indirect,
        "assumptions": sentences(judgement.assumptions),
        "violations": map(_violation, artifact.violations),
        **({"causes": [_cause(cause, judgement) for cause in artifact.causes]} if artifact.causes else {}),
        "scenarios": [_scenario(scenario, sources) for scenario in artifact.scenarios],
        **({} if artifact.better is None else {"improvements": list(map(_better, artifact.better))}),
    }


def _memory(memory: Memory) -> Object:
    return {**asdict(memory), "exported": sorted(memory.exported)}


def _site(site: Site, sources: Frames) -> Object:
    source = _source(sources.get(site.offset, ()))
    return {**site._asdict(), "function": _function(site.function), "source": source}


def _entries(judgement: Judgement, sources: Frames) -> Iterator[Object]:
    """Yield the entry points. Many of them share steps, imports and assumptions."""
    step = shared(partial(_step, sources), _MOST_STEPS)
    imports, assumptions = shared(sorted, _MOST_LISTS), shared(sentences, _MOST_LISTS)
    return (_entry(entry, step, imports, assumptions) for entry in by_name(judgement.entries))


def _entry(
    entry: Entry,
    step: Callable[[Step], Shared],
    imports: Callable[[tuple[str, ...]], Shared],
    assumptions: Callable[[tuple[Assumption, ...]], Shared],
) -> Object:
    steps = map(step, entry.witness)
    return {
        "name": entry.name,
        "kind": entry.kind.value,
        "function": _function(entry.function),
        "verdict": entry.verdict.label,
        # A path can have a million steps; a list is quicker.
        "witness": steps if len(entry.witness) > _MOST_STEPS else list(steps),
        "imports": imports(entry.imports),
        **({"assumptions": assumptions(entry.assumptions)} if entry.assumptions else {}),
        **({} if entry.seen is None else {"seen": entry.seen.label}),
        **({} if entry.source_name is None else {"source_name": entry.source_name}),
    }


def _step(sources: Frames, step: Step) -> Object:
    host, call = {}, step.host
    if call is not None:
        host = {
            "host": {
                "function": call.function,
                "calls": call.text,
                "start": call.file and call.start._asdict(),
            }
        }
    return {
        "function": _function(step.function),
        "offset": step.offset or None,
        "instruction": step.instruction,
        "source": _source(frames_of(step, sources)),
        **host,
        **({} if step.module is None else {"module": step.module}),
    }


def _source(frames: Sequence[Frame]) -> Object | None:
    """Return the innermost frame, with null for an unknown line or column; None without frames."""
    if not frames:
        return None
    return {"file": frames[0].file, "line": frames[0].line or None, "column": frames[0].column or None}


def _function(function: Function) -> Object:
    return {"index": function.index, "name": function.name}


def _cause(cause: "GrowthCause", judgement: Judgement) -> Object:
    entries = (judgement.entries[number] for number in cause.entries)
    return {
        **_without_entries(cause),
        "entries": sorted(unmistakable(entry.name, entry.kind) for entry in entries),
        "narrower": list(map(_narrower, cause.narrower)),
    }


def _narrower(cause: "GrowthCause") -> Object:
    return {**_without_entries(cause), "narrower": list(map(_narrower, cause.narrower))}


def _without_entries(cause: "GrowthCause") -> Object:
    return {
        "function": _function(cause.function),
        "imported": cause.imported,
        "memory": cause.memory,
        "verdict": cause.verdict.label,
        "count": len(cause.entries),
    }


def _violation(violation: Violation) -> Object:
    return {
        "rule": violation.rule.id,
        "entry": violation.entry,
        "kind": violation.about and violation.about.kind.value,
        "message": violation.message,
        **({} if violation.view is None else {"view": _view(violation.view, violation.entered)}),
    }


def _view(view: CachedView, entered: Entered | None) -> Object:
    return {
        "binding": view.binding,
        "made": {**view.made._asdict(), **_in(view.made_in)},
        "call": view.call and _call(view.call),
        "uses": [use._asdict() for use in view.uses],
        **({} if view.certain else {"certain": False}),
        **({} if entered is None else {"entered": _entered(entered)}),
    }


def _call(call: Call) -> Object:
    through = {"through": list(map(_call, call.through))} if call.through else {}
    return {**call.at._asdict(), "text": call.text, **_in(call.path), **through}


def _entered(entered: Entered) -> Object:
    entry = entered.entry
    return {
        "module": entered.module,
        "entry": entry.name,
        "verdict": entry.verdict.label,
        "witness": [_step(entered.sources, step) for step in entry.witness],
    }


def _in(path: str | None) -> Object:
    """Return the path of another file than the artifact's."""
    return {} if path is None else {"path": path}


def _better(better: "Better") -> Object:
    return {
        "entry": better.name,
        "kind": better.kind.value,
        "before": better.before.label,
        "after": None if better.after is None else better.after.label,
    }


def _scenario(scenario: ScenarioResult, sources: Frames) -> Object:
    growth = scenario.grew_at
    backtrace = [_step(sources, step) for step in growth.backtrace] if growth else []
    return {
        "name": scenario.name,
        "outcome": scenario.outcome.value,
        "pages": list(scenario.pages),
        "grew_at": growth and {**growth._asdict(), "backtrace": backtrace},
        "steps": [step._asdict() for step in scenario.steps],
        "stubs": [
            {"import": stub.name, "calls": stub.calls, "arguments": list(map(list, stub.arguments))}
            for stub in scenario.stubs
        ],
        "output": scenario.output,
    }
