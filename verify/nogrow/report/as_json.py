"""Render a report as JSON, version 1, and read the verdicts, memories, sites and imports back.

`report.schema.json` describes the format. Other versions of nogrow may add keys, so unknown keys are ignored.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

from nogrow import __version__
from nogrow.analysis.assumptions import sentences, stated
from nogrow.analysis.judgement import Entry, EntryKind, Function, Judgement, Memory, Site, Step, Verdict
from nogrow.contract.violations import Entered, Violation
from nogrow.jshost.model import CachedView, Call
from nogrow.report.escaping import in_json
from nogrow.report.exit_code import Outcome
from nogrow.report.model import ArtifactReport, Report, not_judged
from nogrow.report.steps import frames_of
from nogrow.report.summary import entry_key
from nogrow.scenarios.result import ScenarioResult
from nogrow.source.model import Frame, Frames
from nogrow.util.document import Node, read_json

if TYPE_CHECKING:
    from nogrow.baseline.regressions import Better

PIECES_PER_WRITE = 10_000
SCHEMA = "nogrow/report/1"

Object = dict[str, Any]
T = TypeVar("T")


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
        "entries": [_entry(entry, sources) for entry in sorted(judgement.entries, key=entry_key)],
        "indirect_calls": artifact.judgement and indirect,
        "assumptions": sentences(judgement.assumptions),
        "violations": list(map(_violation, artifact.violations)),
        "scenarios": [_scenario(scenario, sources) for scenario in artifact.scenarios],
        **({} if artifact.better is None else {"improvements": list(map(_better, artifact.better))}),
    }


def _memory(memory: Memory) -> Object:
    return {**asdict(memory), "exported": sorted(memory.exported)}


def _site(site: Site, sources: Frames) -> Object:
    source = _source(sources.get(site.offset, ()))
    return {**site._asdict(), "function": _function(site.function), "source": source}


def _entry(entry: Entry, sources: Frames) -> Object:
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


def _step(step: Step, sources: Frames) -> Object:
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
        "witness": [_step(step, entered.sources) for step in entry.witness],
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
    backtrace = [_step(step, sources) for step in growth.backtrace] if growth else []
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


def load(path: Path) -> tuple[ArtifactReport, ...]:
    """Return the modules of the report in the file `path`, without witnesses; host code is left out.

    An artifact that was not judged has no judgement but a violation of NG010; a missing artifact has neither.
    Raises `DocumentError` if the report is malformed.
    """
    document = read_json(path, "a JSON report of nogrow")
    schema = document.at("schema")
    if schema.text() != SCHEMA:
        raise schema.error(f"expected {SCHEMA}, the only version that this nogrow reads")
    artifacts: dict[str, ArtifactReport] = {}
    for node in document.at("artifacts").items():
        if node.optional("host", Node.flag, False):
            continue
        artifact = _read_artifact(node)
        if artifact.path in artifacts:
            raise node.at("path").error("the report has this artifact twice")
        artifacts[artifact.path] = artifact
    return tuple(artifacts.values())


def _read_artifact(node: Node) -> ArtifactReport:
    path, outcome = node.at("path").text(), _read_outcome(node.at("outcome"))
    verdict = node.get("verdict")
    judgement = None if verdict is None else _read_judgement(node, verdict)
    if outcome is Outcome.NOTHING and judgement is None:
        return ArtifactReport(path)
    artifact = ArtifactReport(
        path,
        node.optional("sha256", Node.text, None),
        node.optional("size", Node.integer, None),
        judgement,
        validated=node.optional("validated", Node.flag, None),
    )
    if outcome is Outcome.NOT_JUDGED or judgement is None:
        return not_judged(artifact, "the report has no verdict for it")
    return artifact


def _read_judgement(node: Node, worst: Node) -> Judgement:
    memories = tuple(map(_read_memory, node.at("memories").items()))
    sites = tuple(map(_read_site, node.at("sites").items()))
    # The report does not say which memory a verdict is about: the start function may grow an imported one.
    own = not any(memory.imported for memory in memories)
    entries = tuple(_read_entry(entry, own) for entry in node.at("entries").items())
    imports = frozenset(name for entry in entries for name in entry.imports)
    assumed = tuple(stated(sentence.text()) for sentence in node.at("assumptions").items())
    judgement = Judgement(memories, sites, entries, assumed, imports=imports)
    verdict = _read_verdict(worst)
    # Version 0.1.0 reported only one of the two.
    both = judgement.verdict is Verdict.CAPPED_AND_THROW_ONLY and verdict is Verdict.CAPPED
    if verdict is not judgement.verdict and not both:
        raise worst.error(f"expected {judgement.verdict.label}, the worst of its entry points")
    return judgement


def _read_memory(node: Node) -> Memory:
    return Memory(
        node.at("index").integer(),
        node.at("imported").flag(),
        tuple(name.text() for name in node.at("exported").items()),
        node.at("shared").flag(),
        node.at("index_type").text(),
        node.at("page_size").integer(1),
        node.at("min_pages").integer(),
        node.optional("max_pages", Node.integer, None),
    )


def _read_site(node: Node) -> Site:
    return Site(
        _read_function(node.at("function")), node.at("memory").integer(), node.at("offset").integer(), None
    )


def _read_entry(node: Node, own_memories: bool) -> Entry:
    verdict = _read_verdict(node.at("verdict"))
    kind = _read_kind(node.at("kind"))
    return Entry(
        node.at("name").text(),
        kind,
        _read_function(node.at("function")),
        verdict,
        imports=tuple(name.text() for name in node.at("imports").items()),
        seen=node.optional("seen", _read_verdict, None),
        excused=kind is EntryKind.START and own_memories and verdict.grows,
    )


def _read_function(node: Node) -> Function:
    return Function(node.at("index").integer(), node.optional("name", Node.text, None))


def _reader_of(what: str, known: Mapping[str, T]) -> Callable[[Node], T]:
    def read_known(node: Node) -> T:
        if node.text() not in known:
            raise node.error(f"unknown {what} {node.text()!r}; known: {', '.join(known)}")
        return known[node.text()]

    return read_known


_read_outcome = _reader_of("outcome", {outcome.value: outcome for outcome in Outcome})
_read_kind = _reader_of("kind", {kind.value: kind for kind in EntryKind})
_read_verdict = _reader_of("verdict", {verdict.label: verdict for verdict in Verdict})
